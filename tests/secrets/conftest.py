"""What tests of secrets share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kmconfig.lint.observed import Scopes
from kmconfig.secrets import sendgrid_scopes

if TYPE_CHECKING:
    from kmconfig.secrets.secret import Secret


@pytest.fixture
def scopes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Takes the place of SendGrid's API; lists the hosts asked."""
    asked: list[str] = []

    def answer(_: Secret, host: str) -> Scopes:
        asked.append(host)
        return Scopes(("templates.read",))

    monkeypatch.setattr(sendgrid_scopes, "ask_scopes", answer)
    return asked
