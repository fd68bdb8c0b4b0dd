"""Text in, problems of shape out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.environment.schemas import load_schema
from kmconfig.environment.shape import check_shape
from kmconfig.source.parser import Document, parse
from kmconfig.source.span import SourceFile
from kmconfig.source.value import Value

if TYPE_CHECKING:
    from kmconfig.source.problem import Problem

V = "version: 1\n"
SMTP = V + "email:\n  smtp:\n"


def shape(text: str, *, schema: str = "environment", definition: str | None = None) -> tuple[list[Problem], Document]:
    document = parse(SourceFile("environments/production.yaml", text))
    root = document.root or Value({}, ())
    found = check_shape(root, load_schema(schema), broken=document.broken, file=document.file, definition=definition)
    return found, document


def places(problems: list[Problem]) -> list[tuple[str, int, int]]:
    return sorted((problem.code, problem.span.line, problem.span.column) for problem in problems)


def only(text: str, **options: str) -> Problem:
    problems, _ = shape(text, **options)
    assert len(problems) == 1, problems
    return problems[0]
