"""Answers to what `init` asks."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from kmconfig.scaffold.answers import Answers
from kmconfig.scaffold.scaffold import Scaffold, scaffold

if TYPE_CHECKING:
    from pathlib import Path

TODAY = date(2026, 11, 22)

USUAL: dict[str, Any] = {
    "application_name": "Acme License Portal",
    "url": "https://licenses.acme.example",
    "aws_region": "eu-west-1",
    "sender": "licensing@acme.example",
    "recipients": ("mail-test@acme.example", "mail-test@partner.example"),
}


def answers(**some: Any) -> Answers:
    """Usual answers, with some of them changed."""
    return Answers(**{**USUAL, **some})


def made(root: Path, **some: Any) -> Scaffold:
    """What `init` would do below a root."""
    return scaffold(root, answers(**some), today=TODAY)
