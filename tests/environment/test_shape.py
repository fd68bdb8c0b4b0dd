"""Every fault of shape is one finding, at the right place, and says nothing that may be a secret."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kmconfig.environment.schemas import load_schema
from kmconfig.environment.shape import check_shape
from kmconfig.source.parser import Document, parse
from kmconfig.source.span import SourceFile
from kmconfig.source.value import Value

if TYPE_CHECKING:
    from kmconfig.source.problem import Problem

V = "version: 1\n"
SMTP = V + "email:\n  smtp:\n"


def shape(text: str, *, schema: str = "environment", definition: str | None = None) -> tuple[list[Problem], Document]:
    document = parse(SourceFile("environments/production.yaml", text))
    root = document.root or Value({}, ())
    found = check_shape(root, load_schema(schema), broken=document.broken, file=document.file, definition=definition)
    return found, document


def places(problems: list[Problem]) -> list[tuple[str, int, int]]:
    return sorted((problem.code, problem.span.line, problem.span.column) for problem in problems)


def only(text: str, **options: str) -> Problem:
    problems, _ = shape(text, **options)
    assert len(problems) == 1, problems
    return problems[0]


CASES = [
    # the whole file
    ("", [("KM106", 1, 1)]),
    ("owner: me\n", [("KM106", 1, 1)]),
    ("[a]\n", [("KM105", 1, 1)]),
    ("just text\n", [("KM105", 1, 1)]),
    ("version: 2\n", [("KM109", 1, 10)]),
    ("version: 0\n", [("KM109", 1, 10)]),
    ('version: "1"\n', [("KM105", 1, 10)]),
    ("version: 1.0\n", [("KM105", 1, 10)]),
    ("version: true\n", [("KM105", 1, 10)]),
    ("version: null\n", [("KM105", 1, 10)]),
    ("verison: 1\n", [("KM104", 1, 1)]),
    (V + "tier: null\n", [("KM105", 2, 7)]),
    (V + "extends: null\n", [("KM105", 2, 10)]),
    (V + "extends: []\n", [("KM107", 2, 10)]),
    (V + "extends: [a.yaml, b.yaml, a.yaml]\n", [("KM107", 2, 27)]),
    (V + "tier: prod\n", [("KM107", 2, 7)]),
    (V + 'owner: "a\\tb"\n', [("KM107", 2, 8)]),
    (V + 'owner: "a\\u202eb"\n', [("KM107", 2, 8)]),
    (V + 'owner: "  "\n', [("KM107", 2, 8)]),
    (V + "owner: 12\n", [("KM105", 2, 8)]),
    (V + "description: |\n  two\n  lines\n", []),
    # keys
    (V + "emial: {}\n", [("KM104", 2, 1)]),
    (V + "email:\n  host: x\n", [("KM104", 3, 3)]),
    (SMTP + "    prot: 587\n", [("KM104", 4, 5)]),
    (SMTP + "    'prot': 587\n    hots: x\n", [("KM104", 4, 5), ("KM104", 5, 5)]),
    # types
    (V + "email: []\n", [("KM105", 2, 8)]),
    (SMTP + "    port: '587'\n", [("KM105", 4, 11)]),
    (SMTP + "    port: 587.0\n", [("KM105", 4, 11)]),
    (SMTP + "    port: true\n", [("KM105", 4, 11)]),
    (SMTP + "    encryption: false\n", [("KM105", 4, 17)]),
    (SMTP + "    timeout: 30\n", [("KM105", 4, 14)]),
    (SMTP + "    username: 12345\n", [("KM105", 4, 15)]),
    (SMTP + "    fallback_ports: 2525\n", [("KM105", 4, 21)]),
    (SMTP + "    fallback_ports: [2525, '25', null]\n", [("KM105", 4, 28), ("KM105", 4, 34)]),
    (V + "target: {laravel_env: {path: .env, laravel: '11'}}\n", [("KM105", 2, 45)]),
    # values
    (SMTP + "    port: 0\n", [("KM107", 4, 11)]),
    (SMTP + "    port: 65536\n", [("KM107", 4, 11)]),
    (SMTP + "    encryption: TLS\n", [("KM107", 4, 17)]),
    (SMTP + "    encryption: off\n", [("KM107", 4, 17)]),
    (SMTP + "    host: smtp.acme.example:587\n", [("KM107", 4, 11)]),
    (SMTP + "    host: ''\n", [("KM107", 4, 11)]),
    (SMTP + "    host: null\n    port: null\n    password: null\n    username: null\n", []),
    (SMTP + "    timeout: 0s\n", [("KM107", 4, 14)]),
    (SMTP + '    timeout: "30s\\n"\n', [("KM107", 4, 14)]),
    (V + f"email: {{sender: {{name: {'x' * 65}}}}}\n", [("KM107", 2, 24)]),
    (V + "email: {sender: {email: Acme <a@acme.example>}}\n", [("KM107", 2, 25)]),
    (V + "email: {test: {recipients: [a@acme.example, a@acme.example]}}\n", [("KM107", 2, 45)]),
    # secret references
    (SMTP + "    password: hunter2\n", [("KM301", 4, 15)]),
    (SMTP + "    password: 12345678\n", [("KM301", 4, 15)]),
    (SMTP + "    password: [hunter2]\n", [("KM105", 4, 15)]),
    (SMTP + "    password: {vualt: a/b#c}\n", [("KM104", 4, 16)]),
    (SMTP + "    password: {vault: a/b#c, env: X}\n", [("KM107", 4, 30)]),
    (SMTP + "    password: {max_age: 90d}\n", [("KM106", 4, 5)]),
    (SMTP + "    password: {vault: /a/b#c}\n", [("KM107", 4, 23)]),
    (SMTP + "    password: {vault: a/../b#c}\n", [("KM107", 4, 23)]),
    (SMTP + "    password: {vault: a/b}\n", [("KM107", 4, 23)]),
    (SMTP + "    password: {env: NOT-A-NAME}\n", [("KM107", 4, 21)]),
    (SMTP + "    password: {ssm: name}\n", [("KM107", 4, 21)]),
    (SMTP + "    password: {env: null}\n", [("KM105", 4, 21)]),
    # one of several
    (V + "target: {}\n", [("KM106", 2, 1)]),
    (V + "target: {file: {path: a}, vault: {path: b}}\n", [("KM107", 2, 27)]),
    (V + "target: {laravel_env: {}}\n", [("KM106", 2, 10)]),
    (V + "target: {laravl_env: {path: a}}\n", [("KM104", 2, 10)]),
    (V + "target: {aws: {}}\n", [("KM106", 2, 10)]),
    (V + "target: {laravel_env: {path: a, reload: [[], ['']]}}\n", [("KM107", 2, 42), ("KM107", 2, 47)]),
    (V + "stores: {vault: {auth: {token: {}, jwt: {role: a}}}}\n", [("KM107", 2, 36)]),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_a_fault_is_one_finding_at_its_place(text: str, expected: list[tuple[str, int, int]]) -> None:
    assert places(shape(text)[0]) == sorted(expected)


COMPLETE = [
    (V, [("KM106", 1, 1)]),
    (V + "email:\n  driver: smtp\n", [("KM106", 2, 1)]),
    (V + "email:\n  sender:\n    name: A\n", [("KM106", 3, 3)]),
    (V + "email:\n  sender: {email: a@acme.example}\n", []),
    (V + "email:\n  driver: mailgun\n  sender: {email: a@acme.example}\n", [("KM106", 2, 1), ("KM106", 2, 1)]),
    (
        V + "email:\n  driver: mailgun\n  sender: {email: a@acme.example}\n  mailgun: {domain: mg.acme.example}\n",
        [("KM106", 5, 3)],
    ),
    (V + "email:\n  driver: ses\n  sender: {email: a@acme.example}\n  ses: {}\n", [("KM106", 5, 3)]),
    (V + "email:\n  sender: {email: a@acme.example}\n  ses: {access_key_id: {env: A}}\n", [("KM106", 4, 3)]),
    (V + "email:\n  sender: {email: a@acme.example}\n  test: {confirm: {imap: 'imaps://i.example'}}\n", 2),
]


@pytest.mark.parametrize(("text", "expected"), COMPLETE)
def test_a_merged_environment_lacks_nothing(text: str, expected: list[tuple[str, int, int]] | int) -> None:
    problems, _ = shape(text, definition="complete")
    assert (len(problems) if isinstance(expected, int) else places(problems)) == expected
    assert all(problem.help.startswith("write in environments/production.yaml") for problem in problems)


def test_a_missing_setting_is_shown_by_example() -> None:
    problem = only(V + "email:\n  sender: {name: A}\n", definition="complete")
    assert problem.path == ("email", "sender", "email")
    assert "under `email.sender`: `email: licensing@acme.example`" in problem.help


def test_a_mistyped_key_is_not_also_missing() -> None:
    document = parse(SourceFile("e.yaml", V + "email:\n  sendr: {email: a@acme.example}\n"))
    assert document.root is not None
    schema = load_schema("environment")
    first = check_shape(document.root, schema, broken=document.broken)
    assert places(first) == [("KM104", 3, 3)]
    assert check_shape(document.root, schema, broken=document.broken, definition="complete") == []


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


def test_what_the_parser_refused_is_left_alone() -> None:
    text = "email: &a {driver: smtp}\nowner: !!int x\ntier: staging\ntier: x\n"
    problems, document = shape(text)
    assert {problem.code for problem in document.problems} == {"KM102", "KM103"}
    assert problems == []


def test_every_refused_path_is_broken() -> None:
    problems, document = shape(SMTP + "    port: x\n    prot: 1\n    password: {vualt: a}\n")
    assert {problem.path for problem in problems} <= document.broken
    assert ("email", "smtp", "password", "vault") in document.broken


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


def test_a_document_nobody_wrote_needs_a_file() -> None:
    with pytest.raises(ValueError, match="file"):
        check_shape(Value({}, ()), load_schema("environment"), broken=set())
