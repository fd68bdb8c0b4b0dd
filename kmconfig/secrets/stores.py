"""The stores of a run: each is opened once, asked once for each secret, and what it gives is masked from then on."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, Self, TypeVar

from kmconfig.environment.reference import SOURCES
from kmconfig.environment.stores import AwsSettings, StoreSettings, VaultSettings
from kmconfig.environment.words import known
from kmconfig.secrets.frames import frames_cleared
from kmconfig.secrets.secret import Secret
from kmconfig.secrets.store import Answer, Metadata, SecretProblem, Store

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

    from kmconfig.environment.reference import SecretRef, Source
    from kmconfig.secrets.aws.session import Session
    from kmconfig.secrets.masker import Masker
    from kmconfig.secrets.quiet_loggers import QuietLoggers
    from kmconfig.secrets.vault.store import VaultStore

_AWS_SOURCES = ("aws_secret", "ssm")
_Found = TypeVar("_Found", Answer, Metadata)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """The secrets that were found, by reference, and why others were not, in the order asked for."""

    secrets: Mapping[SecretRef, Secret] = field(default_factory=lambda: MappingProxyType({}))
    problems: tuple[SecretProblem, ...] = ()


class Place(NamedTuple):
    """Whose references are asked for: the tier of the environment, and the stores it declares."""

    tier: str
    stores: StoreSettings = StoreSettings()


class Login(NamedTuple):
    """How a store was reached: its source, where it is, and as whom it was asked."""

    source: Source
    where: str
    identity: str


class Stores:
    """Reads secrets for all environments of a run.

    Environments that declare a store alike share it, with its login and with what it has already said.
    ``environ`` is the process environment; ``allowed_hosts`` are the only servers that may be given a login, None
    allows any; AWS is asked in any case. Use it as a context, so that logins of our own are ended.
    """

    def __init__(
        self, *, root: Path, environ: Mapping[str, str], masker: Masker, allowed_hosts: tuple[str, ...] | None = None
    ) -> None:
        self._root = root
        self._allowed_hosts = allowed_hosts
        self._environ = environ
        self._masker = masker
        self._open: dict[Hashable, tuple[Source, str, Store]] = {}
        self._apart: list[Session] = []
        self._quiet: QuietLoggers | None = None
        self._logging_in: list[Source] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the logins of our own."""
        while self._open:
            _, (_, _, store) = self._open.popitem()
            store.close()
        while self._apart:
            self._apart.pop().close()
        if self._quiet is not None:
            self._quiet.restore()

    @frames_cleared()
    def resolve(self, refs: Iterable[SecretRef], *, place: Place) -> Resolved:
        """Read the value of every reference and register it with the masker.

        A reference that gives no secret becomes a problem; nothing is raised. References that differ only in
        ``max_age`` are asked for once.
        """
        wanted = tuple(dict.fromkeys(refs))
        self._masker.arm()
        answers = self._ask(wanted, place, lambda store, asked: store.resolve(asked))
        secrets: dict[SecretRef, Secret] = {}
        problems: list[SecretProblem] = []
        for ref, answer in answers.items():
            if isinstance(answer, Secret):
                self._masker.register(answer)
                secrets[ref] = answer
            else:
                problems.append(replace(answer, ref=ref))
        return Resolved(secrets=MappingProxyType(secrets), problems=tuple(problems))

    @frames_cleared()
    def describe(self, refs: Iterable[SecretRef], *, place: Place) -> Mapping[SecretRef, Metadata]:
        """Say what is known of every reference without its value: its version and age, or why not even that."""
        self._masker.arm()
        answers = self._ask(tuple(dict.fromkeys(refs)), place, lambda store, asked: store.describe(asked))
        return {ref: replace(answer, ref=ref) for ref, answer in answers.items()}

    def logins(self, place: Place | None = None) -> tuple[Login, ...]:
        """The stores that were asked so far, and as whom; with ``place`` only those that it declares."""
        keys = None if place is None else {_key(source, place)[0] for source in SOURCES}
        found = []
        for key, (source, where, store) in self._open.items():
            if keys is not None and key not in keys:
                continue
            identity = store.identity()
            if identity is not None:
                found.append(Login(source, where, identity))
        return tuple(found)

    def vault(self, place: Place) -> VaultStore | None:
        """The Vault that an environment declares, with the login that its secrets are read with; None without one."""
        if place.stores.vault is None:
            return None
        from kmconfig.secrets.vault.store import VaultStore  # noqa: PLC0415 - as below

        store = self._store("vault", place)
        return store if isinstance(store, VaultStore) else None

    def aws(self, place: Place) -> Session | None:
        """AWS as an environment declares it, asked apart from what reads its secrets; None where it declares none."""
        if place.stores.aws is None:
            return None
        from kmconfig.secrets.aws.patience import Patience  # noqa: PLC0415 - as below
        from kmconfig.secrets.aws.session import Session  # noqa: PLC0415

        self._quiet_libraries()
        session = Session(place.stores.aws, environ=self._environ, patience=Patience())
        self._apart.append(session)
        return session

    def _ask(
        self,
        wanted: Sequence[SecretRef],
        place: Place,
        question: Callable[[Store, Sequence[SecretRef]], Mapping[SecretRef, _Found]],
    ) -> dict[SecretRef, _Found]:
        by_source: dict[Source, dict[SecretRef, None]] = {}
        for ref in wanted:
            by_source.setdefault(ref.source, {})[_without_age(ref)] = None
        answers: dict[SecretRef, _Found] = {}
        for source, refs in by_source.items():
            answers.update(question(self._store(source, place), tuple(refs)))
        return {ref: answers[_without_age(ref)] for ref in wanted}

    def _store(self, source: Source, place: Place) -> Store:
        """The store of a source as an environment declares it, opened when it is first needed."""
        key, where = _key(source, place)
        if key not in self._open:
            self._open[key] = (source, where, self._opened(source, place))
        return self._open[key][2]

    def _quiet_libraries(self) -> None:
        from kmconfig.secrets.quiet_loggers import QuietLoggers  # noqa: PLC0415 - only where there is a client

        self._quiet = self._quiet or QuietLoggers()
        self._quiet.apply()

    def _opened(self, source: Source, place: Place) -> Store:
        # Imported where chosen, so that a run pays only for the sources it uses.
        match source:
            case "env":
                from kmconfig.secrets.source_env import EnvStore  # noqa: PLC0415

                return EnvStore(self._environ)
            case "file":
                from kmconfig.secrets.source_file import FileStore  # noqa: PLC0415

                return FileStore(self._root)
            case "dotenv":
                from kmconfig.secrets.source_dotenv import DotenvStore  # noqa: PLC0415

                return DotenvStore(self._root, tier=place.tier)
            case "vault" if place.stores.vault is not None:
                from kmconfig.secrets.vault.store import VaultStore  # noqa: PLC0415

                self._quiet_libraries()
                return VaultStore(
                    place.stores.vault,
                    root=self._root,
                    environ=self._environ,
                    secret=self._login("vault", place),
                    register=self._masker.register,
                    allowed_hosts=self._allowed_hosts,
                )
            case "aws_secret" | "ssm" if place.stores.aws is not None:
                from kmconfig.secrets.aws.store import AwsStore  # noqa: PLC0415

                self._quiet_libraries()
                return AwsStore(place.stores.aws, environ=self._environ)
            case _:
                return self._of_package(source, place)

    def _of_package(self, source: Source, place: Place) -> Store:
        from kmconfig.secrets.undeclared_store import UndeclaredStore  # noqa: PLC0415 - rarely needed, as the other

        kind, declared = known().stores.get(source), place.stores.of_package(source)
        if kind is None or (declared is None and kind.required):
            return UndeclaredStore(source)
        from kmconfig.secrets.package_store import StoreOpening, open_package_store  # noqa: PLC0415

        opening = StoreOpening(
            settings=declared.settings if declared is not None else {},
            references=dict(declared.references) if declared is not None else {},
            root=self._root,
            environ=self._environ,
            tier=place.tier,
            register=self._masker.register,
            allowed_hosts=self._allowed_hosts,
            read=self._login(source, place),
        )
        return open_package_store(kind, opening)

    def _login(self, source: Source, place: Place) -> Callable[[SecretRef], Answer]:
        """Reads the secret that a store itself is opened with; that one cannot lie in a store that waits for it."""

        def read(ref: SecretRef) -> Answer:
            if ref.source in (source, *self._logging_in):
                name = "Vault" if ref.source == "vault" else f"`{ref.source}`"
                message = f"{name}'s own login cannot lie in {name}: `{ref}`"
                return SecretProblem(ref=ref, kind="refused", message=message, help="refer to it with `env` or `file`")
            self._logging_in.append(source)
            try:
                resolved = self.resolve((ref,), place=place)
            finally:
                self._logging_in.pop()
            return resolved.secrets[ref] if ref in resolved.secrets else resolved.problems[0]

        return read


def _without_age(ref: SecretRef) -> SecretRef:
    return ref if ref.max_age is None else ref._replace(max_age=None)


def _key(source: Source, place: Place) -> tuple[Hashable, str]:
    """What tells one store from another, and where it is, for people."""
    settings: VaultSettings | AwsSettings | None
    if source == "vault":
        settings = place.stores.vault
        return ("vault", settings), (settings.address or "" if settings is not None else "")
    if source in _AWS_SOURCES:
        settings = place.stores.aws
        return ("aws", settings), (settings.region or "" if settings is not None else "")
    if source in known().stores:
        return (source, place.tier, place.stores.of_package(source)), ""
    return (source, place.tier if source == "dotenv" else None), ""
