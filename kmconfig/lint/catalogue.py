"""Rules looked up by code or name: the built-in ones and, where the project file says so, those of plugins."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kmconfig.environment.words import FROM_PACKAGES
from kmconfig.lint.rules.offline import OFFLINE_RULES
from kmconfig.providers.registry import count_providers, counted_providers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.packages import Entry
    from kmconfig.environment.projectfile import ProjectFile
    from kmconfig.lint.plugins import Plugins
    from kmconfig.lint.rule import Rule


_CODE = re.compile("KM[0-9]+", re.IGNORECASE)


class _Catalogue:
    """Rules in the order of their codes, under their codes and names.

    Those that ask servers are loaded when somebody speaks of them: most runs never do.
    """

    def __init__(self, plugins: Plugins | None = None) -> None:
        self.plugins = plugins
        self._own: tuple[Rule, ...] = () if plugins is None else plugins.rules
        self.offline = (*OFFLINE_RULES, *self._own)
        self.offline_by_word = _under_words(self.offline)
        self._by_word: dict[str, Rule] = {}

    @property
    def rules(self) -> tuple[Rule, ...]:
        from kmconfig.lint.rules.all import RULES  # noqa: PLC0415 - a sixth of what linting a few files takes

        return (*RULES, *self._own)

    @property
    def by_word(self) -> dict[str, Rule]:
        if not self._by_word:
            self._by_word = _under_words(self.rules)
        return self._by_word


def _under_words(rules: tuple[Rule, ...]) -> dict[str, Rule]:
    return {word: rule for rule in rules for word in (rule.code, rule.name)}


class _Current:
    """Which rules there are in this process at the moment."""

    catalogue = _Catalogue()


_BUILT_IN = _Current.catalogue


def enable_plugins(file: ProjectFile) -> tuple[Rule, ...]:
    """Let rules and providers of packages count if the project file says ``plugins: true``, else only built-in ones.

    Returns the rules of packages that count now. Whoever works with a project calls this first; its stores and targets
    count since the project file was read.

    Raises ConfigurationError where a package offers something that cannot be used.
    """
    if not file.plugins:
        _Current.catalogue = _BUILT_IN
        count_providers(())
        return ()
    from kmconfig.environment.packages import require_usable  # noqa: PLC0415 - only where the project file asks for it
    from kmconfig.lint.plugins import load_plugins  # noqa: PLC0415
    from kmconfig.providers.offered import load_providers  # noqa: PLC0415

    plugins, providers = load_plugins(), load_providers()
    require_usable((*providers.faults, *plugins.faults))
    count_providers(providers.providers)
    if _Current.catalogue.plugins is not plugins:
        _Current.catalogue = _Catalogue(plugins)
    return plugins.rules


@contextmanager
def same_rules_after() -> Iterator[None]:
    """Undo what :func:`enable_plugins` does inside."""
    before, providers = _Current.catalogue, counted_providers()
    try:
        yield
    finally:
        _Current.catalogue = before
        count_providers(providers)


def rules() -> tuple[Rule, ...]:
    """Every rule that counts, in the order of its code."""
    return _Current.catalogue.rules


def offline_rules() -> tuple[Rule, ...]:
    """Every rule that counts and that looks at files alone, in the order of its code."""
    return _Current.catalogue.offline


def plugin_entries() -> tuple[Entry, ...]:
    """Every entry point of packages, of rules and all else, that counts; none where the project allows no plugins."""
    plugins = _Current.catalogue.plugins
    if plugins is None:
        return ()
    from kmconfig.environment.words import known  # noqa: PLC0415 - only where there are plugins
    from kmconfig.providers.offered import load_providers  # noqa: PLC0415

    return (*plugins.entries, *load_providers().entries, *known().all_entries)


def plugins_identity() -> str:
    """What tells the enabled plugins from others and from other versions; empty where there are none."""
    entries = plugin_entries()
    if not entries:
        return ""
    from kmconfig.environment.packages import identity_of  # noqa: PLC0415 - only where there are plugins

    return identity_of(entries)


def by_word() -> dict[str, Rule]:
    """Every rule under its code and under its name."""
    return _Current.catalogue.by_word


def find_rule(word: str) -> Rule | None:
    """The rule of a code, in any case, or of a name."""
    quick = _Current.catalogue.offline_by_word
    return quick.get(word) or quick.get(word.upper()) or by_word().get(word) or by_word().get(word.upper())


def rule_of(code: str) -> Rule:
    """The rule of a code that exists."""
    return _Current.catalogue.offline_by_word.get(code) or by_word()[code]


def nearest(word: str) -> str | None:
    """The code or name that was probably meant.

    Codes that look alike mean other things, so a code is guessed only where one slip of the finger leads to no other.
    """
    if is_several(word):
        return None
    return _nearest_code(word.upper()) or (None if _CODE.fullmatch(word) else _nearest_name(word.lower()))


def _nearest_code(shape: str) -> str | None:
    from kmconfig.providers.misspelling import edit_distance  # noqa: PLC0415 - only wrong names pay for it

    if _is_area(shape):
        return None
    known = [rule.code for rule in rules() if _comparable(rule.code, shape)]
    close = [code for code in known if edit_distance(shape, code, limit=1) == 1]
    swapped = [code for code in close if sorted(code) == sorted(shape)]
    best = swapped or close
    return best[0] if len(best) == 1 else None


def _nearest_name(shape: str) -> str | None:
    from difflib import get_close_matches  # noqa: PLC0415 - only misspelt names pay for it

    names = [rule.name for rule in rules()]
    begun = [name for name in names if name.startswith(f"{shape}-")]
    if len(begun) == 1:
        return begun[0]
    close = get_close_matches(shape, names, 1, 0.6)
    return close[0] if close else None


def is_several(word: str) -> bool:
    """Whether a word that names no rule is the names of several with blanks between them."""
    parts = word.split()
    return len(parts) > 1 and all(find_rule(part) is not None for part in parts)


def remedy(word: str) -> str:
    """What to do about a word that names no rule."""
    if is_several(word):
        return "separate rules by a comma"
    if _is_area(word.upper()):
        return f"`{word.upper()}` is an area: name single rules"
    guess = nearest(word)
    if guess is not None:
        return f"did you mean `{guess}`?"
    if _is_users_own(word.upper()):
        return f"KM9 rules {FROM_PACKAGES}"
    return "`kmconfig rules` lists all rules"


def _is_area(shape: str) -> bool:
    """Whether codes begin like this, and none is this."""
    return _CODE.fullmatch(shape) is not None and any(
        rule.code.startswith(shape) and rule.code != shape for rule in rules()
    )


def _comparable(known: str, shape: str) -> bool:
    """A code of the users' own whose package is missing is no slip of the pen for a built-in one."""
    return not _is_users_own(shape) or _is_users_own(known)


def _is_users_own(shape: str) -> bool:
    return shape.startswith("KM9")
