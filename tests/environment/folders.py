"""Folders of environment files for tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.environment.project import Project

if TYPE_CHECKING:
    from pathlib import Path

    from kmconfig.environment.environment import Environment
    from kmconfig.source.problem import Problem

V = "version: 1\n"
ENV = V + "tier: production\n"
SENDER = "email: {sender: {email: licensing@acme.example}}\n"


def write(root: Path, files: dict[str, str | bytes]) -> Path:
    """Write files below ``environments/``; names may have folders."""
    (root / "environments").mkdir(exist_ok=True)
    for name, content in files.items():
        location = root / "environments" / name
        location.parent.mkdir(parents=True, exist_ok=True)
        location.write_bytes(content if isinstance(content, bytes) else content.encode())
    return root


def load(root: Path, files: dict[str, str | bytes] | None = None) -> Project:
    """A project with all of its files loaded."""
    project = Project(write(root, files or {}))
    project.load()
    return project


def only(root: Path, files: dict[str, str | bytes]) -> Environment:
    """The one environment of a folder."""
    (environment,) = load(root, files).environments.values()
    return environment


def problems(project: Project) -> list[Problem]:
    """The problems of all files, in the order of the files."""
    return [problem for layer in project.layers for problem in layer.document.problems]


def places(project: Project) -> list[tuple[str, str]]:
    """Each problem's place in the environments folder and its code."""
    return sorted((str(problem.span).removeprefix("environments/"), problem.code) for problem in problems(project))


def names(environment: Environment) -> list[str]:
    """The names of an environment's layers, lowest first."""
    return [layer.name for layer in environment.layers]
