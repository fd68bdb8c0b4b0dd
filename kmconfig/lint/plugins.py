"""Rules of installed packages: the entry points of the group ``kmconfig.rules``.

Looking for them takes longer than linting a small repository, so nobody does it unless the project file asks.
Whatever cannot be used is a fault that ends the run: a gate that lost some of its rules would let faults through.
"""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from kmconfig.lint.plugin_checks import guarded, unmet_requirement
from kmconfig.lint.rule import Rule
from kmconfig.lint.rules.all import RULES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.metadata import EntryPoint

GROUP = "kmconfig.rules"
_LONGEST = 100


class Source(NamedTuple):
    """One entry point. ``package`` is the top-level package of its code."""

    distribution: str
    version: str
    entry: str
    package: str

    def __str__(self) -> str:
        return f"`{self.entry}` of {self.distribution} {self.version}"


class Plugins(NamedTuple):
    """The rules of installed packages by code, and what is wrong with them, one sentence for each fault."""

    rules: tuple[Rule, ...] = ()
    faults: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()

    @property
    def identity(self) -> str:
        """What the findings of these rules depend on: a sorted line for each entry point.

        It reads ``distribution==version:entry point``, followed by a digest of the code that is loaded, since the
        version of a package under development stays the same.
        """
        return "\n".join(
            sorted(
                f"{source.distribution}=={source.version}:{source.entry} {_digest(source.package)}"
                for source in self.sources
            )
        )


@cache
def load_plugins() -> Plugins:
    """The rules of all installed packages, looked for once in a process."""
    return find_plugins()


def find_plugins() -> Plugins:
    """Look for entry points and load them. Never raises for what a package does."""
    from importlib.metadata import entry_points  # noqa: PLC0415 - takes longer than linting a small repository

    try:
        entries = sorted(entry_points(group=GROUP), key=lambda entry: (entry.name, entry.value))
    except Exception as error:  # noqa: BLE001 - whatever is wrong with the packages installed here
        return Plugins(faults=(f"the installed packages cannot be listed: {type(error).__name__}",))
    sources = []
    rules: list[Rule] = []
    faults: list[str] = []
    taken = {word: "kmconfig itself" for rule in RULES for word in (rule.code, rule.name)}
    for entry in entries:
        source = _source(entry)
        sources.append(source)
        found, fault = _load(entry, source)
        faults += [fault] if fault else []
        for rule in found:
            fault = unmet_requirement(rule) or _clash(rule, taken)
            if fault is not None:
                faults.append(f"plugin {source}: {_plain(fault)}")
                continue
            taken[rule.code] = taken[rule.name] = str(source)
            rules.append(guarded(rule))
    return Plugins(tuple(sorted(rules, key=lambda rule: rule.code)), tuple(faults), tuple(sources))


def _load(entry: EntryPoint, source: Source) -> tuple[tuple[Any, ...], str | None]:
    """What an entry point names, or why that cannot be had.

    What the package says in its exception may hold anything, so it is not repeated.
    """
    try:
        loaded = entry.load()
    except (Exception, SystemExit) as error:  # noqa: BLE001 - the package's own code
        module = _module(entry)
        shown = f'; `python -c "import {module}"` may say more' if module.replace(".", "").isidentifier() else ""
        return (), f"plugin {source} cannot be loaded: {_plain(type(error).__name__)}{shown}"
    if isinstance(loaded, Rule):
        return (loaded,), None
    if isinstance(loaded, (tuple, list)) and loaded and all(isinstance(rule, Rule) for rule in loaded):
        return tuple(loaded), None
    kind = _plain(type(loaded).__name__)
    return (), f"plugin {source} is no rule but `{kind}`; name what a decorator such as @rule made"


def _clash(rule: Rule, taken: dict[str, str]) -> str | None:
    for what, word in (("code", rule.code), ("name", rule.name)):
        if word in taken:
            return f"the {what} `{word}` is taken by {taken[word]}; give the rule another one"
    return None


def _source(entry: EntryPoint) -> Source:
    """Where an entry point comes from, as far as the package says so."""
    name, version = "a package without a name", "without a version"
    try:
        if entry.dist is not None:
            name, version = entry.dist.name or name, entry.dist.version or version
    except Exception as error:  # noqa: BLE001 - damaged metadata must not hide which entry point it is
        version = f"with unreadable metadata ({type(error).__name__})"
    package = _module(entry).partition(".")[0]
    return Source(_plain(name), _plain(version), _plain(entry.name), package)


def _module(entry: EntryPoint) -> str:
    return entry.value.partition(":")[0].strip()


def _plain(text: str) -> str:
    """Text of a package on one line, not too long."""
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _digest(package: str) -> str:
    from hashlib import sha256  # noqa: PLC0415 - only kept results need it

    digest = sha256()
    for name, content in _code(package):
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def _code(package: str) -> Iterator[tuple[str, bytes]]:
    """The loaded modules of a package with the content of their files; without one, only the version speaks."""
    for name in sorted(name for name in sys.modules if name == package or name.startswith(f"{package}.")):
        file = getattr(sys.modules[name], "__file__", None)
        yield name, _content(file) if isinstance(file, str) else b""


def _content(file: str) -> bytes:
    try:
        return Path(file).read_bytes()
    except OSError:
        return b""
