"""A proxy that cannot be used on the way to the APIs that send mail."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import HTTPClientError, ProxyConnectionError

from kmconfig.environment.project import Project
from kmconfig.environment.reference import SecretRef
from kmconfig.errors import CouldNotCheck
from kmconfig.mail.mailgun import MailgunTransport
from kmconfig.mail.mailgun_account import MailgunAccount, api_address
from kmconfig.mail.mailgun_observing import mailgun_state
from kmconfig.mail.ses_faults import failed_by
from kmconfig.mail.ses_observing import SesAccounts
from kmconfig.secrets.aws.faults import Asking
from kmconfig.secrets.secret import Secret
from tests.lint.clean import write_environment
from tests.mail.ses.sending import KEY, KEY_ID, probe

if TYPE_CHECKING:
    from pathlib import Path

LOGIN = "hunter2"
SAYS = "the proxy in `HTTPS_PROXY` cannot be used"
ACCOUNT = MailgunAccount(domain="mg.acme.test", region="eu", key=Secret("key-0", reference="env:KEY"))
SES = """\
email:
  driver: ses
  ses: {region: eu-west-1, access_key_id: {env: KM_ID}, secret_access_key: {env: KM_KEY}}
"""
KEYS = {
    SecretRef("env", "KM_ID"): Secret(KEY_ID, reference="env:KM_ID"),
    SecretRef("env", "KM_KEY"): Secret(KEY, reference="env:KM_KEY"),
}


@pytest.fixture(params=["http://[31m:9", f"socks5://someone:{LOGIN}@127.0.0.1:1", "http://"], autouse=True)
def proxy(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("HTTPS_PROXY", request.param)
    return str(request.param)


def test_mailgun_is_given_no_key() -> None:
    with pytest.raises(CouldNotCheck, match=SAYS) as raised:
        MailgunTransport(ACCOUNT).probe("a@acme.test", [])
    assert LOGIN not in raised.value.sentence
    assert "NO_PROXY" in raised.value.sentence


def test_mailgun_tells_nothing_of_the_domain() -> None:
    state = mailgun_state(ACCOUNT, api_address("eu", {}), "the domain")
    assert SAYS in state.unknown
    assert LOGIN not in repr(state)


def test_ses_is_given_no_keys() -> None:
    with pytest.raises(CouldNotCheck, match=SAYS) as raised:
        probe()
    assert LOGIN not in raised.value.sentence


def test_ses_tells_nothing_of_the_account(tmp_path: Path) -> None:
    write_environment(tmp_path, SES)
    accounts = SesAccounts(forbidden=lambda _: "", progress=lambda _: None, timeout=5)
    with contextlib.closing(accounts):
        state = accounts.state(Project(tmp_path).environment("production"), "the account", KEYS, "login")
    assert SAYS in state.unknown
    assert LOGIN not in repr(state)


def test_keys_of_a_role_cannot_be_fetched_through_it() -> None:
    for error in (
        ProxyConnectionError(proxy_url="http://", error=OSError()),
        HTTPClientError(error=ValueError("Invalid IPv6 URL")),
    ):
        failed = failed_by(error, Asking("ses", "eu-west-1", os.environ), hide=str)
        assert (failed.kind, failed.stage) == ("aws-proxy", "connect")
        assert SAYS in failed.words
        assert LOGIN not in failed.words
