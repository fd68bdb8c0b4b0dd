"""The mail stack as a pytest fixture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.servers.mail_stack import run_mail_stack

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.servers.mail_stack import MailStack


@pytest.fixture(scope="session")
def mail_stack() -> Iterator[MailStack]:
    """Postfix and Dovecot, started once; ``tests/conftest.py`` keeps their tests on one worker."""
    with run_mail_stack() as stack:
        yield stack
