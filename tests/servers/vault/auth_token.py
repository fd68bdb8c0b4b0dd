"""The token method: create, look up, renew and revoke."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.servers.vault.clock import parse_duration
from tests.servers.vault.messages import DONE, UNSUPPORTED_PATH, Outcome, Refused
from tests.servers.vault.tokens import DEFAULT_TTL

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.servers.vault.messages import Call
    from tests.servers.vault.state import VaultState
    from tests.servers.vault.tokens import Token


class TokenAuth:
    """What lies below ``auth/token/``."""

    def __init__(self, state: VaultState) -> None:
        self._state = state

    def exists(self, path: str) -> bool | None:
        """Every write here is an update."""
        return None

    def is_login(self, path: str) -> bool:
        """Tell whether a path needs no token: none does."""
        return False

    def handle(self, call: Call) -> Outcome:
        """Answer a call below the mount."""
        actions: dict[str, Callable[[Call, Token], Outcome]] = {
            "create": self._create,
            "create-orphan": self._create,
            "lookup-self": lambda _, own: self._describe(own),
            "lookup": lambda call, own: self._describe(self._named(call, own)),
            "lookup-accessor": lambda call, _: self._describe(self._by_accessor(call), shown=False),
            "renew-self": self._renew,
            "renew": lambda call, own: self._renew(call, self._named(call, own)),
            "revoke-self": lambda _, own: self._revoke(own),
            "revoke": lambda call, own: self._revoke(self._named(call, own)),
            "revoke-accessor": lambda call, _: self._revoke(self._by_accessor(call)),
        }
        if call.path not in actions or call.token is None:
            raise Refused(404, UNSUPPORTED_PATH)
        return actions[call.path](call, call.token)

    def _create(self, call: Call, own: Token) -> Outcome:
        body = call.body
        policies = set(body.get("policies") or own.policies)
        if not own.root and not policies <= {*own.policies, "default"}:
            raise Refused(400, "child policies must be subset of parent")
        if "root" not in policies and not body.get("no_default_policy"):
            policies.add("default")
        orphan = call.path == "create-orphan" or bool(body.get("no_parent"))
        ttl = parse_duration(body.get("ttl") or 0) or (0 if "root" in policies else DEFAULT_TTL)
        token = self._state.tokens.issue(
            policies=tuple(sorted(policies)),
            ttl=ttl,
            uses=int(body.get("num_uses") or 0),
            renewable=bool(body.get("renewable", True)),
            explicit_max_ttl=parse_duration(body.get("explicit_max_ttl") or 0),
            display_name="-".join(("token", *([body["display_name"]] if body.get("display_name") else []))),
            meta=body.get("meta") or {},
            parent=None if orphan else own,
            namespace=call.namespace,
            text=call.text("id"),
        )
        return Outcome(auth=token.auth())

    def _describe(self, token: Token, *, shown: bool = True) -> Outcome:
        described = token.describe(self._state.clock.now())
        return Outcome(data=described if shown else described | {"id": ""})

    def _renew(self, call: Call, token: Token) -> Outcome:
        return self._state.tokens.renew(token, parse_duration(call.body.get("increment") or 0))

    def _revoke(self, token: Token) -> Outcome:
        self._state.tokens.revoke(token)
        return DONE

    def _named(self, call: Call, own: Token) -> Token:
        token = self._state.tokens.find(call.text("token")) if call.text("token") else own
        if token is None:
            raise Refused(403, "bad token")
        return token

    def _by_accessor(self, call: Call) -> Token:
        token = self._state.tokens.by_accessor(call.text("accessor"))
        if token is None:
            raise Refused(403, "invalid accessor")
        return token
