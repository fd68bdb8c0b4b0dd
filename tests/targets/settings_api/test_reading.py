"""Reading the interface, and planning against it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kmconfig.errors import ConfigurationError, CouldNotCheck, Refused
from kmconfig.targets.interface import MailFacts
from kmconfig.targets.secret_changes import Written
from tests.deploy.site import PASSWORD
from tests.servers.settings_api import KEY, Key, Offers, SettingsApi
from tests.targets.settings_api.asking import FINGERPRINTS, VARIABLE, apply, reader_of, wanted

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "env: KM_TARGET_SECRET"
SETTING, REFERENCE = "email.smtp.password", "env:KM_TARGET_SECRET"


def test_what_is_live(tmp_path: Path, api: SettingsApi) -> None:
    reader = reader_of(wanted(tmp_path, api), tmp_path)
    live = reader.live()
    assert live.facts == MailFacts("smtp", "localhost", "none", "noreply@acme.test")
    assert live.owner is None
    assert reader.identity == f"settings_api:{api.url}/settings/email"
    assert reader.live().base == live.base
    api.change(smtp_host="other.example")
    assert reader.live().base != live.base


def test_operations_say_what_changes(tmp_path: Path, api: SettingsApi) -> None:
    comparison = reader_of(wanted(tmp_path, api), tmp_path).compare(wanted(tmp_path, api))
    assert {op.key: (op.setting, op.action, op.before, op.after, op.secret) for op in comparison.operations} == {
        "smtp_host": ("email.smtp.host", "change", "localhost", "smtp.sendgrid.net", False),
        "smtp_port": ("email.smtp.port", "change", "25", "587", False),
        "smtp_username": ("email.smtp.username", "add", None, "apikey", False),
        "smtp_password": ("email.smtp.password", "change", "(set)", REFERENCE, True),
        "encryption": ("email.smtp.encryption", "change", "none", "tls", False),
        "sender_name": ("email.sender.name", "change", "KeyManager", "Acme License Portal", False),
        "sender_email": ("email.sender.email", "change", "noreply@acme.test", "licensing@acme.example", False),
    }
    assert comparison.facts.host == "smtp.sendgrid.net"
    assert comparison.kept["smtp_password"] == (SETTING, REFERENCE, True)
    assert PASSWORD not in repr(comparison)


def test_planning_asks_for_nothing_but_the_settings(tmp_path: Path, api: SettingsApi) -> None:
    reader = reader_of(wanted(tmp_path, api), tmp_path)
    reader.live()
    reader.live_secrets()
    reader.compare(wanted(tmp_path, api))
    assert set(api.requests) == {"GET"}
    assert not {"write", "restore", "put", "stage", "capture"} & set(dir(reader))
    assert not any(callable(getattr(part, "write", None)) for part in vars(reader).values())


@pytest.mark.parametrize(
    ("written", "change"),
    [
        (None, False),
        (Written(REFERENCE, None, "the fingerprint of it"), None),
        (Written(REFERENCE, None, "0" * 12), True),
        (Written("env:KM_OTHER", None, "the fingerprint of it"), False),
    ],
)
def test_a_password_is_compared_by_what_was_written(
    tmp_path: Path, api: SettingsApi, written: Written | None, change: bool | None
) -> None:
    goal = wanted(tmp_path, api)
    reader = reader_of(goal, tmp_path)
    apply(reader, goal)
    (secret,) = goal.secrets.values()
    if written is not None and written.fingerprint != "0" * 12:
        fingerprint = FINGERPRINTS.of(secret, setting=SETTING, reference=REFERENCE)
        written = written._replace(fingerprint=fingerprint)
    later = reader_of(goal, tmp_path).compare(goal, written={SETTING: written} if written else {})
    if change is None:
        assert later.operations == ()
        return
    (operation,) = later.operations
    assert operation.change is not None
    assert operation.change.compared is change


def test_a_change_by_others_is_seen_where_the_server_keeps_marks(tmp_path: Path) -> None:
    with SettingsApi(offers=Offers(marks=True)) as api:
        goal = wanted(tmp_path, api)
        reader = reader_of(goal, tmp_path)
        apply(reader, goal)
        (secret,) = goal.secrets.values()
        written = {SETTING: Written(REFERENCE, None, FINGERPRINTS.of(secret, setting=SETTING, reference=REFERENCE))}
        later = reader_of(goal, tmp_path)
        assert later.compare(goal, written=written).operations == ()
        assert later.live().owner == "staging"
        api.change(smtp_password="by somebody else")
        (operation,) = later.compare(goal, written=written).operations
        assert operation.key == "smtp_password"


def test_a_user_name_that_is_a_secret_is_not_shown(tmp_path: Path, api: SettingsApi) -> None:
    driver = "smtp: {host: smtp.acme.example, username: {env: KM_TARGET_SECRET}, password: {env: KM_TARGET_SECRET}}"
    goal = wanted(tmp_path, api, driver)
    api.change(smtp_username="an older user")
    reader = reader_of(goal, tmp_path)
    (operation,) = (op for op in reader.compare(goal).operations if op.key == "smtp_username")
    assert (operation.before, operation.after, operation.secret) == ("(set)", REFERENCE, True)
    apply(reader, goal)
    assert api.settings["smtp_username"] == PASSWORD


@pytest.mark.parametrize(
    ("driver", "fields"),
    [
        ("sendmail: {path: /usr/sbin/sendmail}", {"sendmail_command": "/usr/sbin/sendmail -bs -i"}),
        (
            "mailgun: {domain: mg.acme.example, region: eu, api_key: {env: KM_TARGET_SECRET}}",
            {"mailgun_domain": "mg.acme.example", "mailgun_region": "eu", "mailgun_api_key": PASSWORD},
        ),
        (
            f"ses: {{region: eu-west-1, access_key_id: {{{SECRET}}}, secret_access_key: {{{SECRET}}}}}",
            {"ses_region": "eu-west-1", "ses_access_key_id": PASSWORD, "ses_secret_access_key": PASSWORD},
        ),
    ],
)
def test_other_drivers(tmp_path: Path, api: SettingsApi, driver: str, fields: dict[str, str]) -> None:
    name = driver.partition(":")[0]
    goal = wanted(tmp_path, api, f"driver: {name}\n  {driver}")
    formerly = frozenset({"smtp_host", "smtp_password", "smtp_username"})
    apply(reader_of(goal, tmp_path), goal, formerly_ours=formerly)
    assert fields.items() <= api.everything.items()
    assert api.settings["driver"] == name
    assert api.settings["smtp_host"] is None
    assert "smtp_password" not in api.secrets
    assert api.settings["smtp_port"] == 25  # nobody of us wrote it


def test_what_the_interface_has_no_field_for(tmp_path: Path, api: SettingsApi) -> None:
    driver = "smtp: {host: smtp.acme.example, ehlo_domain: mail.acme.example}"
    goal = wanted(tmp_path, api, driver)
    (note,) = reader_of(goal, tmp_path).compare(goal).notes
    assert "email.smtp.ehlo_domain" in note


@pytest.mark.parametrize(
    ("offers", "able"), [(Offers(), True), (Offers(etag=False), False), (Offers(etag=False, marks=True), False)]
)
def test_capabilities_are_those_that_were_seen(tmp_path: Path, offers: Offers, able: bool) -> None:
    with SettingsApi(offers=offers) as api:
        reader = reader_of(wanted(tmp_path, api), tmp_path)
        assert not reader.capabilities.compare_and_set
        reader.live()
        assert reader.capabilities.compare_and_set is able
        assert not reader.capabilities.restores_secrets
        assert not reader.capabilities.reads_secrets


def test_without_a_token_the_settings_make_the_base(tmp_path: Path) -> None:
    with SettingsApi(offers=Offers(etag=False, versions=True)) as api:
        reader = reader_of(wanted(tmp_path, api), tmp_path)
        first = reader.live().base
        assert reader.live().base == first
        api.change(smtp_password="another")
        assert reader.live().base != first


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://licenses.acme.example/api/v1", "without TLS"),
        ("https://licenses.acme.example/api?x=1", "no plain web address"),
    ],
)
def test_addresses_that_are_not_used(tmp_path: Path, api: SettingsApi, url: str, why: str) -> None:
    goal = wanted(tmp_path, api, url=url)
    with pytest.raises(ConfigurationError, match=why) as caught:
        reader_of(goal, tmp_path)
    assert "environments/staging.yaml:11:" in caught.value.message
    assert "vault" not in str(caught.value.help)


@pytest.mark.parametrize("path", ["/../x", "/settings/./email", "/settings/.."])
def test_paths_that_lead_elsewhere(tmp_path: Path, api: SettingsApi, path: str) -> None:
    goal = wanted(tmp_path, api, path=path)
    with pytest.raises(ConfigurationError, match="leads out of"):
        reader_of(goal, tmp_path)


def test_a_host_that_may_not_be_given_a_login(tmp_path: Path, api: SettingsApi) -> None:
    goal = wanted(tmp_path, api)
    reader_of(goal, tmp_path, hosts=("127.0.0.1",)).live()
    with pytest.raises(Refused, match=r"policy\.hosts"):
        reader_of(goal, tmp_path, hosts=("smtp.sendgrid.net",))


@pytest.mark.parametrize("key", ["", "two words", "line\nend"])
def test_keys_that_are_none(tmp_path: Path, api: SettingsApi, key: str) -> None:
    with pytest.raises(CouldNotCheck, match=VARIABLE) as caught:
        reader_of(wanted(tmp_path, api), tmp_path, key=key).live()
    assert not key or key not in str(caught.value)
    assert api.requests == []


@pytest.mark.parametrize(
    ("key", "code", "help_"),
    [
        (Key(environment="production"), 100, "belongs to one environment"),
        (Key(active=False), 101, "activate"),
        (Key(capabilities=set()), 102, "capability"),
    ],
)
def test_keys_that_are_refused(tmp_path: Path, api: SettingsApi, key: Key, code: int, help_: str) -> None:
    api.keys = {KEY: key}
    with pytest.raises(CouldNotCheck, match=rf"code {code}\)") as caught:
        reader_of(wanted(tmp_path, api), tmp_path).live()
    assert help_ in (caught.value.help or "")


def test_a_path_and_codes_of_ones_own(tmp_path: Path, api: SettingsApi) -> None:
    goal = wanted(tmp_path, api, path="/settings/email/", codes={"read": [649, 10], "write": [77]})
    reader = reader_of(goal, tmp_path)
    assert (reader.endpoint.read, reader.endpoint.write) == (frozenset({649, 10}), frozenset({77}))
    other = wanted(tmp_path, api, codes={"read": [10]})
    with pytest.raises(CouldNotCheck, match="code 649, which is not known"):
        reader_of(other, tmp_path).live()


@pytest.mark.parametrize("proxy", ["http://[31m:9", "socks5://me:hunter2@127.0.0.1:1", "http://"])
def test_a_proxy_that_cannot_be_used_is_named(
    tmp_path: Path, api: SettingsApi, proxy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    with pytest.raises(CouldNotCheck, match="the proxy in `HTTPS_PROXY` cannot be used") as raised:
        reader_of(wanted(tmp_path, api, url="https://licenses.acme.example/api/v1"), tmp_path)
    assert "hunter2" not in raised.value.sentence
    assert "NO_PROXY" in raised.value.sentence
