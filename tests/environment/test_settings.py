"""The typed view: what is known, what is absent, and what nobody may conclude anything from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from kmconfig.environment.reference import SecretRef
from kmconfig.environment.settings import NotKnown, UnknownValue
from tests.environment.folders import ENV, V, only

if TYPE_CHECKING:
    from pathlib import Path

    from kmconfig.environment.environment import Environment

SMTP = ENV + "email:\n  sender: {email: licensing@acme.example}\n  smtp:\n"


def env(root: Path, text: str, **files: str) -> Environment:
    return only(root, {"p.yaml": text, **{f"{name}.yaml": content for name, content in files.items()}})


def known(block: Any) -> dict[str, Any]:
    """The fields of a block that are known and there."""
    found = {name: getattr(block, name) for name in block._fields}
    return {
        name: value.plain() if not isinstance(value.data, SecretRef) else value.data
        for name, value in found.items()
        if value is not None and not isinstance(value, UnknownValue)
    }


def unknown(block: Any) -> set[str]:
    return {name for name in block._fields if isinstance(getattr(block, name), UnknownValue)}


def test_all_of_smtp(tmp_path: Path) -> None:
    text = SMTP + (
        "    {host: h.acme.example, port: 465, encryption: ssl, username: apikey, password: {vault: 'a/b#c',"
        " version: 3, max_age: 90d}, fallback_ports: [2525], ehlo_domain: e.acme.example, timeout: 10s}\n"
        "  reply_to: support@acme.example\n  test: {recipients: [a@acme.example]}\n"
        "application: {name: Portal, url: 'https://acme.example', runtime: cloud}\n"
    )
    environment = env(tmp_path, text)
    email = environment.email
    assert known(email.smtp) == {
        "host": "h.acme.example",
        "port": 465,
        "encryption": "ssl",
        "username": "apikey",
        "password": SecretRef("vault", "a/b", key="c", version=3, max_age="90d"),
        "fallback_ports": [2525],
        "ehlo_domain": "e.acme.example",
        "timeout": "10s",
    }
    assert (email.sendmail, email.mailgun, email.ses) == (None, None, None)
    assert known(email.sender) == {"name": "Portal", "email": "licensing@acme.example"}
    assert email.reply_to is not None
    assert email.reply_to.data == "support@acme.example"
    assert email.test_recipients is not None
    assert email.test_recipients.plain() == ["a@acme.example"]
    assert known(environment.application) == {"name": "Portal", "url": "https://acme.example", "runtime": "cloud"}
    assert email.smtp is not None
    assert email.smtp.password is not None
    assert str(email.smtp.password.span) == "environments/p.yaml:6:84"
    assert environment.email is email


@pytest.mark.parametrize(
    ("block", "driver", "settings"),
    [
        ("sendmail: {path: /bin/sm}", "sendmail", {"path": "/bin/sm", "arguments": ["-bs", "-i"]}),
        (
            "mailgun: {domain: mg.acme.example, api_key: {env: K}}",
            "mailgun",
            {"domain": "mg.acme.example", "region": "us", "api_key": SecretRef("env", "K")},
        ),
        ("ses: {region: eu-west-1, configuration_set: km}", "ses", {"region": "eu-west-1", "configuration_set": "km"}),
        (
            "smtp: {username: {file: /run/u}}",
            "smtp",
            {
                "host": "localhost",
                "port": 587,
                "encryption": "tls",
                "timeout": "30s",
                "username": SecretRef("file", "/run/u"),
            },
        ),
    ],
)
def test_only_the_chosen_driver_is_there(tmp_path: Path, block: str, driver: str, settings: dict[str, Any]) -> None:
    email = env(tmp_path, ENV + f"email:\n  driver: {driver}\n  {block}\n").email
    assert email.driver.data == driver
    present = {name for name in ("smtp", "sendmail", "mailgun", "ses") if getattr(email, name) is not None}
    assert present == {driver}
    assert known(getattr(email, driver)) == settings


@pytest.mark.parametrize(
    ("setting", "names"),
    [
        ("port: 99999", {"port"}),
        ("port: '587'", {"port"}),
        ("port: *x", {"port"}),
        ("port: !!int 587", {"port"}),
        (
            "port: 587\n    port: 465",
            {"port", "username", "password", "host", "encryption", "auth", "timeout", "fallback_ports", "ehlo_domain"},
        ),
        ("prot: 465", {"port"}),
        ("password: hunter2", {"password"}),
        ("password: {vault: no-key}", {"password"}),
        ("password: {env: A, vault: 'b#c'}", {"password"}),
        ("password: {}", {"password"}),
        ("password: {<<: *x}", {"password"}),
        ("password: {<<: *x, env: A}", {"password"}),
        ("password: {env: A, evn: B}", {"password"}),
        ("username: {env: 5}", {"username"}),
        ("username: [a]", {"username"}),
        ("fallback_ports: 25", {"fallback_ports"}),
        ("port: {<<: *x}", {"port"}),
        ("host: {a: b}", {"host"}),
    ],
)
def test_a_refused_setting_is_not_known_and_others_are(tmp_path: Path, setting: str, names: set[str]) -> None:
    smtp = env(tmp_path, SMTP + f"    {setting}\n").email.smtp
    assert smtp is not None
    assert unknown(smtp) == names
    value = getattr(smtp, min(names))
    with pytest.raises(NotKnown):
        assert value.data
    with pytest.raises(NotKnown):
        value.plain()


@pytest.mark.parametrize(
    "ports", ["[25, x, 26]", "[25, *a, 26]", "[25, 99999, 26]", "[25, {a: b}, 26]", "[25, 26, 25]"]
)
def test_refused_entries_of_lists_are_left_out(tmp_path: Path, ports: str) -> None:
    smtp = env(tmp_path, SMTP + f"    fallback_ports: {ports}\n").email.smtp
    assert smtp is not None
    assert smtp.fallback_ports is not None
    assert smtp.fallback_ports.plain() == [25, 26]


@pytest.mark.parametrize(
    "email",
    [
        "driver: smpt",
        "driver: SMTP",
        "driver: 5",
        "driver: *x",
        "driver: {<<: *x}",
        "driver: smtp\n  driver: mailgun",
        "dirver: ses",
    ],
)
def test_without_a_known_driver_no_driver_is_assumed(tmp_path: Path, email: str) -> None:
    environment = env(tmp_path, ENV + f"email:\n  sender: {{email: a@acme.example}}\n  {email}\n")
    settings = environment.email
    assert isinstance(settings.driver, UnknownValue)
    assert (settings.smtp, settings.sendmail, settings.mailgun, settings.ses) == (None, None, None, None)
    assert environment.missing() == []


@pytest.mark.parametrize(
    "application",
    [
        f"{{name: {'x' * 65}}}",
        "{name: 5}",
        "5",
        "{<<: *x}",
        "{nmae: x}",
        "{name: {<<: *x}}",
        "{name: a}\napplication: {}",
    ],
)
def test_a_sender_name_is_not_known_where_the_name_it_defaults_to_is_not(tmp_path: Path, application: str) -> None:
    environment = env(tmp_path, ENV + f"application: {application}\nemail: {{sender: {{email: a@acme.example}}}}\n")
    assert unknown(environment.email.sender) >= {"name"}
    assert "name" in unknown(environment.application)


def test_a_written_sender_name_needs_no_other(tmp_path: Path) -> None:
    environment = env(tmp_path, ENV + "application: {name: 5}\nemail: {sender: {name: A, email: a@acme.example}}\n")
    assert environment.email.sender.name.data == "A"


@pytest.mark.parametrize("below", ["a: [", "email: 5\n", "[a]", "email: {smtp: {port: x}}\nextends: nowhere.yaml\n"])
def test_an_incomplete_environment_assumes_nothing(tmp_path: Path, below: str) -> None:
    environment = env(tmp_path, ENV + "extends: below.yaml\nemail: {reply_to: a@acme.example}\n", below=V + below)
    email = environment.email
    assert isinstance(email.driver, UnknownValue)
    assert email.smtp is None
    assert unknown(email.sender) == {"name", "email", "dkim_selectors"}
    assert unknown(environment.application) <= {"name", "url", "runtime"}
    assert environment.missing() == []
    assert email.reply_to is not None
    assert email.reply_to.data == "a@acme.example"


def test_what_a_later_layer_says_anew_is_known(tmp_path: Path) -> None:
    text = (
        ENV + "extends: below.yaml\nemail: {smtp: {port: 465, password: {env: A}}, sender: {email: a@acme.example}}\n"
    )
    environment = env(tmp_path, text, below=V + "email: {smtp: {port: x, password: {env: 5}, host: 5}}\n")
    assert environment.email.smtp is not None
    assert unknown(environment.email.smtp) == {"host"}


@pytest.mark.parametrize("text", ["password: {file: '/run/x#'}", "password: {file: '#'}", "password: {file: 'x#y#'}"])
def test_an_empty_part_of_a_reference_is_told_and_fails_nobody(tmp_path: Path, text: str) -> None:
    environment = env(tmp_path, SMTP + f"    {text}\n")
    assert [(problem.code, problem.span.line) for problem in environment.layers[-1].document.problems] == [("KM107", 6)]
    assert environment.email.smtp is not None
    assert unknown(environment.email.smtp) == {"password"}


def test_an_unknown_value_tells_its_place_and_nothing_else() -> None:
    value = UnknownValue("kept?", ("email", "smtp", "port"))
    assert repr(value) == "Value(email.smtp.port at None)"
    assert value.written is False
    with pytest.raises(NotKnown, match=r"email\.smtp\.port"):
        assert value.data
