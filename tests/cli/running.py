"""Running kmconfig in this process, and the folders it runs in."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from kmconfig.cli.run import run

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


@dataclass(frozen=True, slots=True)
class Ran:
    """How one command line ended."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        """What it printed, as JSON; nothing else may stand beside it."""
        document = json.loads(self.out)
        assert isinstance(document, dict)
        return document

    @property
    def result(self) -> dict[str, Any]:
        """The only one of its results."""
        (result,) = self.document["results"]
        assert isinstance(result, dict)
        return result


class Call(Protocol):
    """Runs a command line."""

    def __call__(self, *arguments: object) -> Ran: ...


def caller(capsys: pytest.CaptureFixture[str]) -> Call:
    """What runs a command line and returns how it ended."""

    def call(*arguments: object) -> Ran:
        capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        return Ran(code, *capsys.readouterr())

    return call


def write(root: Path, files: dict[str, str]) -> Path:
    """Write files below a root, with their folders."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
    return root
