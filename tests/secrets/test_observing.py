"""Looking at the secrets of environments: what is asked, and what becomes of the answers."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from kmconfig.environment.project import Project
from kmconfig.lint.observed import Scopes
from kmconfig.secrets.observing import observe
from tests.lint.clean import write_environment
from tests.secrets.fake_store import FakeStore, FakeStores, closed, fresh, gone, open_only
from tests.secrets.looking import KEY, NAME, NOW, SETTING, Run

if TYPE_CHECKING:
    from pathlib import Path

    from kmconfig.lint.observed import Sight
    from kmconfig.secrets.store import ProblemKind

pytestmark = pytest.mark.usefixtures("scopes")


def test_only_metadata_is_asked_for(tmp_path: Path) -> None:
    run = Run(tmp_path, fresh(KEY, NOW - timedelta(days=12), version="9"))
    state = run.state()
    assert (state.status, state.version, state.created) == ("found", "9", NOW - timedelta(days=12))
    assert (state.value, state.shape, state.scopes) == ("unasked", None, None)
    assert (run.store.described, run.store.resolved) == ([NAME], [])
    assert run.asked == ["Vault"]


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("missing", "missing"),
        ("invalid", "unusable"),
        ("denied", "denied"),
        ("refused", "error"),
        ("unreachable", "error"),
        ("undeclared", "error"),
    ],
)
@pytest.mark.parametrize("values", [False, True])
def test_what_a_store_answers(tmp_path: Path, kind: ProblemKind, status: Sight, values: bool) -> None:
    run = Run(tmp_path, gone(kind))
    state = run.state(values=values)
    assert state.status == status
    assert kind in state.detail
    assert kind in state.help
    assert run.store.resolved == ([NAME] if values and kind == "denied" else [])


def test_an_undeclared_store(tmp_path: Path) -> None:
    run = Run(tmp_path, fresh(KEY, NOW), text="email: {smtp: {password: {aws_secret: km/prod/smtp}}}\n")
    state = run.state()
    assert state.status == "error"
    assert "does not declare" in state.detail
    assert "stores: {aws:" in state.help


@pytest.mark.parametrize(("kind", "status"), [("missing", "missing"), ("invalid", "unusable")])
def test_the_value_may_be_missing_where_its_metadata_is_there(tmp_path: Path, kind: ProblemKind, status: Sight) -> None:
    assert Run(tmp_path, closed(kind, NOW)).state(values=True).status == status


@pytest.mark.parametrize(("kind", "value"), [("denied", "denied"), ("unreachable", "error")])
def test_a_value_that_cannot_be_read_leaves_the_metadata(tmp_path: Path, kind: ProblemKind, value: str) -> None:
    state = Run(tmp_path, closed(kind, NOW)).state(values=True)
    assert (state.status, state.created, state.value) == ("found", NOW, value)
    assert kind in state.unread
    assert state.shape is None


def test_metadata_that_may_not_be_read_leaves_the_value(tmp_path: Path) -> None:
    run = Run(tmp_path, open_only(KEY))
    assert run.state().status == "denied"
    state = run.state(values=True)
    assert (state.status, state.created, state.value) == ("found", None, "read")
    assert state.shape is not None


@pytest.mark.parametrize(
    ("value", "fits", "seen"),
    [
        (KEY, True, ""),
        (f"{KEY}\n", False, "right but for white space around it"),
        (f'"{KEY}"', False, "right but for quotes around it"),
        ("correct-horse-battery", False, ""),
    ],
)
def test_the_form_is_judged_and_the_value_forgotten(tmp_path: Path, value: str, fits: bool, seen: str) -> None:
    observed = Run(tmp_path, fresh(value, NOW)).observe(values=True)
    shape = observed.secrets["production"][SETTING].shape
    assert shape is not None
    assert (shape.fits, shape.seen, shape.provider, shape.confirmed) == (fits, seen, "SendGrid", True)
    assert "`SG.`" in shape.expected
    assert value.strip() not in repr(observed)


AWS_SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
SES_PASSWORD = "BLBM/9hSUELfq8Gw+rU1YcBjkOxGbhT2XG763xVLGWL9"


@pytest.mark.parametrize(
    ("host", "value", "fits", "confirmed", "seen"),
    [
        ("email-smtp.eu-west-1.amazonaws.com", SES_PASSWORD, True, True, ""),
        ("email-smtp.eu-west-1.amazonaws.com", AWS_SECRET, False, True, "AWS secret key"),
        ("smtp.gmail.com", "abcdefghijklmnop", True, False, ""),
        ("smtp.gmail.com", "abcd efgh ijkl mnop", True, False, ""),
        ("smtp.gmail.com", "correct-horse", False, False, ""),
        ("smtp-relay.brevo.com", f"xsmtpsib-{'0' * 64}-{'a' * 16}", True, True, ""),
        ("smtp-relay.brevo.com", f"xkeysib-{'0' * 64}-{'a' * 16}", False, True, "API key"),
        ("smtp.mailgun.org", "anything at all", True, True, ""),
        ("smtp.mailgun.org", f"key-{'0' * 32}", False, False, "API key"),
        ("smtp.postmarkapp.com", "00000000-0000-0000-0000-000000000000", True, False, ""),
        ("smtp.resend.com", "hunter2-hunter3", False, False, ""),
    ],
)
def test_the_forms_of_providers(
    *, tmp_path: Path, host: str, value: str, fits: bool, confirmed: bool, seen: str, scopes: list[str]
) -> None:
    state = Run(tmp_path, fresh(value, NOW), text=f"email: {{smtp: {{host: {host}}}}}\n").state(values=True)
    assert state.shape is not None
    assert (state.shape.fits, state.shape.confirmed) == (fits, confirmed)
    assert seen in state.shape.seen
    assert bool(state.shape.seen) == bool(seen)
    assert scopes == []


@pytest.mark.parametrize("host", ["smtp.acme.example", "smtp.fastmail.com"])
def test_no_form_is_known_of_other_servers(tmp_path: Path, host: str) -> None:
    state = Run(tmp_path, fresh("x" * 20, NOW), text=f"email: {{smtp: {{host: {host}}}}}\n").state(values=True)
    assert (state.value, state.shape) == ("read", None)


@pytest.mark.parametrize(
    ("block", "value", "fits"),
    [
        ("mailgun: {domain: mg.acme.example, api_key: REF}", f"key-{'0' * 32}", True),
        ("mailgun: {domain: mg.acme.example, api_key: REF}", f"{'0' * 32}-{'1' * 8}-{'2' * 8}", True),
        ("mailgun: {domain: mg.acme.example, api_key: REF}", f"pubkey-{'0' * 32}", False),
        ("ses: {region: eu-west-1, secret_access_key: REF}", AWS_SECRET, True),
        ("ses: {region: eu-west-1, secret_access_key: REF}", SES_PASSWORD, False),
        ("ses: {region: eu-west-1, access_key_id: REF}", "ASIAIOSFODNN7EXAMPLE", True),
        ("ses: {region: eu-west-1, access_key_id: REF}", AWS_SECRET, False),
    ],
)
def test_the_forms_of_apis(tmp_path: Path, block: str, value: str, fits: bool) -> None:
    driver = block.partition(":")[0]
    text = f"email:\n  driver: {driver}\n  {block.replace('REF', f'{{vault: {NAME}#key}}')}\n"
    states = Run(tmp_path, fresh(value, NOW), text=text).observe(values=True).secrets["production"]
    (shape,) = [state.shape for state in states.values()]
    assert shape is not None
    assert shape.fits == fits


def test_sendgrid_is_asked_what_its_key_may_do(tmp_path: Path, scopes: list[str]) -> None:
    run = Run(tmp_path, fresh(KEY, NOW))
    assert run.state(values=True).scopes == Scopes(("templates.read",))
    assert scopes == ["api.sendgrid.com"]
    assert run.asked == ["Vault", "SendGrid"]


def test_a_european_account_has_its_own_api(tmp_path: Path, scopes: list[str]) -> None:
    Run(tmp_path, fresh(KEY, NOW), text="email: {smtp: {host: SMTP.eu.sendgrid.net}}\n").observe(values=True)
    assert scopes == ["api.eu.sendgrid.com"]


@pytest.mark.parametrize("value", [f"{KEY} ", AWS_SECRET])
def test_nothing_but_a_sendgrid_key_is_shown_to_sendgrid(tmp_path: Path, value: str, scopes: list[str]) -> None:
    assert Run(tmp_path, fresh(value, NOW)).state(values=True).scopes is None
    assert scopes == []


@pytest.mark.parametrize(
    ("hosts", "asked"),
    [("smtp.sendgrid.net", []), ("smtp.sendgrid.net, api.sendgrid.com", ["api.sendgrid.com"])],
)
def test_policy_says_who_may_be_given_the_key(tmp_path: Path, hosts: str, asked: list[str], scopes: list[str]) -> None:
    run = Run(tmp_path, fresh(KEY, NOW), project=f"policy: {{hosts: [{hosts}]}}\n")
    answer = run.state(values=True).scopes
    assert answer is not None
    assert ("policy.hosts" in answer.unknown) == (asked == [])
    assert scopes == asked


def test_an_environment_with_faults_is_not_looked_at(tmp_path: Path) -> None:
    write_environment(tmp_path, "email: {smtp: {port: many}}\n")
    project = Project(tmp_path)
    store = FakeStore(**{NAME: fresh(KEY, NOW)})
    environment = project.environment("production")
    observed = observe([environment], FakeStores(store, root=tmp_path), now=NOW, values=True, file=project.file)
    assert dict(observed.secrets) == {}
    assert store.described == []


def test_the_limit_comes_from_the_project_file(tmp_path: Path) -> None:
    assert Run(tmp_path, fresh(KEY, NOW)).observe().max_secret_age is None
    assert Run(tmp_path, fresh(KEY, NOW), project="policy: {max_secret_age: 30d}\n").observe().max_secret_age == "30d"


def test_several_environments_share_one_store(tmp_path: Path) -> None:
    text = f"email: {{smtp: {{password: {{vault: '{NAME}#password'}}}}}}\n"
    write_environment(tmp_path, text)
    write_environment(tmp_path, text, name="eu")
    project = Project(tmp_path)
    store = FakeStore(**{NAME: fresh(KEY, NOW)})
    stores = FakeStores(store, root=tmp_path)
    environments = [project.environment(name) for name in ("production", "eu")]
    observed = observe(environments, stores, now=NOW, values=False, file=project.file)
    assert observed.secrets.keys() == {"production", "eu"}
    assert [login.identity for login in stores.logins()] == ["token from VAULT_TOKEN"]
