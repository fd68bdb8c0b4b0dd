"""What installed packages offer through entry points, and why what they offer cannot be used.

Looking for entry points takes longer than linting a small repository, so nobody does it unless the project file asks.
Whatever cannot be used is a fault that ends the command: a gate that lost a part of itself would let faults through.
"""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from kmconfig.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from importlib.metadata import EntryPoint
    from types import ModuleType

_LONGEST = 100
_LONGEST_SENTENCE = 300
_Thing = TypeVar("_Thing")


class Entry(NamedTuple):
    """One entry point. ``package`` is the top-level package of its code."""

    group: str
    distribution: str
    version: str
    name: str
    package: str

    def __str__(self) -> str:
        return f"`{self.name}` of {self.distribution} {self.version}"


class Offered(NamedTuple, Generic[_Thing]):
    """What the entry points of a group name, in their order, and what is wrong with them, a sentence for each fault."""

    things: tuple[tuple[_Thing, Entry], ...]
    faults: tuple[str, ...]
    entries: tuple[Entry, ...]


def offered(group: str, wanted: type[_Thing], *, remedy: str) -> Offered[_Thing]:
    """Look for the entry points of a group and load what they name: one or several of a type.

    ``remedy`` says what to name instead of something else. Never raises for what a package does.
    """
    try:
        found = sorted(_installed(group), key=lambda entry: (entry.name, entry.value))
    except Exception as error:  # noqa: BLE001 - whatever is wrong with the packages installed here
        return Offered((), (f"the installed packages cannot be listed: {type(error).__name__}",), ())
    things: list[tuple[_Thing, Entry]] = []
    faults: list[str] = []
    entries = []
    for point in found:
        entry = _entry(group, point)
        entries.append(entry)
        named, fault = _load(point, entry, wanted, remedy)
        things += [(thing, entry) for thing in named]
        faults += [fault] if fault else []
    return Offered(tuple(things), tuple(faults), tuple(entries))


def fault_of(entry: Entry, what: str) -> str:
    """What is wrong with something that an entry point names, with the entry point before it."""
    return f"plugin {entry}: {plain(what, _LONGEST_SENTENCE)}"


def require_usable(faults: Iterable[str]) -> None:
    """Raise ConfigurationError with all that is wrong with the packages, if anything is."""
    found = tuple(faults)
    if found:
        raise ConfigurationError(
            "\n".join(found),
            help="correct, update or uninstall the package, or take `plugins: true` out of kmconfig.yaml",
        )


def import_part(module: str, entry: Entry, functions: Iterable[str]) -> ModuleType:
    """A module of a package, with the functions that it has to have.

    Raises ConfigurationError where it cannot be had. What the package says itself may hold anything, so it is not
    repeated.
    """
    from importlib import import_module  # noqa: PLC0415 - only for packages

    try:
        part = import_module(module)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - the package's own code
        fault = f"plugin {entry}: `{module}` cannot be loaded: {plain(type(error).__name__)}"
    else:
        lacking = [name for name in functions if not callable(getattr(part, name, None))]
        if not lacking:
            return part
        fault = f"plugin {entry}: `{module}` has no function `{lacking[0]}`"
    raise ConfigurationError(fault, help=f'correct or update the package; `python -c "import {module}"` may say more')


def identity_of(entries: Iterable[Entry]) -> str:
    """What the work of these packages depends on: a sorted line for each entry point.

    It reads ``distribution==version:entry point (group)``, followed by a digest of the package's code, since the
    version of a package under development stays the same.
    """
    return "\n".join(
        sorted(
            f"{entry.distribution}=={entry.version}:{entry.name} ({entry.group}) {_digest(entry.package)}"
            for entry in entries
        )
    )


@cache
def _installed(group: str) -> tuple[EntryPoint, ...]:
    from importlib.metadata import entry_points  # noqa: PLC0415 - takes longer than linting a small repository

    return tuple(entry_points(group=group))


def forget_packages() -> None:
    """Look anew for what is installed, the next time that somebody asks."""
    _installed.cache_clear()


def _load(point: EntryPoint, entry: Entry, wanted: type[_Thing], remedy: str) -> tuple[tuple[_Thing, ...], str | None]:
    """What an entry point names, or why that cannot be had.

    What the package says in its exception may hold anything, so it is not repeated.
    """
    try:
        loaded: Any = point.load()
    except (Exception, SystemExit) as error:  # noqa: BLE001 - the package's own code
        module = _module(point)
        shown = f'; `python -c "import {module}"` may say more' if module.replace(".", "").isidentifier() else ""
        return (), f"plugin {entry} cannot be loaded: {plain(type(error).__name__)}{shown}"
    if isinstance(loaded, wanted):
        return (loaded,), None
    if isinstance(loaded, (tuple, list)) and loaded and all(isinstance(thing, wanted) for thing in loaded):
        return tuple(loaded), None
    return (), f"plugin {entry} is no {_noun(entry.group)} but `{plain(type(loaded).__name__)}`; {remedy}"


def _noun(group: str) -> str:
    """What an entry point of a group such as ``kmconfig.rules`` names: a rule."""
    return group.rpartition(".")[2].removesuffix("s")


def _entry(group: str, point: EntryPoint) -> Entry:
    """Where an entry point comes from, as far as the package says so."""
    name, version = "a package without a name", "without a version"
    try:
        if point.dist is not None:
            name, version = point.dist.name or name, point.dist.version or version
    except Exception as error:  # noqa: BLE001 - damaged metadata must not hide which entry point it is
        version = f"with unreadable metadata ({type(error).__name__})"
    return Entry(group, plain(name), plain(version), plain(point.name), _module(point).partition(".")[0])


def _module(point: EntryPoint) -> str:
    return point.value.partition(":")[0].strip()


def plain(text: str, longest: int = _LONGEST) -> str:
    """Text of a package on one line, not too long."""
    text = " ".join(text.split())
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _digest(package: str) -> str:
    from hashlib import sha256  # noqa: PLC0415 - only kept results need it

    digest = sha256()
    for name, content in _code(package):
        digest.update(f"{name}\0{len(content)}\0".encode("utf-8", "surrogateescape"))
        digest.update(content)
    return digest.hexdigest()


def _code(package: str) -> Iterator[tuple[str, bytes]]:
    """The files of a package's code, be they loaded yet or not; without any, only the version speaks."""
    module = sys.modules.get(package)
    for folder in sorted(map(str, getattr(module, "__path__", ()))):
        for file in sorted(Path(folder).rglob("*.py")):
            yield str(file.relative_to(folder)), _content(file)
    own = getattr(module, "__file__", None)
    if isinstance(own, str) and not hasattr(module, "__path__"):
        yield package, _content(Path(own))


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        return b""
