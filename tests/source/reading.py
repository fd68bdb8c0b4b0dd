"""Short ways to parse text in tests, with either loader."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from kmconfig.source.parser import Document, parse
from kmconfig.source.reader import decode
from kmconfig.source.span import SourceFile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.source.value import Value

LOADERS = {"pure": yaml.SafeLoader, **({"c": yaml.CSafeLoader} if yaml.__with_libyaml__ else {})}


def read(text: str, loader: str | None = None) -> Document:
    """Parse text; by default as the package does."""
    return parse(SourceFile("environments/production.yaml", text), loader=LOADERS[loader] if loader else None)


def read_bytes(raw: bytes, loader: str | None = None) -> Document:
    """Decode and parse bytes as a file's."""
    file, problem = decode(raw, "environments/production.yaml")
    if problem is None:
        return parse(file, loader=LOADERS[loader] if loader else None)
    document = Document(file)
    document.problems.append(problem)
    return document


def faults(document: Document) -> list[tuple[str, int, int]]:
    """Code, line and column of each problem."""
    return [(problem.code, problem.span.line, problem.span.column) for problem in document.problems]


def nodes(root: Value[Any] | None) -> Iterator[Value[Any]]:
    """All values of a tree."""
    stack = [root] if root is not None else []
    while stack:
        node = stack.pop()
        yield node
        if isinstance(node.data, (dict, list)):
            stack += node.data.values() if isinstance(node.data, dict) else node.data
