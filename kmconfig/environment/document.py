"""A file as a document that has been held against its published schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kmconfig.environment.merge import SECRET_SETTINGS, lookup
from kmconfig.environment.settings import reference_from
from kmconfig.environment.shape import check_shape
from kmconfig.environment.words import NO_WORDS, Words, known_secrets
from kmconfig.errors import ConfigurationError
from kmconfig.source.parser import Document, parse
from kmconfig.source.problem import Problem

if TYPE_CHECKING:
    from kmconfig.environment.words import Schema
    from kmconfig.source.span import SourceFile
    from kmconfig.source.value import Value


def checked_document(file: SourceFile, problem: Problem | None, *, schema: str, words: Words = NO_WORDS) -> Document:
    """Parse a file and check its shape; ``problem`` is why it cannot be read, if it cannot.

    ``schema`` is a name in :data:`kmconfig.environment.schemas.SCHEMA_NAMES`, ``words`` are those that it may use
    beside the published ones.
    """
    document = parsed_document(file, problem)
    check_document(document, schema=schema, words=words)
    return document


def parsed_document(file: SourceFile, problem: Problem | None) -> Document:
    """Parse a file, without a look at its shape."""
    if problem is None:
        return parse(file)
    document = Document(file)
    document.problems.append(problem)
    return document


def check_document(document: Document, *, schema: str, words: Words) -> None:
    """Check the shape of a document that could be parsed."""
    if document.root is None:
        return
    _check_shape(document, document.root, words.schema(schema))
    if schema == "environment":
        _check_references(document)


def _check_shape(document: Document, root: Value[Any], schema: Schema) -> None:
    refused = document.broken - document.open
    found = check_shape(root, schema, broken=refused, file=document.file)
    document.problems += [problem for problem in found if not (problem.code == "KM106" and _in_open(document, problem))]
    document.open -= refused
    document.broken = refused | document.open


def _in_open(document: Document, problem: Problem) -> bool:
    """Whether what is missing may stand where the parser could not read on."""
    path = problem.path
    return bool(document.open) and any(path[:length] in document.open for length in range(len(path) + 1))


def _check_references(document: Document) -> None:
    """What the schema cannot say of references: neither the name nor the key behind its `#` may be empty."""
    for path in (*SECRET_SETTINGS, *known_secrets()):
        value = lookup(document.root, path) if document.root is not None else None
        if value is None or value.span is None or not isinstance(value.data, dict):
            continue
        if any(refused[: len(path)] == path for refused in document.broken):
            continue
        try:
            reference_from(value.data)
        except ConfigurationError as error:
            problem = Problem("KM107", error.message, value.span, help="for example `path#key`", path=path)
            document.problems.append(problem)
            document.broken.add(path)
