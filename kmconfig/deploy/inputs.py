"""What a plan was made from: the files, the rules, and this program."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kmconfig import __version__
from kmconfig.environment.project import PROJECT_FILE
from kmconfig.lint.catalogue import offline_rules, plugins_identity

if TYPE_CHECKING:
    from kmconfig.environment.environment import Environment
    from kmconfig.environment.project import Project


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """``files`` maps each file, relative to the root, to the SHA-256 of its text; ``rules`` is a digest of all rules.

    ``tool`` is the version of this program.
    """

    files: dict[str, str]
    rules: str
    tool: str = __version__


def inputs_of(project: Project, environment: Environment) -> Inputs:
    """The inputs of one environment: its layers and the project file."""
    texts = {layer.document.file.path: layer.document.file.text for layer in environment.layers}
    if project.file.document is not None:
        texts[PROJECT_FILE] = project.file.document.file.text
    files = {path: _digest(text) for path, text in sorted(texts.items())}
    known = sorted(f"{rule.code} {rule.name}" for rule in offline_rules())
    return Inputs(files=files, rules=_digest("\n".join((*known, plugins_identity()))))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
