"""As whom AWS is asked, and where: region, profile, role, and the clients of its services."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, TypeAlias

from kmconfig.secrets.aws.codes import EXPIRED
from kmconfig.secrets.aws.descriptions import share_descriptions
from kmconfig.secrets.aws.faults import Asking, Fault, fault_of
from kmconfig.secrets.aws.patience import Budget, Patience

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kmconfig.environment.stores import AwsSettings

Reply: TypeAlias = "Mapping[str, Any] | Fault"

SESSION_NAME = "kmconfig"
"""What CloudTrail shows beside the role that was assumed."""

# They print tracebacks of what is reported here as a problem.
_NOISY = ("botocore.credentials", "botocore.tokens")

_ALWAYS = {
    "describe_parameters": "Parameters",
    "get_parameters": "Parameters",
    "put_parameter": "Version",
    "put_secret_value": "VersionId",
    "update_secret_version_stage": "ARN",
    "describe_secret": "Name",
    "get_parameter": "Parameter",
    "get_parameter_history": "Parameters",
    "get_secret_value": "Name",
    "list_secret_version_ids": "Versions",
}
"""What AWS's answers always hold: botocore takes a proxy's page for an answer that says nothing."""

_LOGIN = {
    "assume-role": "the role of a profile",
    "assume-role-with-web-identity": "a web identity token",
    "config-file": "the AWS configuration file",
    "container-role": "the container's role",
    "custom-process": "a credential process",
    "env": "variables of the environment",
    "iam-role": "the instance's role",
    "shared-credentials-file": "the shared credentials file",
    "sso": "single sign-on",
}


class Session:
    """Asks AWS's services with one set of credentials.

    boto3 itself reads the variables of this process, ``AWS_ENDPOINT_URL`` among them, wherever ``environ`` came
    from. ``environ`` is read for what boto3 leaves out: ``AWS_REGION``, and which variables an error may come from.
    """

    def __init__(self, settings: AwsSettings, *, environ: Mapping[str, str], patience: Patience) -> None:
        self._settings = settings
        self._environ = environ
        self._patience = patience
        self._budget = Budget(patience)
        self._core: Any = None
        self._assumed: Any = None
        self._clients: dict[str, Any] = {}
        self._failed: dict[str, Fault] = {}
        self._levels: dict[str, int] = {}

    @property
    def region(self) -> str:
        """The region that is asked, for people; known once something was."""
        client = next(iter(self._clients.values()), None)
        return str(client.meta.region_name) if client is not None else self._settings.region or "none"

    def call(self, service: str, operation: str, **parameters: Any) -> Reply:
        """Ask ``service`` (boto3's name) for ``operation`` (boto3's method). Raises nothing.

        A service that could not be reached, and credentials that are no good, are not tried again.
        """
        failed = self._failed.get("account") or self._failed.get(service)
        if failed is not None:
            return failed
        reply = self._attempt(service, lambda: self._ask(service, operation, parameters))
        if isinstance(reply, Fault) and reply.code in EXPIRED and self._assumed is not None:
            self._forget_role()
            reply = self._attempt(service, lambda: self._ask(service, operation, parameters))
        if isinstance(reply, Fault) and reply.reach != "secret":
            self._failed["account" if reply.reach == "account" else service] = reply
        return reply

    def begin(self) -> None:
        """Ask what comes now whatever was out of reach before, and wait as long for it as ever."""
        self._failed.clear()
        self._budget.begin()

    def login(self) -> str | Fault:
        """Where the credentials came from, in words and without them."""
        reply = self._failed.get("account") or self._attempt("sts", self._method)
        return reply if isinstance(reply, Fault) else str(reply["method"])

    def close(self) -> None:
        """Close the connections, and forget the credentials of an assumed role."""
        self._forget_role()
        while self._levels:
            name, level = self._levels.popitem()
            logging.getLogger(name).setLevel(level)

    def _ask(self, service: str, operation: str, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        reply: Mapping[str, Any] = getattr(self._client(service), operation)(**parameters)
        if _ALWAYS.get(operation, "ResponseMetadata") not in reply:
            raise ValueError("not AWS's answer")
        return reply

    def _attempt(self, service: str, work: Callable[[], Mapping[str, Any]]) -> Reply:
        self._budget.question()
        try:
            reply = work()
        except Exception as error:  # noqa: BLE001 - nonsense from a server makes botocore fail in any way
            fault = fault_of(error, Asking(service, self.region, self._environ))
        else:
            self._budget.answered()
            return reply
        if fault.code:
            self._budget.answered()
        else:
            self._budget.unanswered()
        return fault

    def _client(self, service: str) -> Any:
        if service not in self._clients:
            self._clients[service] = self._new_client(self._session(), service)
        return self._clients[service]

    def _new_client(self, core: Any, service: str) -> Any:
        import boto3.session  # noqa: PLC0415 - needed by few, and slow to load

        client = boto3.session.Session(botocore_session=core, region_name=self._region(core)).client(service)
        client.meta.events.register("before-send", self._budget.attempt)
        return client

    def _region(self, core: Any) -> str | None:
        """boto3 knows only ``AWS_DEFAULT_REGION``, where every other SDK reads ``AWS_REGION``."""
        return self._settings.region or core.get_config_variable("region") or self._environ.get("AWS_REGION") or None

    def _session(self) -> Any:
        """botocore's session with the credentials that secrets are read with."""
        core = self._own()
        if self._settings.role_arn is None:
            return core
        if self._assumed is None:
            self._assumed = self._assume(core, self._settings.role_arn)
        return self._assumed

    def _own(self) -> Any:
        """botocore's session with the credentials that AWS's own configuration leads to."""
        if self._core is None:
            self._quieten()
            self._core = self._new_core()
        return self._core

    def _new_core(self) -> Any:
        import botocore.session  # noqa: PLC0415 - as above
        from botocore.config import Config  # noqa: PLC0415

        core = botocore.session.Session(profile=self._settings.profile)
        share_descriptions(core)
        # By default, so that it also holds for the clients botocore makes to fetch credentials.
        core.set_default_client_config(
            Config(
                connect_timeout=self._patience.connect,
                read_timeout=self._patience.read,
                retries={"mode": "standard", "total_max_attempts": self._patience.attempts},
            )
        )
        return core

    def _assume(self, core: Any, role: str) -> Any:
        """botocore's session of the role that the settings name."""
        sts = self._new_client(core, "sts")
        optional = {} if self._settings.external_id is None else {"ExternalId": self._settings.external_id}
        try:
            given = sts.assume_role(RoleArn=role, RoleSessionName=SESSION_NAME, **optional)["Credentials"]
        finally:
            sts.close()
        assumed = self._new_core()
        assumed.set_credentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
        return assumed

    def _forget_role(self) -> None:
        while self._clients:
            _, client = self._clients.popitem()
            client.close()
        self._assumed = None

    def _method(self) -> Mapping[str, Any]:
        from botocore.exceptions import NoCredentialsError  # noqa: PLC0415 - as above

        credentials = self._own().get_credentials()
        if credentials is None:
            raise NoCredentialsError
        method = str(credentials.method)
        role = self._settings.role_arn
        words = _LOGIN.get(method, method)
        return {"method": words if role is None else f"{words}, for the role {role}"}

    def _quieten(self) -> None:
        for name in _NOISY:
            logger = logging.getLogger(name)
            self._levels[name] = logger.level
            logger.setLevel(logging.CRITICAL)
