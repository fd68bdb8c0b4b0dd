"""The key-value engine at one mount: which questions are put, and what an answer other than 200 means."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from kmconfig.secrets.store import Answer, Description, Metadata, SecretProblem
from kmconfig.secrets.vault.faults import Fault, Trouble
from kmconfig.secrets.vault.places import Spot, spot_of
from kmconfig.secrets.vault.reading import Reading, gone, hints_at_v2, reading_v1, reading_v2, version_of
from kmconfig.secrets.vault.replies import errors_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from kmconfig.environment.reference import SecretRef
    from kmconfig.environment.stores import VaultSettings
    from kmconfig.secrets.vault.api import Api
    from kmconfig.secrets.vault.patience import Clock
    from kmconfig.secrets.vault.session import Session
    from kmconfig.secrets.vault.wire import Reply

_Found = TypeVar("_Found")


class Engine:
    """Reads each version of each path once. All methods raise Fault where there is no answer."""

    def __init__(self, session: Session, settings: VaultSettings, *, api: Api, clock: Clock) -> None:
        self._session = session
        self._api = api
        self._clock = clock
        self._mount = settings.mount
        self._kv = settings.kv
        self._readings: dict[Spot, Reading | Trouble] = {}
        self._metadata: dict[Spot, Reply | Trouble] = {}
        self._mounted: Reply | None = None
        self._stopped: Trouble | None = None

    def stop(self, trouble: Trouble) -> None:
        """Ask nothing more because of ``trouble``; what was read already stays."""
        self._stopped = self._stopped or trouble

    def value(self, ref: SecretRef) -> Answer:
        """The text that ``ref`` points to."""
        return self._reading(spot_of(ref, kv=self._kv)).value(ref)

    def description(self, ref: SecretRef) -> Metadata:
        """Version and age of what ``ref`` points to, without its value where that can be."""
        spot = spot_of(ref, kv=self._kv)
        if self._kv == 1:
            return self._by_reading(spot, ref, detail="KV version 1 keeps neither versions nor times")
        if isinstance(self._readings.get(spot), Reading):
            return self._by_reading(spot, ref)
        reply = self._kept(self._metadata, Spot(spot.path, None), self._read_metadata)
        if reply.status == 403:
            return self._despite_denial(spot, ref)
        version = version_of(reply, spot.version, now=self._clock.now())
        ends = f"will be deleted on {version.ends:%Y-%m-%d at %H:%M} UTC" if version.ends is not None else ""
        return Description(ref=ref, version=version.name, created=version.created, detail=ends)

    def _by_reading(self, spot: Spot, ref: SecretRef, *, detail: str = "") -> Metadata:
        reading = self._reading(spot)
        answer = reading.value(ref)
        if isinstance(answer, SecretProblem):
            return answer
        return Description(ref=ref, version=reading.version, created=reading.created, detail=detail, read=True)

    def _despite_denial(self, spot: Spot, ref: SecretRef) -> Metadata:
        """Read the value where metadata may not be read; if neither may be, the metadata is what is missing."""
        path = f"{self._mount}/metadata/{spot.path}"
        try:
            return self._by_reading(spot, ref, detail=f"read with its value: the login may not `read` `{path}`")
        except Fault as fault:
            trouble = fault.trouble
        raise Fault(self.denied(path) if trouble.kind == "denied" else trouble)

    def _reading(self, spot: Spot) -> Reading:
        return self._kept(self._readings, spot, self._read)

    def _kept(self, cache: dict[Spot, _Found | Trouble], spot: Spot, ask: Callable[[Spot], _Found]) -> _Found:
        """What was found at a spot, or why nothing was, asked for once."""
        if spot not in cache:
            if self._stopped is not None:
                raise Fault(self._stopped)
            cache[spot] = _asked(spot, ask)
        found = cache[spot]
        if isinstance(found, Trouble):
            raise Fault(found)
        return found

    def _read(self, spot: Spot) -> Reading:
        reply = self._session.ask(lambda: self._data(spot))
        if reply.status == 200:
            return reading_v2(reply) if self._kv == 2 else reading_v1(reply)
        if reply.status == 403:
            place = f"{self._mount}/data/{spot.path}" if self._kv == 2 else f"{self._mount}/{spot.path}"
            raise Fault(self.denied(place))
        raise Fault(self._absent(reply, spot))

    def _data(self, spot: Spot) -> Reply:
        if self._kv == 1:
            return self._api.read_v1(self._mount, spot.path)
        return self._api.read_v2(self._mount, spot.path, spot.version)

    def _read_metadata(self, spot: Spot) -> Reply:
        reply = self._session.ask(lambda: self._api.metadata(self._mount, spot.path))
        if reply.status not in (200, 403):
            raise Fault(self._absent(reply, spot))
        return reply

    def denied(self, path: str, capability: str = "read") -> Trouble:
        """Name the capability that is missing at a path of Vault's interface."""
        able = self._session.capabilities(path)
        remedy = f"let a policy of this login grant `{capability}` on `{path}`"
        if capability == "read":
            remedy += "; a path or mount that is not there is denied too"
        if able is None:
            return Trouble("denied", f"the login may not `{capability}` `{path}`", remedy)
        if capability in able or "root" in able:
            fact = f"`{capability}` on `{path}` is denied although a policy grants it"
            return Trouble(
                "denied", fact, "look for a control group, a Sentinel policy or a limit of the token's addresses"
            )
        granted = ", ".join(f"`{capability}`" for capability in able if capability != "deny") or "nothing"
        fact = f"`{capability}` is missing on `{path}`: the login's policies grant {granted} there"
        return Trouble("denied", fact, remedy)

    def _absent(self, reply: Reply, spot: Spot) -> Trouble:
        """What a 404, or a status we know nothing of, says of a path."""
        if reply.status != 404:
            return Trouble(
                "unreachable", f"status {reply.status} was answered", "look into the audit log of the server"
            )
        if self._kv == 2:
            lost = gone(reply)
            if lost is not None:
                return lost
        if self._kv == 1 and hints_at_v2(reply):
            return self._other_version()
        return self.misplaced(reply) or _nothing(self._mount, spot)

    def misplaced(self, reply: Reply) -> Trouble | None:
        """Whether a 404 comes from there being no such mount, or another engine than is declared.

        None where only the path is missing, as far as Vault tells.
        """
        if "no handler for route" in errors_of(reply):
            return Trouble(
                "missing", f"nothing is mounted at `{self._mount}`", "correct `stores.vault.mount`", lasting=True
            )
        if self._mounted is None:
            self._mounted = self._api.mount(self._mount)
        reply = self._mounted
        kind = reply.part("data").get("type")
        if reply.status != 200 or not isinstance(kind, str):
            return None
        if kind not in ("kv", "generic"):
            return Trouble(
                "invalid",
                f"the mount `{self._mount}` is no key-value engine",
                "correct `stores.vault.mount`",
                lasting=True,
            )
        version = 2 if reply.part("data", "options").get("version") == "2" else 1
        return None if version == self._kv else self._other_version()

    def _other_version(self) -> Trouble:
        other = 3 - self._kv
        fact = f"the mount `{self._mount}` is KV version {other}, but version {self._kv} is declared"
        return Trouble("invalid", fact, f"write `kv: {other}` below `stores.vault`", lasting=True)


def _asked(spot: Spot, ask: Callable[[Spot], _Found]) -> _Found | Trouble:
    try:
        return ask(spot)
    except Fault as fault:
        return fault.trouble


def _nothing(mount: str, spot: Spot) -> Trouble:
    pinned = f", or not in version {spot.version}" if spot.version is not None else ""
    remedy = "write the secret, or correct the path"
    for prefix in (f"{mount}/", "data/"):
        if spot.path.startswith(prefix):
            remedy = f"the path starts below the mount: write `{spot.path.removeprefix(prefix)}`"
    return Trouble("missing", f"nothing is at `{mount}/{spot.path}`{pinned}", remedy)
