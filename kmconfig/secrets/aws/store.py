"""Secrets from AWS: `aws_secret: name#key` in Secrets Manager, `ssm: /name` in the Parameter Store.

Values need `secretsmanager:GetSecretValue` or `ssm:GetParameter`, and `kms:Decrypt` for a key of one's own; several
at once come with fewer requests by `secretsmanager:BatchGetSecretValue` and `ssm:GetParameters`. Metadata needs
`secretsmanager:DescribeSecret` and `secretsmanager:ListSecretVersionIds`, or `ssm:DescribeParameters`, and
`ssm:GetParameterHistory` for pinned versions of parameters.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kmconfig.secrets.aws.faults import Fault
from kmconfig.secrets.aws.parameters import ParameterStore
from kmconfig.secrets.aws.patience import Patience
from kmconfig.secrets.aws.secrets_manager import SecretsManager
from kmconfig.secrets.aws.session import Session

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kmconfig.environment.reference import SecretRef
    from kmconfig.environment.stores import AwsSettings
    from kmconfig.secrets.store import Answer, Metadata

_ARN = re.compile(r"arn:aws[a-z-]*:[a-z]{2,8}::[0-9]{12}:[A-Za-z0-9_+=,.@/-]{1,200}")


class AwsStore:
    """Reads both services of AWS with one login. Nothing is asked, and boto3 not loaded, before the first question.

    ``environ`` is the environment of this process: boto3 reads it on its own, see :class:`Session`.
    """

    def __init__(self, settings: AwsSettings, *, environ: Mapping[str, str], patience: Patience | None = None) -> None:
        self._session = Session(settings, environ=environ, patience=patience or Patience())
        self._secrets = SecretsManager(self._session)
        self._parameters = ParameterStore(self._session)
        self._identity: str | None = None

    def resolve(self, refs: Sequence[SecretRef]) -> Mapping[SecretRef, Answer]:
        """Read each secret once, several with one request where AWS allows that."""
        secrets, parameters = _by_service(refs)
        return {**self._secrets.resolve(secrets), **self._parameters.resolve(parameters)}

    def describe(self, refs: Sequence[SecretRef]) -> Mapping[SecretRef, Metadata]:
        """Say version and age of each secret; needs no permission to read or decrypt any."""
        secrets, parameters = _by_service(refs)
        return {**self._secrets.describe(secrets), **self._parameters.describe(parameters)}

    def identity(self) -> str:
        """The ARN that AWS knows us by, and where the credentials came from; only the latter if AWS does not say."""
        if self._identity is None:
            self._identity = self._who()
        return self._identity

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def _who(self) -> str:
        login = self._session.login()
        if isinstance(login, Fault):
            return login.says.removeprefix("cannot be read: ")
        caller = self._session.call("sts", "get_caller_identity")
        arn = "" if isinstance(caller, Fault) else str(caller.get("Arn", ""))
        return f"{arn}, credentials from {login}" if _ARN.fullmatch(arn) else f"credentials from {login}"


def _by_service(refs: Sequence[SecretRef]) -> tuple[list[SecretRef], list[SecretRef]]:
    return [ref for ref in refs if ref.source != "ssm"], [ref for ref in refs if ref.source == "ssm"]
