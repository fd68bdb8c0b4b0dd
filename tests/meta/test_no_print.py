"""Conventions of the package's source: who may print, what no error handler does, how long a file gets."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

ROOT = Path(__file__).parents[2]
MODULES = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "kmconfig").rglob("*.py"))
MAY_PRINT = ("kmconfig/cli/", "kmconfig/report/")
STREAMS = frozenset(("stdout", "stderr", "__stdout__", "__stderr__"))
LONGEST = 350


@cache
def tree_of(module: str) -> ast.Module:
    return ast.parse((ROOT / module).read_text(encoding="utf-8"), filename=module)


def prints(node: ast.AST) -> bool:
    """Whether a node is `print(…)`, `sys.stdout.write(…)` or `os.write(1, …)`."""
    if not isinstance(node, ast.Call):
        return False
    called = node.func
    if isinstance(called, ast.Name):
        return called.id in ("print", "pprint")
    if not isinstance(called, ast.Attribute):
        return False
    if called.attr in ("write", "writelines") and isinstance(called.value, ast.Attribute):
        return called.value.attr in STREAMS
    to_a_number = bool(node.args) and isinstance(node.args[0], ast.Constant) and node.args[0].value in (1, 2)
    return called.attr in ("echo", "secho") or (called.attr == "write" and to_a_number)


def swallows(node: ast.AST) -> bool:
    """Whether a node is an `except` that does nothing."""
    return isinstance(node, ast.ExceptHandler) and all(
        isinstance(statement, ast.Pass)
        or (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant))
        for statement in node.body
    )


def places(fits: Callable[[ast.AST], bool], modules: Iterable[str]) -> Iterator[str]:
    """Where the nodes stand that something fits."""
    for module in modules:
        for node in ast.walk(tree_of(module)):
            if fits(node):
                yield f"{module}:{getattr(node, 'lineno', 0)}"


def test_there_are_modules() -> None:
    assert "kmconfig/cli/run.py" in MODULES


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("print(1)", True),
        ("sys.stdout.write('x')", True),
        ("os.write(2, b'x')", True),
        ("click.echo('x')", True),
        ("stream.write('x')", False),
        ("os.write(handle, b'x')", False),
        ("fingerprint(1)", False),
    ],
)
def test_what_counts_as_printing(source: str, found: bool) -> None:
    assert any(map(prints, ast.walk(ast.parse(source)))) == found


def test_nothing_else_prints() -> None:
    quiet = [module for module in MODULES if not module.startswith(MAY_PRINT)]
    assert list(places(prints, quiet)) == []


@pytest.mark.parametrize(
    ("body", "found"), [("pass", True), ("...", True), ("'said'", True), ("return", False), ("x = 1", False)]
)
def test_what_counts_as_swallowing(body: str, found: bool) -> None:
    source = f"def f():\n    try:\n        g()\n    except ValueError:\n        {body}\n"
    assert any(map(swallows, ast.walk(ast.parse(source)))) == found


def test_no_error_is_swallowed() -> None:
    assert list(places(swallows, MODULES)) == []


def test_every_module_says_what_it_is_for() -> None:
    filled = [module for module in MODULES if (ROOT / module).stat().st_size]
    assert [module for module in filled if not (ast.get_docstring(tree_of(module)) or "").strip()] == []


def test_files_stay_short() -> None:
    lengths = {module: len((ROOT / module).read_text(encoding="utf-8").splitlines()) for module in MODULES}
    assert {module: length for module, length in lengths.items() if length > LONGEST} == {}
