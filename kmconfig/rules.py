"""What a package needs to bring rules of its own: see ``docs/plugins.md``.

A rule is a function of an environment, of a file, or of what it gathers from all environments. It is pure: what it
yields depends on nothing but what it is given, for results may be kept.
"""

from __future__ import annotations

from kmconfig.environment.environment import Environment
from kmconfig.environment.projectfile import ProjectFile
from kmconfig.lint.finding import Finding, Label, set_value
from kmconfig.lint.rule import Rule, file_rule, policy_rule, project_rule, rule
from kmconfig.lint.surroundings import Sketch, Surroundings, mark_of
from kmconfig.source.parser import Document
from kmconfig.source.problem import Edit, Fix
from kmconfig.source.span import Span
from kmconfig.source.value import Value

__all__ = [
    "Document",
    "Edit",
    "Environment",
    "Finding",
    "Fix",
    "Label",
    "ProjectFile",
    "Rule",
    "Sketch",
    "Span",
    "Surroundings",
    "Value",
    "file_rule",
    "mark_of",
    "policy_rule",
    "project_rule",
    "rule",
    "set_value",
]
