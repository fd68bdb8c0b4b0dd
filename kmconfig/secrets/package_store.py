"""Stores of installed packages: opened with what they may know, and held to what a store has to answer."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple, get_args

from kmconfig.environment.packages import import_part, plain
from kmconfig.environment.words import known
from kmconfig.errors import ConfigurationError
from kmconfig.secrets.secret import Secret
from kmconfig.secrets.store import Answer, Description, Metadata, ProblemKind, SecretProblem, Store

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from kmconfig.environment.packages import Entry
    from kmconfig.environment.reference import SecretRef
    from kmconfig.environment.words import StoreKind


class StoreUnreachable(Exception):  # noqa: N818 - a result for each reference, not a fault
    """The store gives no answers at all: ``message`` says why, ``help`` what to do. Neither may hold a secret."""

    def __init__(self, message: str, *, help: str | None = None) -> None:  # noqa: A002 - as everywhere
        super().__init__(message)
        self.message = message
        self.help = help


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreOpening:
    """What a store is opened with.

    ``settings`` are those of its block that are no references, as plain data, and ``root`` is what paths among them
    are relative to. ``environ`` is the process environment, ``tier`` that of the environment. ``register`` makes a
    secret that the store has come by masked; those that it answers are, without it. ``allowed_hosts`` are the only
    servers that may be given a login, None allows any. ``references`` are the settings of the block that refer to
    secrets, which :meth:`secret` reads.
    """

    settings: Mapping[str, Any]
    root: Path
    environ: Mapping[str, str] = field(repr=False)
    tier: str
    register: Callable[[Secret], None]
    allowed_hosts: tuple[str, ...] | None
    references: Mapping[str, SecretRef]
    read: Callable[[SecretRef], Answer]

    def secret(self, setting: str) -> Secret | None:
        """The secret that a setting of the block refers to, None where it does not.

        Raises StoreUnreachable where it cannot be read.
        """
        ref = self.references.get(setting)
        answer = self.read(ref) if ref is not None else None
        if isinstance(answer, SecretProblem):
            raise StoreUnreachable(answer.message, help=answer.help)
        return answer


def open_package_store(kind: StoreKind, opening: StoreOpening) -> Store:
    """The store of a package. Raises ConfigurationError where the package has nothing that could be one."""
    entry = known().entries[kind.module]
    return _PackageStore(entry, import_part(kind.module, entry, ("open_store",)).open_store, opening)


class _Fault(NamedTuple):
    """Why a store gives no answer, and what to do."""

    message: str
    help: str | None

    def of(self, ref: SecretRef) -> SecretProblem:
        message = f"`{ref}` cannot be read: {self.message}"
        return SecretProblem(ref=ref, kind="unreachable", message=message, help=self.help)


class _PackageStore:
    """Opens a store when it is first asked, and lets nothing out of it but answers."""

    def __init__(self, entry: Entry, opens: Callable[[StoreOpening], Any], opening: StoreOpening) -> None:
        self._entry = entry
        self._opens = opens
        self._opening = opening
        self._store: Store | None = None

    def resolve(self, refs: Sequence[SecretRef]) -> Mapping[SecretRef, Answer]:
        return self._ask(refs, lambda store: store.resolve(refs), _is_answer)

    def describe(self, refs: Sequence[SecretRef]) -> Mapping[SecretRef, Metadata]:
        return self._ask(refs, lambda store: store.describe(refs), _is_metadata)

    def identity(self) -> str | None:
        found: Any = None
        with suppress(Exception, SystemExit):  # it is an extra for people, and the package's own code
            found = self._store.identity() if self._store is not None else None
        return plain(found) if isinstance(found, str) else None

    def close(self) -> None:
        store, self._store = self._store, None
        with suppress(Exception, SystemExit):  # the other stores have to be closed too
            if store is not None:
                store.close()

    def _ask(
        self,
        refs: Sequence[SecretRef],
        question: Callable[[Store], Mapping[SecretRef, Any]],
        is_sound: Callable[[SecretRef, Any], bool],
    ) -> dict[SecretRef, Any]:
        answers: Any = {}
        fault: _Fault | None = None
        try:
            answers = question(self._opened())
        except StoreUnreachable as error:
            fault = _Fault(error.message, error.help)
        except ConfigurationError:
            raise
        except (Exception, SystemExit) as error:  # noqa: BLE001 - what it says may hold anything
            fault = self._own_fault(f"failed with {plain(type(error).__name__)}")
        if not isinstance(answers, Mapping):
            fault = self._own_fault("gave no mapping of answers")
        found: dict[SecretRef, Any] = {}
        for ref in refs:
            answer: Any = answers.get(ref) if fault is None else None
            if is_sound(ref, answer):
                found[ref] = answer if isinstance(answer, Secret) else replace(answer, ref=ref)
            else:
                found[ref] = (fault or self._own_fault("gave an answer that is none")).of(ref)
        return found

    def _own_fault(self, what: str) -> _Fault:
        return _Fault(f"the store {self._entry} {what}", "correct or update the package")

    def _opened(self) -> Store:
        if self._store is None:
            store = self._opens(self._opening)
            lacking = [name for name in ("resolve", "describe", "identity", "close") if not hasattr(store, name)]
            if lacking:
                raise ConfigurationError(
                    f"plugin {self._entry}: what `open_store` gives is no store but `{plain(type(store).__name__)}`",
                    help=f"give it the method `{lacking[0]}`",
                )
            self._store = store
        return self._store


def _is_answer(ref: SecretRef, answer: Any) -> bool:
    """A secret says its reference to people, so it has to be that, and not what an author took for it."""
    return _is_problem(answer) or (isinstance(answer, Secret) and answer.reference == str(ref))


def _is_metadata(ref: SecretRef, answer: Any) -> bool:  # noqa: ARG001 - as for answers
    if not isinstance(answer, Description):
        return _is_problem(answer)
    created: Any = answer.created
    aware = created is None or (isinstance(created, datetime) and created.tzinfo is not None)
    return aware and isinstance(answer.version, str | None) and isinstance(answer.detail, str)


def _is_problem(answer: Any) -> bool:
    if not isinstance(answer, SecretProblem) or answer.kind not in get_args(ProblemKind):
        return False
    return isinstance(answer.message, str) and isinstance(answer.help, str | None)
