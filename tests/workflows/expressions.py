"""GitHub's expressions, as far as the workflows of this repository use them.

https://docs.github.com/en/actions/reference/workflows-and-actions/expressions
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_TOKEN = re.compile(r"\s*(?:('(?:[^']|'')*')|(==|!=|&&|\|\||!|\(|\))|([A-Za-z_][\w.-]*))")
_INSERTED = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_STATUS = re.compile(r"\b(always|success|failure|cancelled)\(\)")


class Status(NamedTuple):
    """How the job has gone so far."""

    failed: bool = False


def holds(condition: str | None, contexts: Mapping[str, Any], status: Status) -> bool:
    """Whether a step or job with this ``if`` runs."""
    text = "" if condition is None else str(condition).strip()
    if text.startswith("${{") and text.endswith("}}"):
        text = text[3:-2].strip()
    if not _STATUS.search(text):
        text = f"success() && ({text})" if text else "success()"
    return bool(_Reader(text, contexts, status).whole())


def filled(text: Any, contexts: Mapping[str, Any], status: Status = Status()) -> str:  # noqa: B008 - immutable
    """A value with its expressions replaced by text."""
    return _INSERTED.sub(lambda match: as_text(_Reader(match[1], contexts, status).whole()), as_text(text))


def as_text(value: Any) -> str:
    """What GitHub inserts for a value."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


class _Reader:
    """Recursive descent, one method for each level of precedence."""

    def __init__(self, text: str, contexts: Mapping[str, Any], status: Status) -> None:
        self._tokens = _tokens(text)
        self._contexts = contexts
        self._functions: dict[str, Callable[[], bool]] = {
            "always": lambda: True,
            "success": lambda: not status.failed,
            "failure": lambda: status.failed,
            "cancelled": lambda: False,
        }

    def whole(self) -> Any:
        value = self._either()
        assert not self._tokens, f"left over: {self._tokens}"
        return value

    def _next_is(self, token: str) -> bool:
        if self._tokens[:1] != [token]:
            return False
        self._tokens.pop(0)
        return True

    def _either(self) -> Any:
        value = self._both()
        while self._next_is("||"):
            other = self._both()
            value = value or other
        return value

    def _both(self) -> Any:
        value = self._compared()
        while self._next_is("&&"):
            other = self._compared()
            value = value and other
        return value

    def _compared(self) -> Any:
        value = self._single()
        if self._next_is("=="):
            return _same(value, self._single())
        if self._next_is("!="):
            return not _same(value, self._single())
        return value

    def _single(self) -> Any:
        if self._next_is("!"):
            return not self._single()
        if self._next_is("("):
            value = self._either()
            assert self._next_is(")")
            return value
        token = self._tokens.pop(0)
        if token.startswith("'"):
            return token[1:-1].replace("''", "'")
        if self._next_is("("):
            assert self._next_is(")")
            return self._functions[token]()
        return {"true": True, "false": False}[token] if token in ("true", "false") else self._looked_up(token)

    def _looked_up(self, path: str) -> Any:
        first, *others = path.split(".")
        value: Any = self._contexts[first]
        for name in others:
            value = value.get(name) if isinstance(value, dict) else None
        return value


def _same(one: Any, other: Any) -> bool:
    """Text is compared without regard to case; nothing equals the empty text, and not what is true or false."""
    if isinstance(one, bool) or isinstance(other, bool):
        return bool(one) is bool(other)
    return as_text(one).lower() == as_text(other).lower()


def _tokens(text: str) -> list[str]:
    found, place = [], 0
    text = text.strip()
    while place < len(text):
        match = _TOKEN.match(text, place)
        assert match is not None, f"not understood: {text[place:]}"
        found.append(next(group for group in match.groups() if group))
        place = match.end()
    return found
