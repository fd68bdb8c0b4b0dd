"""What plans say of the password, and applies that have to succeed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.deploy.endings import APPLY, complies

if TYPE_CHECKING:
    from tests.cli.running import Call, Ran


def line_of(ran: Ran) -> str:
    """What a plan says of the password."""
    assert ran.code == 0, ran.err
    (line,) = (line for line in ran.out.splitlines() if "MAIL_PASSWORD" in line)
    return " ".join(line.split("environments/")[0].split())


def operation(ran: Ran) -> dict[str, Any]:
    """The same for machines."""
    assert ran.code == 0, ran.err
    assert complies(ran.document, "plan")
    (found,) = (op for op in ran.result["operations"] if op["key"] == "MAIL_PASSWORD")
    assert isinstance(found, dict)
    return found


def apply(kmconfig: Call) -> dict[str, Any]:
    ran = kmconfig(*APPLY)
    assert (ran.code, ran.result["result"]) == (0, "applied"), ran.err
    assert complies(ran.document, "receipt")
    return ran.result
