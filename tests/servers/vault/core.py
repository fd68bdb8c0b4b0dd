"""The way of a request: seal, namespace, token, policy, mount."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tests.servers.vault.clock import parse_duration
from tests.servers.vault.messages import POLICY_DENIES, Answer, Call, Refused, parse_body
from tests.servers.vault.sys_routes import PUBLIC, SystemRoutes, answer_public, answer_ui_mount, answer_wrapping

if TYPE_CHECKING:
    from tests.servers.vault.messages import Json, Operation, Outcome, Request
    from tests.servers.vault.state import Space, VaultState
    from tests.servers.vault.tokens import Token

_OPERATIONS: dict[str, Operation] = {
    "GET": "read",
    "HEAD": "read",
    "LIST": "list",
    "POST": "update",
    "PUT": "update",
    "DELETE": "delete",
    "PATCH": "patch",
}
_UI_MOUNTS = "sys/internal/ui/mounts/"
_WRAPPING = frozenset({"sys/wrapping/unwrap", "sys/wrapping/lookup"})


def answer(state: VaultState, request: Request, *, standby: bool = False, leader: str = "") -> Answer:
    """Answer one request as the active node does."""
    with state.lock:
        try:
            if request.path in PUBLIC:
                return answer_public(state, request, standby=standby, leader=leader)
            return _answer(state, request)
        except Refused as refusal:
            return refusal.answer()


def _answer(state: VaultState, request: Request) -> Answer:
    if request.method not in _OPERATIONS:
        raise Refused(405)
    body = parse_body(request.body) if request.method in ("POST", "PUT", "PATCH") else {}
    if state.sealed or not state.initialised:
        checked = bool(request.token) and state.initialised
        raise Refused(503, f"{'error performing token check: ' if checked else ''}Vault is sealed")
    space, path = _namespace(state, request)
    outcome = _route(state, request, space, path, body)
    ttl = request.headers.get("x-vault-wrap-ttl")
    if ttl and path not in _WRAPPING and not outcome.empty:
        outcome = state.wrap(outcome, path, parse_duration(ttl))
    return outcome.answer()


def _namespace(state: VaultState, request: Request) -> tuple[Space, str]:
    """Return the namespace and the path within it; where there are none, the header means nothing."""
    if not state.release.namespaces:
        return state.space(""), request.path
    name = request.headers.get("x-vault-namespace", "").strip("/")
    if name not in state.spaces:
        raise Refused(404, "namespace not found")
    full = f"{name}/{request.path}" if name else request.path
    inside = [known for known in state.spaces if known and full.startswith(f"{known}/")]
    known = max(inside, key=len, default="")
    return state.spaces[known], full.removeprefix(f"{known}/") if known else full


def _route(state: VaultState, request: Request, space: Space, path: str, body: Json) -> Outcome:
    operation = _OPERATIONS[request.method]
    mount = space.find(path)
    prefix = "sys/" if path.startswith("sys/") else mount.path if mount else ""
    call = Call(
        operation=operation,
        path=path.removeprefix(prefix),
        full_path=path,
        body=body,
        query=request.query,
        token=None,
        namespace=space.path,
    )
    if path in _WRAPPING:
        return answer_wrapping(state, call, request.token)
    if mount is not None and mount.backend.is_login(call.path):
        return mount.backend.handle(call)
    token = _authenticate(state, request.token)
    if path.startswith(_UI_MOUNTS):
        return answer_ui_mount(state, space, token, path.removeprefix(_UI_MOUNTS))
    if mount is not None and operation == "update" and mount.backend.exists(call.path) is False:
        operation = "create"
    _authorise(state, token, space, path, operation)
    call = replace(call, operation=operation, token=token)
    if prefix == "sys/":
        return SystemRoutes(state, space).handle(call)
    if mount is None:
        raise Refused(404, state.release.no_route(path))
    return mount.backend.handle(call)


def _authenticate(state: VaultState, presented: str) -> Token:
    if not presented:
        raise Refused(*state.release.missing_token)
    token = state.tokens.find(presented)
    if token is None:
        raise Refused(403, state.release.bad_token)
    state.tokens.spend(token)
    return token


def _authorise(state: VaultState, token: Token, space: Space, path: str, operation: Operation) -> None:
    listing = operation == "list"
    allowed = state.allowed(token, space, f"{path.rstrip('/')}/" if listing else path, listing=listing)
    if "root" not in allowed and operation not in allowed:
        raise Refused(403, POLICY_DENIES)
