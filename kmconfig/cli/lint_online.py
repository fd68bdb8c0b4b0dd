"""``kmconfig lint --online``: what the stores and servers say, which the online rules judge."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from kmconfig.cli.options import current
from kmconfig.environment.project import PROJECT_FILE
from kmconfig.lint.catalogue import enable_plugins, rules
from kmconfig.lint.configuration import Configuration
from kmconfig.report.secrets import Waiting
from kmconfig.secrets.observing import observe

if TYPE_CHECKING:
    from kmconfig.cli.paths import Chosen
    from kmconfig.environment.environment import Environment
    from kmconfig.environment.project import Project
    from kmconfig.lint.observed import Observed
    from kmconfig.lint.rule import Rule
    from kmconfig.lint.selection import Selection

#: What these rules judge only the value of a secret tells.
_NEED_VALUES = frozenset(("KM805", "KM810"))


def observed(project: Project, chosen: Chosen | None, selection: Selection) -> Observed:
    """Ask the stores and servers of the environments that the chosen files concern, for the rules that are wanted."""
    enable_plugins(project.file)
    environments = [environment for environment in project.environments.values() if _concerned(environment, chosen)]
    configuration = Configuration(project.file)
    wanted = [rule for rule in rules() if rule.online and selection.covers(rule) and _is_on(rule, configuration)]
    waiting = Waiting(sys.stderr, quiet=current().verbosity < 0)
    try:
        return observe(
            environments if wanted else (),
            current().stores(project.root),
            now=datetime.now(UTC),
            values=any(rule.code in _NEED_VALUES for rule in wanted),
            file=project.file,
            progress=waiting,
        )
    finally:
        waiting.over()


def _concerned(environment: Environment, chosen: Chosen | None) -> bool:
    if chosen is None or PROJECT_FILE in chosen.paths:
        return True
    return any(layer.document.file.path in chosen.paths for layer in environment.layers)


def _is_on(rule: Rule, configuration: Configuration) -> bool:
    return configuration.severities.get(rule.code) != "off"
