"""The connection below hvac's API: one redirect, patient repeats, and a token that stays with its hosts.

It offers the methods that hvac calls on an adapter and answers with a Reply whatever the status; no exception
of hvac is ever made, since those carry the server's text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kmconfig.secrets.vault.failures import Failure
from kmconfig.secrets.vault.faults import Fault
from kmconfig.secrets.vault.patience import Clock, Patience, retry_after
from kmconfig.secrets.vault.replies import SEALED, SPENT, UNINITIALISED, passing, says_sealed, useless
from kmconfig.secrets.vault.wire import Reply, Request, Wire

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kmconfig.secrets.secret import Secret
    from kmconfig.secrets.vault.address import Address

_STATE = ("/v1/sys/health", "/v1/sys/seal-status")
"""Asked without a login, at the root of all namespaces; what their status says is the answer."""

_FOR_LEAVING = 5.0


class Connection:
    """A Vault server. ``token`` and ``namespace`` go with every request that needs them.

    Raises Fault when there is no answer that Vault's interface documents.
    """

    def __init__(
        self,
        address: Address,
        *,
        wire: Wire,
        patience: Patience,
        clock: Clock,
        namespace: str | None,
        redirect_hosts: tuple[str, ...],
    ) -> None:
        self.token: Secret | None = None
        self._address = address
        self._wire = wire
        self._patience = patience
        self._clock = clock
        self._namespace = namespace
        self._redirect_hosts = redirect_hosts
        self._tries = patience.limits.tries

    def get(self, url: str, params: Mapping[str, Any] | None = None, **_: object) -> Reply:
        """Read."""
        return self._answer(Request("GET", url, params), repeatable=True)

    def post(self, url: str, json: Mapping[str, Any] | None = None, **_: object) -> Reply:
        """Ask with a body. What Vault may have done already is not asked again."""
        return self._answer(Request("POST", url, body=json or {}), repeatable=url.startswith("/v1/sys/"))

    def login(self, url: str, json: Mapping[str, Any] | None = None, **_: object) -> Reply:
        """Log in; the caller takes the token from the answer."""
        return self.post(url, json=json)

    def begin(self) -> None:
        """Wait as long for what comes now as if nothing had been asked before."""
        self._patience.allow(self._patience.limits.budget)

    def hurry(self) -> None:
        """Repeat nothing from now on: the run is over, and what is left to do has a few seconds of its own."""
        self._tries = 1
        self._patience.allow(_FOR_LEAVING)

    def close(self) -> None:
        """Close the connections."""
        self._wire.close()

    def _answer(self, request: Request, *, repeatable: bool) -> Reply:
        outcome = self._attempt(request)
        tried = 1
        while self._may_pass(outcome, request, repeatable=repeatable):
            self._look_at_seal(outcome)
            asked = retry_after(outcome.retry_after, self._clock.now()) if isinstance(outcome, Reply) else None
            if tried >= self._tries or not self._patience.pause(tried, asked=asked):
                break
            outcome = self._attempt(request)
            tried += 1
        if isinstance(outcome, Failure):
            raise Fault(outcome.trouble())
        trouble = useless(outcome, over_tls=self._address.scheme == "https")
        if trouble is not None and request.url not in _STATE:
            raise Fault(trouble)
        return outcome

    def _may_pass(self, outcome: Reply | Failure, request: Request, *, repeatable: bool) -> bool:
        state = isinstance(outcome, Reply) and request.url in _STATE
        return not state and passing(outcome, repeatable=repeatable)

    def _look_at_seal(self, outcome: Reply | Failure) -> None:
        """A sealed server stays so until a person comes."""
        if not isinstance(outcome, Reply) or outcome.status != 503:
            return
        state = self._attempt(Request("GET", "/v1/sys/seal-status"))
        told = (state.body or {}) if isinstance(state, Reply) else {}
        if told.get("initialized") is False:
            raise Fault(UNINITIALISED)
        # What stands before the server may keep its state from being asked.
        if told.get("sealed", says_sealed(outcome)) is True:
            raise Fault(SEALED)

    def _attempt(self, request: Request) -> Reply | Failure:
        """Send a request to where the address is, and once more to where that redirects."""
        here = request._replace(url=f"{self._address.base}{request.url}", headers=self._headers(request.url))
        outcome = self._timed(here)
        if isinstance(outcome, Failure) or outcome.status not in (307, 308):
            return outcome
        target = self._address.redirected(outcome.location, hosts=self._redirect_hosts)
        # The place that a redirect names holds the query already.
        return self._timed(here._replace(url=target, params=None))

    def _headers(self, url: str) -> dict[str, str | Secret]:
        headers: dict[str, str | Secret] = {"X-Vault-Request": "true"}
        if url in _STATE:
            return headers
        if self._namespace is not None:
            headers["X-Vault-Namespace"] = self._namespace
        if self.token is not None:
            headers["X-Vault-Token"] = self.token
        return headers

    def _timed(self, request: Request) -> Reply | Failure:
        seconds = self._patience.attempt()
        if seconds is None:
            raise Fault(SPENT)
        start = self._patience.start()
        outcome = self._wire.send(request, seconds=seconds)
        self._patience.charge(start)
        return outcome
