"""The project file ``kmconfig.yaml``: where things lie, how to lint, and what policy allows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kmconfig.source.parser import Document, parse
from kmconfig.source.reader import read_source

if TYPE_CHECKING:
    from pathlib import Path

    from kmconfig.source.span import SourceFile
    from kmconfig.source.value import Value

FAIL_LEVELS = ("error", "warning", "note", "never")


class ProjectFile:
    """The project file's settings, with the contract's defaults where it is silent or absent."""

    def __init__(self, document: Document | None) -> None:
        self.document = document

    def get(self, *path: str) -> Value[Any] | None:
        """The value at a path, or None where it is absent or was refused."""
        node = self.document.root if self.document is not None else None
        for key in path:
            if node is None or not isinstance(node.data, dict):
                return None
            node = node.data.get(key)
        if node is None or self.document is None or node.path in self.document.broken:
            return None
        return node

    def _text(self, *path: str, default: str) -> str:
        value = self.get(*path)
        return value.data if value is not None and isinstance(value.data, str) else default

    def _texts(self, *path: str) -> tuple[str, ...] | None:
        value = self.get(*path)
        if value is None or not isinstance(value.data, list):
            return None
        return tuple(item.data for item in value.data if isinstance(item.data, str))

    @property
    def environments(self) -> str:
        """The folder of the environment files, relative to the root."""
        return self._text("environments", default="environments")

    @property
    def state(self) -> str:
        """The folder of the receipts, relative to the root."""
        return self._text("state", default=".kmconfig/state")

    @property
    def fail_on(self) -> str:
        """The severity from which lint fails: error, warning, note or never."""
        return self._text("lint", "fail_on", default="error")

    @property
    def rules(self) -> dict[str, Value[Any]]:
        """Severity or ``off`` by rule name or code, as written."""
        value = self.get("lint", "rules")
        return value.data if value is not None and isinstance(value.data, dict) else {}

    @property
    def allowed_hosts(self) -> tuple[str, ...] | None:
        """The only servers that may be given a login; None allows any."""
        return self._texts("policy", "hosts")

    @property
    def allowed_commands(self) -> tuple[str, ...] | None:
        """The only programs that reload, verify and sendmail may run; None allows any."""
        return self._texts("policy", "commands")


def read_project_file(root: Path, name: str) -> ProjectFile:
    """Read the project file if there is one; its faults stay in the document as problems."""
    location = root / name
    if not location.exists() and not location.is_symlink():
        return ProjectFile(None)
    file, problem = read_source(location, name)
    if problem is not None:
        document = Document(file)
        document.problems.append(problem)
        return ProjectFile(document)
    return ProjectFile(_checked(file))


def _checked(file: SourceFile) -> Document:
    from kmconfig.environment.schemas import load_schema  # noqa: PLC0415 - most commands meet no project file
    from kmconfig.environment.shape import check_shape  # noqa: PLC0415

    document = parse(file)
    if document.root is not None:
        document.problems += check_shape(document.root, load_schema("project"), broken=document.broken, file=file)
    return document
