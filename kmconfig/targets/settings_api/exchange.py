"""Asking the settings interface: with a key, within a time, and again only where that cannot do harm."""

from __future__ import annotations

import os
import ssl
from typing import TYPE_CHECKING, Any

from kmconfig.errors import CouldNotCheck
from kmconfig.mail.scrub import Scrubber
from kmconfig.mail.tls import verified_context
from kmconfig.secrets.frames import frames_cleared
from kmconfig.secrets.secret import Secret
from kmconfig.secrets.vault.failures import Failure
from kmconfig.secrets.vault.faults import Fault
from kmconfig.secrets.vault.patience import Clock, Limits, Patience, retry_after
from kmconfig.secrets.vault.trust import proxy_for
from kmconfig.secrets.vault.wire import Request, Wire
from kmconfig.targets.settings_api.endpoint import require_regular
from kmconfig.targets.settings_api.envelope import PASSING, Denied, Granted, meaning
from kmconfig.targets.settings_api.signature import verifier_from

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from kmconfig.secrets.vault.wire import Reply
    from kmconfig.targets.settings_api.endpoint import Endpoint
    from kmconfig.targets.settings_api.signature import Times, Verifier

_CONNECT = 10.0
_BUDGET = 60.0
_CA_HELP = "correct `target.settings_api.ca_file`"
_REPEATED_WRITES = frozenset({429})


class Exchange:
    """Reads at one endpoint. ``scrubber`` knows the key, and all secrets that were sent."""

    def __init__(self, endpoint: Endpoint, *, times: Times, clock: Clock | None = None) -> None:
        self._endpoint = endpoint
        self._times = times
        self._clock = clock or Clock()
        self._limits = Limits(
            connect=min(_CONNECT, endpoint.timeout),
            read=endpoint.timeout,
            attempt=endpoint.timeout,
            budget=endpoint.timeout + _BUDGET,
        )
        self._wire = Wire(context=lambda: _context(endpoint), proxy=_proxy(endpoint), limits=self._limits)
        self._authorization: Secret | None = None
        self._verifier: Verifier | None = None
        self.scrubber = Scrubber()

    def read(self) -> Granted | Denied:
        """Ask for the settings. Raises CouldNotCheck where that cannot even be tried."""
        request = Request("GET", self._endpoint.url, headers=self._headers({}))
        return self._ask(request, self._endpoint.read, repeated=PASSING, before=lambda: None)

    def _headers(self, others: Mapping[str, str]) -> Mapping[str, str | Secret]:
        if self._authorization is None:
            key = self._endpoint.key()
            self.scrubber.learn(key.reveal().encode())
            self._authorization = Secret(f"Bearer {key.reveal()}", reference=key.reference)
        return {"Authorization": self._authorization, **others}

    def _ask(
        self, request: Request, codes: Collection[int], *, repeated: Collection[int], before: Callable[[], None]
    ) -> Granted | Denied:
        self._make_ready()
        try:
            outcome = self._patiently(request, repeated=repeated, before=before)
        finally:
            self._wire.close()
        if isinstance(outcome, Failure):
            fact = outcome.trouble().fact
            return Denied(
                fact=fact,
                help="check the server and the network, and correct `target.settings_api` where it is wrong",
                effect="unknown" if outcome.delivered else "none",
                unanswered=outcome.delivered,
            )
        return meaning(outcome, codes=codes, verifier=self._verifier)

    def _make_ready(self) -> None:
        """Read the files before anything is sent. Raises CouldNotCheck for those that do not serve."""
        if self._endpoint.signing_key_file is not None and self._verifier is None:
            now = self._clock.now
            self._verifier = verifier_from(
                self._endpoint.signing_key_file, times=self._times, now=lambda: now().timestamp()
            )
        if self._endpoint.ca_file is not None:
            self._wire.trust()

    def _patiently(self, request: Request, *, repeated: Collection[int], before: Callable[[], None]) -> Reply | Failure:
        patience = Patience(self._limits, self._clock)
        tried = 0
        while True:
            before()
            start = patience.start()
            outcome = self._wire.send(request, seconds=patience.attempt() or self._limits.connect)
            patience.charge(start)
            tried += 1
            if isinstance(outcome, Failure) or outcome.status not in repeated or tried >= self._limits.tries:
                return outcome
            asked = retry_after(outcome.retry_after, self._clock.now())
            if not patience.pause(tried, asked=asked):
                return outcome


class WritingExchange(Exchange):
    """Reads and writes."""

    @frames_cleared()
    def write(self, settings: Mapping[str, Any], *, etag: str | None, before: Callable[[], None]) -> Granted | Denied:
        """Ask for new settings; with ``etag`` only in place of those that have it.

        ``before`` is called before each try. It is tried again only where the server says that it did nothing.
        """
        for value in settings.values():
            if isinstance(value, Secret):
                self.scrubber.learn(value.reveal().encode("utf-8", "surrogatepass"))
        headers = self._headers({} if etag is None else {"If-Match": etag})
        request = Request("PUT", self._endpoint.url, body={"settings": settings}, headers=headers)
        return self._ask(request, self._endpoint.write, repeated=_REPEATED_WRITES, before=before)


def _proxy(endpoint: Endpoint) -> str | None:
    """The proxy on the way there. Raises CouldNotCheck for one that cannot be used."""
    try:
        return proxy_for(endpoint.address, os.environ)
    except Fault as fault:
        trouble = fault.trouble
    raise CouldNotCheck(trouble.fact, help=trouble.help)


def _context(endpoint: Endpoint) -> ssl.SSLContext:
    """Trusts `ca_file` alone, or the system's authorities without it. Raises CouldNotCheck."""
    if endpoint.ca_file is None:
        return verified_context()
    require_regular(endpoint.ca_file, "the certificate authority", help=_CA_HELP)
    try:
        context = ssl.create_default_context(cafile=str(endpoint.ca_file))
    except (OSError, ValueError):
        raise CouldNotCheck(
            f"the certificate authority {endpoint.ca_file} is no PEM file that can be read",
            help=_CA_HELP,
        ) from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
