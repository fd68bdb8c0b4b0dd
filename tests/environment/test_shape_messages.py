"""What a fault of shape says: what was meant, how to mend it, and nothing that may be a secret."""

from __future__ import annotations

import pytest

from tests.environment.shaping import SMTP, V, only, places, shape

MEANT = [
    (SMTP + "    prot: 587\n", "did you mean `port`?"),
    (SMTP + "    Port: 587\n", "did you mean `port`?"),
    (SMTP + "    fallbackPorts: [25]\n", "did you mean `fallback_ports`?"),
    (SMTP + "    password: {evn: X}\n", "did you mean `env`?"),
    (V + "target: {laravel: {path: a}}\n", "did you mean `laravel_env`?"),
    (V + "email: {host: x}\n", "`host` belongs under `email.smtp`"),
    (V + "email: {sender_email: x}\n", "`email` belongs under `email.sender`"),
    (V + "smtp: {host: x}\n", "`smtp` belongs under `email`"),
    (V + "email: {from: x}\n", "did you mean `sender`?"),
    (V + "email: {sender: {colour: x}}\n", "known here: name, email, dkim_selectors"),
    (V + "tier: prod\n", "did you mean `production`?"),
    (SMTP + "    encryption: starttls\n", "did you mean `tls`?"),
    (V + "email: {driver: smpt}\n", "did you mean `smtp`?"),
    (SMTP + "    port: '587'\n", "remove the quotes"),
    (SMTP + "    host: smtps://a.example\n", "leave the scheme out; encryption and port have settings of their own"),
    (SMTP + "    host: a.example:25\n", "leave the port out; it has a setting of its own"),
    (SMTP + "    timeout: 30\n", "for example `30s`"),
    (SMTP + "    username: 12345\n", "put it in quotes"),
]


@pytest.mark.parametrize(("text", "remedy"), MEANT)
def test_it_says_what_was_meant(text: str, remedy: str) -> None:
    assert only(text).help == remedy


def test_a_key_that_is_there_already_is_not_suggested_again() -> None:
    problem = only(SMTP + "    port: 587\n    prot: 25\n")
    assert (problem.help, problem.fix) == ("remove it; `port` is set already", None)


def test_what_is_written_where_it_belongs_stays_known() -> None:
    problems, document = shape(V + "email:\n  host: a.example\n  smtp: {host: b.example}\n")
    assert places(problems) == [("KM104", 3, 3)]
    assert document.broken == {("email", "host")}


def test_yes_is_text() -> None:
    problem = only(V + "plugins: yes\n", schema="project")
    assert (problem.code, problem.help) == ("KM105", "`yes` is text in YAML 1.2; write `true`")


def fixed(text: str) -> tuple[str, bool]:
    problem = only(text)
    assert problem.fix is not None
    for edit in problem.fix.edits:
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return text, problem.fix.safe


FIXES = [
    (SMTP + "    encryption: TLS # why\n", SMTP + "    encryption: tls # why\n", True),
    (SMTP + "    encryption: 'TLS'\n", SMTP + "    encryption: 'tls'\n", True),
    (SMTP + '    encryption: "Ssl"\n', SMTP + '    encryption: "ssl"\n', True),
    (SMTP + "    encryption: starttls\n", SMTP + "    encryption: tls\n", False),
    (SMTP + "    port: '587'\n", SMTP + "    port: 587\n", True),
    (SMTP + "    prot: 587\n", SMTP + "    port: 587\n", False),
    (SMTP + "    'prot': 587\n", SMTP + "    port: 587\n", False),
]


@pytest.mark.parametrize(("text", "after", "safe"), FIXES)
def test_a_fix_clears_the_finding(text: str, after: str, safe: bool) -> None:
    assert fixed(text) == (after, safe)
    assert shape(after)[0] == []


SECRETS = [
    SMTP + "    password: CANARY\n",
    SMTP + "    password: [CANARY]\n",
    SMTP + "    password: {CANARY}\n",
    SMTP + "    password: {value: CANARY}\n",
    SMTP + "    password: {env: CANARY-X}\n",
    SMTP + "    password: {vault: a#b, env: CANARY}\n",
    SMTP + "    pasword: CANARY\n",
    SMTP + "    pass: CANARY\n",
    V + "email: {smtp_password: CANARY}\n",
    V + "email: {smtp: [{password: CANARY}]}\n",
    V + "smtp_settings: {user: x, api-token: CANARY}\n",
    V + "stores: {vault: {address: 'https://root:CANARY@vault.example'}}\n",
    V + "stores: {vault: {auth: {token: CANARY}}}\n",
    V + "target: {settings_api: {url: 'https://a.example', api_key: CANARY}}\n",
    SMTP + "    password: !!str CANARY\n",
]


@pytest.mark.parametrize("text", SECRETS)
def test_what_may_be_a_secret_is_not_repeated_and_not_shown(text: str) -> None:
    problems, document = shape(text)
    for problem in problems:
        words = (problem.message, problem.help, str(problem.path), problem.fix.title if problem.fix else "")
        assert "CANARY" not in "".join(words)
    assert problems or document.problems
    start = text.index("CANARY")
    assert any(first <= start and start + 6 <= last for first, last in document.file.sensitive)


def test_a_long_hostile_value_is_cut_and_cleaned() -> None:
    problem = only(SMTP + '    host: "\\e[31m' + "x" * 300 + '"\n')
    assert "\x1b" not in problem.message
    problem = only(V + "email: {driver: " + "x" * 300 + "}\n")
    assert "x" * 60 not in problem.message
    problem = only(V + '"ke\\ny\\u202e": 1\n')
    assert "`ke\\u000ay\\u202e`" in problem.message


def test_thousands_of_faults_do_not_take_minutes() -> None:
    text = V + "".join(f"unknown_key_{number}: 1\n" for number in range(9000))
    problems, _ = shape(text)
    assert len(problems) == 9000
