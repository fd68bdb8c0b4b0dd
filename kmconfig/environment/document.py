"""A file as a document that has been held against its published schema."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.environment.merge import SECRET_SETTINGS, lookup
from kmconfig.environment.schemas import load_schema
from kmconfig.environment.settings import reference_from
from kmconfig.environment.shape import check_shape
from kmconfig.errors import ConfigurationError
from kmconfig.source.parser import Document, parse
from kmconfig.source.problem import Problem

if TYPE_CHECKING:
    from kmconfig.source.span import SourceFile


def checked_document(file: SourceFile, problem: Problem | None, *, schema: str) -> Document:
    """Parse a file and check its shape; ``problem`` is why it cannot be read, if it cannot.

    ``schema`` is a name in :data:`kmconfig.environment.schemas.SCHEMA_NAMES`.
    """
    if problem is not None:
        document = Document(file)
        document.problems.append(problem)
        return document
    document = parse(file)
    if document.root is not None:
        _check(document, schema)
        if schema == "environment":
            _check_references(document)
    return document


def _check(document: Document, schema: str) -> None:
    if document.root is None:
        return
    refused = document.broken - document.open
    found = check_shape(document.root, load_schema(schema), broken=refused, file=document.file)
    document.problems += [problem for problem in found if not (problem.code == "KM106" and _in_open(document, problem))]
    document.open -= refused
    document.broken = refused | document.open


def _in_open(document: Document, problem: Problem) -> bool:
    """Whether what is missing may stand where the parser could not read on."""
    path = problem.path
    return bool(document.open) and any(path[:length] in document.open for length in range(len(path) + 1))


def _check_references(document: Document) -> None:
    """What the schema cannot say of references: neither the name nor the key behind its `#` may be empty."""
    for path in SECRET_SETTINGS:
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
