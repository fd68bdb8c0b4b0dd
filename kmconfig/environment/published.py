"""JSON that claims to be one of the published documents."""

from __future__ import annotations

from typing import Any

from kmconfig.environment.schemas import load_schema
from kmconfig.environment.shape import check_shape
from kmconfig.errors import ConfigurationError
from kmconfig.source.span import SourceFile, Span
from kmconfig.source.value import Value


def require_fits(document: Any, *, shown: str, schema: str, remedy: str, definition: str | None = None) -> None:
    """Hold a document against a published schema, or against one of its definitions.

    ``shown`` names the document for people. Raises ConfigurationError with the first field that is wrong.
    """
    file = SourceFile(shown, "")
    value = _value(document, (), Span(file, 0, 0))
    whole = load_schema(schema)
    fitting = whole if definition is None else {**whole["$defs"][definition], "$defs": whole["$defs"]}
    problems = check_shape(value, fitting, broken=set(), file=file)
    if problems:
        raise ConfigurationError(f"`{shown}` is no {schema} of kmconfig: {problems[0].message}", help=remedy)


def _value(data: Any, path: tuple[str | int, ...], span: Span) -> Value[Any]:
    """Data in which every value has its path, as the shape check wants it."""
    if isinstance(data, dict):
        data = {key: _value(child, (*path, key), span) for key, child in data.items()}
    elif isinstance(data, list):
        data = [_value(child, (*path, index), span) for index, child in enumerate(data)]
    return Value(data, path, span, span)
