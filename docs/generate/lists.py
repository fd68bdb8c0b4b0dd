"""Short reference pages: exit codes, guards, variables of the environment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docs.generate.markdown import prose, table
from docs.generate.variables import VARIABLES
from kmconfig.cli.front_page import EXIT_CODES
from kmconfig.cli.worst import WORST_FIRST
from kmconfig.deploy.guards import GUARDS

if TYPE_CHECKING:
    from collections.abc import Iterator


def exit_codes_page() -> Iterator[str]:
    """What every code means."""
    yield "# Exit codes"
    yield ""
    yield from prose("The same for all commands.")
    yield from table(("Code", "Meaning"), ((str(code), meaning) for code, meaning in EXIT_CODES.items()))
    yield ""
    order = ", ".join(str(code) for code in WORST_FIRST)
    yield from prose(f"Of several environments the worst counts: the first of {order} that occurred.")
    yield from prose(
        "`kmconfig lint` reports files that it cannot read as findings, and ends with 1; where no file matched at "
        "all, with 65. After 1 to 5, 64 and 65 nothing was changed in any target. After 6 the target holds what it "
        "held before. After 7 read the [runbook](runbooks/apply-killed.md)."
    )


def guards_page() -> Iterator[str]:
    """What has to be approved by name."""
    yield "# Guards"
    yield ""
    yield from prose(
        "A mail configuration has some fifteen keys, so how many change says nothing: what counts is which one "
        "does. A change that touches a guard is refused with exit code 3 until somebody approves it by name: "
        "`--approve GUARD`, which may be repeated. `kmconfig plan` shows the guards, and the line to paste; the "
        "receipt keeps what was approved. `kmconfig test` asks for `host-change` too, since it sends the login."
    )
    yield from table(("Guard", "Refused because"), ((f"`{name}`", reason) for name, reason in GUARDS.items()))
    yield ""
    yield from prose(
        "What `policy.hosts` and `policy.commands` of the [project file](project.md) leave out cannot be approved "
        "at all."
    )


def variables_page() -> Iterator[str]:
    """Which variables of the environment are read."""
    yield "# Environment variables"
    yield ""
    yield from prose("Beside those that environment files refer to with `{env: NAME}`.")
    yield from table(("Variable", "Does"), ((f"`{name}`", text) for name, text in VARIABLES.items()))
