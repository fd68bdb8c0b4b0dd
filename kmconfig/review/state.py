"""One of the two states that are compared, with all of its files read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kmconfig.errors import ConfigurationError
from kmconfig.lint.baseline import configured_baseline
from kmconfig.review.sides import Sharing
from kmconfig.source.reader import read_content
from kmconfig.source.value import Value

if TYPE_CHECKING:
    from kmconfig.environment.environment import Environment
    from kmconfig.environment.layers import Layer
    from kmconfig.environment.project import Project
    from kmconfig.source.parser import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A loaded project, how people call it, and what of it could not be had.

    ``submodules`` are folders that are not part of a commit. ``texts`` are the files of the environments folder by
    path. ``unreadable`` are the paths of files of which nothing is known, by name. ``baseline`` is the file of
    accepted findings. ``commit`` is None for the working tree.
    """

    title: str
    project: Project
    commit: str | None = None
    submodules: tuple[str, ...] = ()
    texts: dict[str, str] = field(default_factory=dict)
    unreadable: dict[str, str] = field(default_factory=dict)
    baseline: bytes | None = None

    @property
    def where(self) -> str:
        """In a sentence, where something is in this state."""
        return f"at {self.title}" if self.commit is not None else f"in the {self.title}"

    @property
    def environments(self) -> dict[str, Environment]:
        """All environments by name."""
        return self.project.environments

    @property
    def documents(self) -> list[Document]:
        """All files that were read, with the project file."""
        own = self.project.file.document
        return [layer.document for layer in self.project.layers] + ([own] if own is not None else [])

    @property
    def project_text(self) -> str | None:
        """The text of the project file, None where there is none."""
        document = self.project.file.document
        return document.file.text if document is not None else None

    def is_elsewhere(self, environment: Environment) -> bool:
        """Whether the file of an environment would be in a submodule, which is not part of the commit."""
        return any(environment.file.path.startswith(f"{folder}/") for folder in self.submodules)

    def sharing(self) -> Sharing:
        """Who uses which secret."""
        return Sharing(self.environments.values())


def loaded(title: str, project: Project, *, commit: str | None = None, submodules: tuple[str, ...] = ()) -> State:
    """Read all files of a project."""
    project.load()
    return State(
        title=title,
        project=project,
        commit=commit,
        submodules=submodules,
        texts={layer.document.file.path: layer.document.file.text for layer in project.layers},
        unreadable={layer.name: layer.document.file.path for layer in project.layers if _is_unreadable(layer)},
        baseline=_baseline(project),
    )


def _baseline(project: Project) -> bytes | None:
    """What the baseline's file holds; None where there is none that can be read, which lint reports."""
    try:
        place = configured_baseline(project)
    except ConfigurationError:
        return None
    content = read_content(place[0]) if place is not None else None
    return content if isinstance(content, bytes) else None


def _is_unreadable(layer: Layer) -> bool:
    root = layer.document.root
    return not isinstance(root, Value) or not isinstance(root.data, dict)
