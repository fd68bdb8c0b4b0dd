"""Every rule, in the order of its code. A new rule gets a module of its own and a line here."""

from __future__ import annotations

from kmconfig.lint.rule import Rule
from kmconfig.lint.rules.transport import port_encryption_mismatch

RULES: tuple[Rule, ...] = (port_encryption_mismatch.check,)
