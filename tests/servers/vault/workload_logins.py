"""Logins by an identity that the platform gives: JWT, Kubernetes service account, AWS IAM."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.servers.vault.jws import load_public_key, verify
from tests.servers.vault.logins import Grant, log_in
from tests.servers.vault.messages import DONE, UNSUPPORTED_PATH, Outcome, Refused
from tests.servers.vault.sigv4 import SignedRequest

if TYPE_CHECKING:
    from tests.servers.vault.jws import PublicKey
    from tests.servers.vault.messages import Call, Json
    from tests.servers.vault.state import VaultState

_SKEW = 60  # seconds of clock difference that a token's times may show
_LEEWAY = 150  # seconds a token without `exp` lives after its `iat` or `nbf`
SERVER_ID = "X-Vault-AWS-IAM-Server-ID"


@dataclass(frozen=True, slots=True, kw_only=True)
class JwtRole:
    """What a token must carry, and what it gets."""

    audiences: tuple[str, ...] = ()
    subject: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    user_claim: str = "sub"
    grant: Grant = field(default_factory=Grant)


class JwtAuth:
    """What lies below ``auth/jwt/``."""

    def __init__(self, state: VaultState) -> None:
        self._state = state
        self.keys: list[PublicKey] = []
        self.issuer = ""
        self.roles: dict[str, JwtRole] = {}

    def exists(self, path: str) -> bool | None:
        """Tell a new role from a known one."""
        area, _, name = path.partition("/")
        return name in self.roles if area == "role" else None

    def is_login(self, path: str) -> bool:
        """Only the login needs no token."""
        return path == "login"

    def handle(self, call: Call) -> Outcome:
        """Answer a call below the mount."""
        area, _, name = call.path.partition("/")
        if area == "login" and call.operation != "read":
            return self._login(call)
        if call.operation not in ("create", "update") or area not in ("config", "role"):
            raise Refused(404, UNSUPPORTED_PATH)
        if area == "config":
            self._configure(call)
        else:
            self.roles[name] = _read_role(call.body)
        return DONE

    def _configure(self, call: Call) -> None:
        try:
            self.keys = [load_public_key(pem) for pem in call.body.get("jwt_validation_pubkeys") or []]
        except (TypeError, ValueError) as error:
            raise Refused(400, f"error parsing public key: {error}") from error
        self.issuer = call.text("bound_issuer")

    def _login(self, call: Call) -> Outcome:
        name, token = call.text("role"), call.text("jwt")
        if not name:
            raise Refused(400, "missing role")
        if name not in self.roles:
            raise Refused(400, f'role "{name}" could not be found')
        if not token:
            raise Refused(400, "missing token")
        role = self.roles[name]
        try:
            claims = verify(token, self.keys)
        except ValueError as error:
            raise Refused(400, f"error validating token: error verifying token signature: {error}") from error
        self._check_identity(role, claims)
        self._check_times(claims)
        for claim, wanted in role.claims.items():
            if claims.get(claim) not in (wanted if isinstance(wanted, list) else [wanted]):
                reason = f'claim "{claim}" does not match any associated bound claim values'
                raise Refused(400, f"error validating claims: {reason}")
        if role.user_claim not in claims:
            raise Refused(400, f'claim "{role.user_claim}" not found in token')
        return log_in(self._state, call, role.grant, name=f"jwt-{claims[role.user_claim]}", meta={"role": name})

    def _check_identity(self, role: JwtRole, claims: Json) -> None:
        if self.issuer and claims.get("iss") != self.issuer:
            raise Refused(400, "error validating token: invalid issuer (iss) claim")
        if role.subject and claims.get("sub") != role.subject:
            raise Refused(400, "error validating token: invalid subject (sub) claim")
        audience = claims.get("aud") or []
        given = [audience] if isinstance(audience, str) else audience
        if given and not role.audiences:
            raise Refused(400, "error validating token: audience claim found in JWT but no audiences bound to the role")
        if role.audiences and not set(role.audiences) & set(given):
            reason = "audience claim does not match any expected audience"
            raise Refused(400, f"error validating token: invalid audience (aud) claim: {reason}")

    def _check_times(self, claims: Json) -> None:
        now = self._state.clock.now().timestamp()
        issued, starts = float(claims.get("iat", 0)), float(claims.get("nbf", 0))
        ends = float(claims.get("exp", 0))
        if not (issued or starts or ends):
            reason = "no issued at (iat), not before (nbf), or expiration time (exp) claims in token"
        elif now + _SKEW < starts:
            reason = "invalid not before (nbf) claim: token not yet valid"
        elif now - _SKEW > (ends or max(issued, starts) + _LEEWAY):
            reason = "invalid expiration time (exp) claim: token is expired"
        elif now + _SKEW < issued:
            reason = "invalid issued at (iat) claim: token issued in the future"
        else:
            return
        raise Refused(400, f"error validating token: {reason}")


def _read_role(body: Json) -> JwtRole:
    written = body.get("bound_audiences") or []
    role = JwtRole(
        audiences=tuple(written.split(",") if isinstance(written, str) else written),
        subject=str(body.get("bound_subject") or ""),
        claims=dict(body.get("bound_claims") or {}),
        user_claim=str(body.get("user_claim") or ""),
        grant=Grant.read(body),
    )
    if not role.user_claim:
        raise Refused(400, "a user claim must be defined on the role")
    if not (role.audiences or role.subject or role.claims):
        raise Refused(400, "must have at least one bound constraint when creating/updating a role")
    return role


@dataclass(frozen=True, slots=True)
class KubernetesRole:
    """The service account's token, and what it gets."""

    token: str
    grant: Grant


class KubernetesAuth:
    """What lies below ``auth/kubernetes/``; the test sets up the roles."""

    def __init__(self, state: VaultState) -> None:
        self._state = state
        self.roles: dict[str, KubernetesRole] = {}

    def exists(self, path: str) -> bool | None:
        """Every write here is an update."""
        return None

    def is_login(self, path: str) -> bool:
        """Only the login needs no token."""
        return path == "login"

    def handle(self, call: Call) -> Outcome:
        """Answer a login; everything else is set up by the test."""
        if call.path != "login" or call.operation == "read":
            raise Refused(404, UNSUPPORTED_PATH)
        name, token = call.text("role"), call.text("jwt")
        if not name:
            raise Refused(400, "missing role")
        if not token:
            raise Refused(400, "missing jwt")
        if name not in self.roles:
            raise Refused(400, f'invalid role name "{name}"')
        role = self.roles[name]
        if not hmac.compare_digest(role.token.encode(), token.encode()):
            raise Refused(403, "permission denied")
        return log_in(self._state, call, role.grant, name="kubernetes", meta={"role": name})


@dataclass(frozen=True, slots=True, kw_only=True)
class AwsRole:
    """The keys whose signature is accepted, the header that must be signed, and what they get."""

    access_key: str
    secret_key: str
    session_token: str = ""
    grant: Grant = field(default_factory=Grant)


class AwsAuth:
    """What lies below ``auth/aws/``; the test sets up the roles."""

    def __init__(self, state: VaultState) -> None:
        self._state = state
        self.roles: dict[str, AwsRole] = {}
        self.server_id = ""

    def exists(self, path: str) -> bool | None:
        """Every write here is an update."""
        return None

    def is_login(self, path: str) -> bool:
        """Only the login needs no token."""
        return path == "login"

    def handle(self, call: Call) -> Outcome:
        """Answer a login; everything else is set up by the test."""
        if call.path != "login" or call.operation == "read":
            raise Refused(404, UNSUPPORTED_PATH)
        try:
            request = SignedRequest.read(call.body)
        except ValueError as error:
            raise Refused(400, str(error)) from error
        if "Action=GetCallerIdentity" not in request.body.split("&"):
            raise Refused(400, "iam_request_body must be a GetCallerIdentity request")
        self._check_server_id(request)
        name = call.text("role")
        if name not in self.roles:
            raise Refused(400, f'entry for role "{name}" not found')
        role = self.roles[name]
        session = request.headers.get("x-amz-security-token", "")
        genuine = request.access_key == role.access_key and session == role.session_token
        if not (genuine and request.signed_with(role.secret_key)):
            raise Refused(400, "error making upstream request: received error code 403 from STS")
        return log_in(self._state, call, role.grant, name="aws", meta={"role": name})

    def _check_server_id(self, request: SignedRequest) -> None:
        if not self.server_id:
            return
        given = request.headers.get(SERVER_ID.lower())
        if given is None:
            reason = f'missing header "{SERVER_ID}"'
        elif given != self.server_id:
            reason = f'expected "{self.server_id}" but got "{given}"'
        elif SERVER_ID.lower() not in request.signed_headers:
            reason = "header wasn't signed"
        else:
            return
        raise Refused(400, f"error validating {SERVER_ID} header: {reason}")
