"""What AWS and botocore complain of, in words of our own: theirs repeat what they were given.

AWS's errors are told apart by their code, never by the HTTP status:
https://docs.aws.amazon.com/secretsmanager/latest/apireference/CommonErrors.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

from kmconfig.secrets.aws.codes import CODES, MISNAMED, ROLE_OPERATIONS
from kmconfig.secrets.store import SecretProblem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kmconfig.environment.reference import SecretRef
    from kmconfig.secrets.store import ProblemKind

Reach: TypeAlias = Literal["secret", "service", "account"]

_ACTION = re.compile(r"not authorized to perform: ([a-z0-9-]{1,40}:[A-Za-z0-9]{1,64})\b")
_USER = re.compile(r"User: (arn:aws[a-z-]*:[a-z]{2,8}::[0-9]{12}:[A-Za-z0-9_+=,.@/-]{1,200})")
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9.]{0,63}")
_HOST = re.compile(r"[A-Za-z0-9.:\[\]-]{1,255}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Why a question to AWS has no answer; ``says`` goes on where the reference ends.

    ``reach`` tells what else it spoils: nothing, the service, or all that is asked with these credentials.
    """

    kind: ProblemKind
    says: str
    help: str | None = None
    reach: Reach = "secret"
    code: str = ""

    def of_writing(self) -> Fault:
        """The same where something was to be written."""
        says = self.says
        for reading, writing in (("cannot be read", "cannot be written"), ("may not be read", "may not be written")):
            says = says.replace(reading, writing, 1)
        return replace(self, says=says)

    def problem(self, ref: SecretRef) -> SecretProblem:
        return SecretProblem(ref=ref, kind=self.kind, message=f"`{ref}` {self.says}", help=self.help)


class Asking(NamedTuple):
    """What was asked when something went wrong: AWS's prefix of the actions, the region, and the environment."""

    service: str
    region: str
    environ: Mapping[str, str]


def fault_of(error: Exception, asking: Asking) -> Fault:
    """Say what an exception of boto3 means."""
    from botocore.exceptions import ClientError  # noqa: PLC0415 - boto3 is loaded where it is used

    if isinstance(error, ClientError):
        return _refusal(error, asking)
    return _breakdown(error, asking.environ)


def _refusal(error: Any, asking: Asking) -> Fault:
    """AWS answered, with an error code."""
    detail = error.response.get("Error")
    detail = detail if isinstance(detail, dict) else {}
    code, message = str(detail.get("Code", "")), str(detail.get("Message", ""))
    operation = str(error.operation_name)
    if operation in ROLE_OPERATIONS:
        return _role_refused(code, operation, message)
    meaning = CODES.get(code)
    if meaning == "denied":
        return denied(code, f"{asking.service}:{operation}", message)
    if meaning == "absent":
        return absent(asking.region, code)
    if meaning is not None:
        return Fault(kind=meaning.kind, says=meaning.says, help=meaning.help, reach=meaning.reach, code=code)
    if not _CODE.fullmatch(code):
        return _nonsense()
    return Fault(
        kind="unreachable", says=f"cannot be read: AWS answers `{code}`", help="see AWS's list of errors", code=code
    )


def absent(region: str, code: str = "") -> Fault:
    """There is nothing by that name, as far as one region knows."""
    return Fault(
        kind="missing",
        says="is not there",
        help=f"check the name, the account and the region: {region} was asked",
        code=code,
    )


def denied(code: str, action: str, message: str = "") -> Fault:
    """The permission that is missing, and whose. ``message`` is AWS's: only an action and an ARN are taken from it."""
    named = _ACTION.search(message)
    if named:
        action = named[1]
    elif "KMS" in message:
        action = "kms:Decrypt"
    user = _USER.search(message)
    whose = f" for {user[1]}" if user else ""
    explicit = "explicit deny" in message
    return Fault(
        kind="denied",
        says=f"may not be read: `{action}` is {'denied by a policy' if explicit else 'not allowed'}{whose}",
        help="lift the deny" if explicit else f"allow `{action}` on it, or ask as somebody who may",
        code=code,
    )


def _role_refused(code: str, operation: str, message: str) -> Fault:
    if CODES.get(code) == "denied":
        user = _USER.search(message)
        return Fault(
            kind="denied",
            says=f"cannot be read: `sts:{operation}` is not allowed{f' for {user[1]}' if user else ''}",
            help="check `role_arn` and `external_id`, the role's trust policy, and the caller's own permissions",
            reach="account",
            code=code,
        )
    shown = f" (`{code}`)" if _CODE.fullmatch(code) else ""
    return Fault(
        kind="unreachable",
        says=f"cannot be read: the role could not be assumed{shown}",
        help="check that the credentials or the web identity token the role is assumed with are still good",
        reach="account",
    )


def _nonsense() -> Fault:
    return Fault(
        kind="unreachable",
        says="cannot be read: the answer is not AWS's",
        help="see whether a proxy stands in between, or `AWS_ENDPOINT_URL` leads elsewhere",
        reach="service",
    )


def _breakdown(error: Exception, environ: Mapping[str, str]) -> Fault:
    """There was no answer, or the question could not even be asked."""
    from botocore.exceptions import BotoCoreError, ParamValidationError  # noqa: PLC0415 - as above

    from kmconfig.secrets.aws.breakdowns import BREAKDOWNS, proxy_at_fault  # noqa: PLC0415 - as above

    if isinstance(error, ParamValidationError):
        return Fault(kind=MISNAMED.kind, says=MISNAMED.says, help=MISNAMED.help)
    if (proxy := proxy_at_fault(error, environ)) is not None:
        return Fault(kind="unreachable", says=f"cannot be read: {proxy.fact}", help=proxy.help, reach="account")
    for kinds, meaning in BREAKDOWNS:
        if isinstance(error, kinds):
            says, remedy, reach = meaning(_where(error), environ)
            return Fault(kind="unreachable", says=f"cannot be read: {says}", help=remedy, reach=reach)
    if not isinstance(error, BotoCoreError):
        return _nonsense()
    says = f"cannot be read: boto3 gave up with `{type(error).__name__}`"
    return Fault(kind="unreachable", says=says, help="see whether the `aws` command works", reach="service")


def _where(error: Exception) -> str:
    """The host and port that were asked, as far as botocore tells."""
    from urllib.parse import urlsplit  # noqa: PLC0415

    details = getattr(error, "kwargs", None)
    address = details.get("endpoint_url") if isinstance(details, dict) else None
    host = urlsplit(address).netloc.rpartition("@")[2] if isinstance(address, str) else ""
    return host if _HOST.fullmatch(host) else "AWS"
