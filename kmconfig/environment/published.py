"""JSON that claims to be one of the published documents."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from kmconfig.environment.schemas import load_schema
from kmconfig.environment.shape import check_shape
from kmconfig.errors import ConfigurationError
from kmconfig.source.span import SourceFile, Span
from kmconfig.source.value import Value

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A published form: its schema or a definition in it, what people call it, what to do where a document has another.

    ``mask`` takes out of a message what must not be repeated: whoever gives the wrong file may have given one of keys.
    """

    schema: str
    title: str
    remedy: str
    mask: Callable[[str], str]
    definition: str | None = None


def require_fits(document: Any, form: Form, *, shown: str) -> None:
    """Hold a document against a published form; ``shown`` names it for people.

    Raises ConfigurationError with the first field that is wrong.
    """
    file = SourceFile(shown, "")
    value = _value(document, (), Span(file, 0, 0))
    problems = check_shape(value, _schema_of(form.schema, form.definition), broken=set(), file=file)
    if problems:
        raise ConfigurationError(f"`{shown}` is not {form.title}: {form.mask(problems[0].message)}", help=form.remedy)


@cache
def _schema_of(name: str, definition: str | None) -> dict[str, Any]:
    """A published schema, or a definition in it as a schema of its own."""
    whole = load_schema(name)
    return whole if definition is None else {**whole["$defs"][definition], "$defs": whole["$defs"]}


def _value(data: Any, path: tuple[str | int, ...], span: Span) -> Value[Any]:
    """Data in which every value has its path, as the shape check wants it."""
    if isinstance(data, dict):
        data = {key: _value(child, (*path, key), span) for key, child in data.items()}
    elif isinstance(data, list):
        data = [_value(child, (*path, index), span) for index, child in enumerate(data)]
    return Value(data, path, span, span)
