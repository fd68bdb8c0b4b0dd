"""The server that tests start: ``with VaultServer() as vault``."""

from __future__ import annotations

import ssl
import threading
from dataclasses import dataclass, replace
from email.utils import format_datetime
from typing import TYPE_CHECKING, TypeAlias

from tests.servers.vault.clock import FakeClock
from tests.servers.vault.contents import Contents
from tests.servers.vault.core import answer
from tests.servers.vault.faults import Fault, Faults, as_bytes
from tests.servers.vault.listener import Listener
from tests.servers.vault.messages import Answer, Refused
from tests.servers.vault.release import Release
from tests.servers.vault.state import VaultState
from tests.servers.vault.sys_routes import PUBLIC

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import Self

    from tests.servers.authority import Certificates
    from tests.servers.vault.messages import Request
    from tests.servers.vault.release import Flavour

_VERSIONS: dict[Flavour, str] = {"vault": "1.17.0", "openbao": "2.4.1"}
_HIDDEN = frozenset({"x-vault-token", "authorization"})


@dataclass(slots=True, kw_only=True)
class Seen:
    """One request as it arrived, without the token's text; the status is 0 until it is answered."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    token_sent: bool
    accessor: str
    status: int = 0

    @property
    def login(self) -> bool:
        """Whether this asked for a token."""
        return self.path.startswith("auth/") and (self.path.endswith("/login") or "/login/" in self.path)


@dataclass(frozen=True, slots=True)
class _Standby:
    leader: VaultServer | str | None

    @property
    def address(self) -> str:
        if isinstance(self.leader, VaultServer):
            return self.leader.address
        return self.leader or ""


Leader: TypeAlias = "VaultServer | str | None"


class VaultServer(Contents):
    """Vault or OpenBao on a free port of 127.0.0.1, from ``with`` to its end.

    With *tls* it speaks HTTPS as ``localhost`` with that certificate; with *client_ca* it wants a client
    certificate of that authority. *version* is what ``sys/health`` says, and decides what differs between releases.
    """

    def __init__(
        self,
        *,
        tls: Certificates | None = None,
        client_ca: Path | None = None,
        clock: FakeClock | None = None,
        flavour: Flavour = "vault",
        version: str = "",
    ) -> None:
        self.clock = clock or FakeClock()
        super().__init__(VaultState(self.clock, Release(flavour, version or _VERSIONS[flavour])))
        self.root_token = self._state.tokens.issue(policies=("root",), ttl=0, path="auth/token/root").id
        self.requests: list[Seen] = []
        self._faults = Faults()
        self._standby: _Standby | None = None
        self._scheme = "https" if tls else "http"
        self._lock = threading.Lock()
        self._stopped = False
        self._listener = Listener(self._respond, _context(tls, client_ca) if tls else None)

    @property
    def address(self) -> str:
        """The URL without a path, as ``VAULT_ADDR`` has it."""
        host = "localhost" if self._scheme == "https" else "127.0.0.1"
        return f"{self._scheme}://{host}:{self._listener.port}"

    def __enter__(self) -> Self:
        self._listener.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    def stop(self) -> None:
        """End the server; raise what went wrong inside it, which no answer showed."""
        if self._stopped:
            return
        self._stopped = True
        self._faults.clear()
        self._listener.stop()
        if self._listener.faults:
            raise ExceptionGroup(
                "the test's Vault failed", [e for e in self._listener.faults if isinstance(e, Exception)]
            )

    # What happened.

    @property
    def logins(self) -> list[Seen]:
        """The requests that asked for a token."""
        return [seen for seen in list(self.requests) if seen.login]

    @property
    def reads(self) -> list[Seen]:
        """The requests that read or listed below a mount of secrets."""
        areas = ("sys/", "auth/")
        return [s for s in list(self.requests) if s.method in ("GET", "LIST") and not s.path.startswith(areas)]

    @property
    def revoked(self) -> list[str]:
        """Accessors of the tokens that clients revoked."""
        with self._state.lock:
            return list(self._state.tokens.revoked)

    @property
    def issued(self) -> list[str]:
        """Accessors of the tokens that logins gave."""
        with self._state.lock:
            return list(self._state.tokens.logins)

    # What the test does to the server.

    def advance(self, seconds: float) -> None:
        """Move the server's clock forward."""
        self.clock.advance(seconds)

    def seal(self) -> None:
        """Refuse everything but questions about the state."""
        with self._state.lock:
            self._state.sealed = True

    def unseal(self) -> None:
        """Serve again."""
        with self._state.lock:
            self._state.sealed, self._state.initialised = False, True

    def uninitialise(self) -> None:
        """Behave as a server that was never set up."""
        with self._state.lock:
            self._state.initialised = False

    def standby(self, leader: Leader) -> None:
        """Become a standby: forward to *leader*, or point to it; ``None`` is a cluster without one."""
        self._standby = _Standby(leader)

    def fail_next(
        self,
        n: int | None = 1,
        *,
        status: int = 503,
        body: object = None,
        headers: Mapping[str, str] | None = None,
        path_prefix: str = "",
        path: str = "",
        method: str = "",
        carried_out: bool = False,
    ) -> None:
        """Answer the next *n* requests (``None``: all) with *status* and *body* (JSON, text, bytes) or the usual.

        With *carried_out* the server has done what was asked: only its answer is lost on the way.
        """
        fault = Fault(
            prefix=path or path_prefix,
            exactly=bool(path),
            method=method,
            carried_out=carried_out,
            left=n,
            status=status,
            body=as_bytes(body),
            headers=headers or {},
        )
        self._faults.add(fault)

    def garbage(
        self, html: str | bytes, *, path_prefix: str = "", status: int = 200, content_type: str = "text/html"
    ) -> None:
        """Answer with a page instead of JSON; ``{token}`` in it becomes the token that was sent."""
        headers = {"Content-Type": content_type}
        self._faults.add(Fault(prefix=path_prefix, left=None, status=status, body=as_bytes(html), headers=headers))

    def redirect(self, *, to: str, path_prefix: str = "", status: int = 307) -> None:
        """Point clients to the same path at the address *to*."""
        self._faults.add(Fault(prefix=path_prefix, left=None, status=status, redirect_to=to))

    def latency(self, seconds: float, *, path_prefix: str = "") -> None:
        """Answer only after *seconds* of real time; ``heal`` and the server's end let waiting requests go on."""
        self._faults.delay(path_prefix, seconds)

    def heal(self) -> None:
        """End all faults, the slowness and the redirects."""
        self._faults.clear()

    # The way of a request.

    def _respond(self, request: Request) -> Answer:
        seen = self._record(request)
        self._faults.wait(request.path)
        given = self._faults.take(request, self._serve) or self._serve(request)
        seen.status = given.status
        # The server's own clock is what its answers are dated with.
        return replace(given, headers={"Date": format_datetime(self.clock.now(), usegmt=True)} | dict(given.headers))

    def _serve(self, request: Request) -> Answer:
        standby = self._standby
        if standby is None or request.path in PUBLIC or self._state.sealed or not self._state.initialised:
            leader = standby.address if standby else self.address
            return answer(self._state, request, standby=standby is not None, leader=leader)
        if standby.leader is None:
            return Refused(503, "no active Vault instance found").answer()
        leads = standby.leader
        if (
            isinstance(leads, VaultServer)
            and not leads._stopped
            and "x-vault-no-request-forwarding" not in request.headers
        ):
            return leads._serve(request)
        location = standby.address.rstrip("/") + request.target
        return Answer(status=307, headers={"Location": location, "Cache-Control": "no-store"})

    def _record(self, request: Request) -> Seen:
        with self._state.lock:
            token = self._state.tokens.find(request.token) if request.token else None
        seen = Seen(
            method=request.method,
            path=request.path,
            query=dict(request.query),
            headers={name: value for name, value in request.headers.items() if name not in _HIDDEN},
            token_sent=bool(request.token),
            accessor=token.accessor if token else "",
        )
        with self._lock:
            self.requests.append(seen)
        return seen


def _context(tls: Certificates, client_ca: Path | None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(tls.chain, tls.key)
    if client_ca is not None:
        context.load_verify_locations(client_ca)
        context.verify_mode = ssl.CERT_REQUIRED
    return context
