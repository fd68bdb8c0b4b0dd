"""Every rule of our own, in the order of its code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.lint.rules.offline import OFFLINE_RULES
from kmconfig.lint.rules.online import ONLINE_RULES

if TYPE_CHECKING:
    from kmconfig.lint.rule import Rule

RULES: tuple[Rule, ...] = (*OFFLINE_RULES, *ONLINE_RULES)
