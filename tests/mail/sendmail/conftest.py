"""Fixtures of the sendmail tests: programs made of a few lines of shell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def program(tmp_path: Path) -> Callable[..., str]:
    """Writes a shell script and returns its path."""

    def write(*lines: str, interpreter: str = "/bin/sh") -> str:
        path = tmp_path / "sendmail"
        path.write_text("\n".join((f"#!{interpreter}", *lines, "")), encoding="utf-8")
        path.chmod(0o755)
        return str(path)

    return write
