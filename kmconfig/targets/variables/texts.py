"""Texts of variables, and what Laravel makes of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias, final

from kmconfig.secrets.secret import Secret
from kmconfig.targets.candidate import SETTING_OF_KEY
from kmconfig.targets.dotenv.conversion import LaravelNull, laravel_env, survive_laravel_env

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

NULL = "null"
"""What Laravel takes for a variable that is not set."""

KNOWN: frozenset[str] = frozenset(SETTING_OF_KEY) | {"MAIL_URL"}
"""All variables that settings of ours may decide."""

_SECRET_NAME = re.compile(r"(?:KEY|KEY_ID|SECRET|PASSWORD|PASSWD|TOKEN|(?:DATABASE|MAIL|REDIS)_URL)$")

Text: TypeAlias = str | Secret


@final
class Variables:
    """Texts by name. Its repr shows none of them."""

    __slots__ = ("_texts",)

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = dict(texts)

    def __repr__(self) -> str:
        return f"<{len(self._texts)} variables>"

    def __contains__(self, name: str) -> bool:
        return name in self._texts

    def text(self, name: str) -> str | None:
        """The text of a variable, None where there is none."""
        return self._texts.get(name)

    def laravel(self, name: str) -> str | bool | None:
        """What Laravel's ``env()`` gives for it."""
        return laravel_env(self._texts.get(name))

    def secret(self, name: str) -> Secret | None:
        """What Laravel reads, where that is any text."""
        value = self.laravel(name)
        return Secret(value, reference=f"live {name}") if isinstance(value, str) and value else None

    def secrets(self) -> tuple[Secret, ...]:
        """All that stands under names of secrets."""
        return secrets_among(self._texts.items())


def secrets_among(texts: Iterable[tuple[str, str]]) -> tuple[Secret, ...]:
    """The texts that stand under names of secrets."""
    named = ((name, text) for name, text in texts if _SECRET_NAME.search(name) and text and text != NULL)
    return tuple(Secret(text, reference=f"live {name}") for name, text in named)


def variable(value: str | Secret | LaravelNull) -> Text:
    """The text that makes Laravel read this value. A secret stays one."""
    if isinstance(value, LaravelNull):
        return NULL
    if isinstance(value, Secret):
        return Secret(survive_laravel_env(value.reveal()), reference=value.reference)
    return survive_laravel_env(value)


def holds(variables: Variables, name: str, text: Text | None) -> bool:
    """Whether a variable has this text already; None is no variable at all."""
    held = variables.text(name)
    if text is None or held is None:
        return text is None and held is None
    if isinstance(text, Secret):
        return text == Secret(held, reference=text.reference)
    return text == held
