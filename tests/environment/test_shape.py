"""Every fault of shape is one finding, at the right place."""

from __future__ import annotations

import pytest

from kmconfig.environment.schemas import load_schema
from kmconfig.environment.shape import check_shape
from kmconfig.source.parser import parse
from kmconfig.source.span import SourceFile
from kmconfig.source.value import Value
from tests.environment.shaping import SMTP, V, only, places, shape

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


def test_what_the_parser_refused_is_left_alone() -> None:
    text = "email: &a {driver: smtp}\nowner: !!int x\ntier: staging\ntier: x\n"
    problems, document = shape(text)
    assert {problem.code for problem in document.problems} == {"KM102", "KM103"}
    assert problems == []


def test_every_refused_path_is_broken() -> None:
    problems, document = shape(SMTP + "    port: x\n    prot: 1\n    password: {vualt: a}\n")
    assert {problem.path for problem in problems} <= document.broken
    assert ("email", "smtp", "password", "vault") in document.broken


def test_a_document_nobody_wrote_needs_a_file() -> None:
    with pytest.raises(ValueError, match="file"):
        check_shape(Value({}, ()), load_schema("environment"), broken=set())


def test_the_other_half_of_the_fault_is_a_label() -> None:
    problem = only(V + "target: {file: {path: a}, vault: {path: b}}\n")
    assert [(label.span.line, label.span.column) for label in problem.related] == [(2, 10)]
    problem = only(V + "extends: [a.yaml, a.yaml]\n")
    assert [(label.span.line, label.span.column) for label in problem.related] == [(2, 11)]
    text = V + "email:\n  sender: {email: a@acme.example}\n  ses: {access_key_id: {env: A}}\n"
    problem = only(text, definition="complete")
    assert [(label.span.line, label.span.column) for label in problem.related] == [(4, 9)]


def test_a_missing_setting_stands_on_the_layer_that_wrote_its_parent() -> None:
    layer = parse(SourceFile("environments/base.yaml", V + "email:\n  sender: {name: A}\n")).root
    assert layer is not None
    merged = Value(layer.data, ())
    own = SourceFile("environments/production.yaml", V)
    problems = check_shape(merged, load_schema("environment"), broken=set(), file=own, definition="complete")
    assert [str(problem.span) for problem in problems] == ["environments/base.yaml:3:3"]
    assert "write in environments/production.yaml" in problems[0].help


def test_every_message_has_its_fact_first_and_a_place_in_the_file() -> None:
    for text, _ in CASES:
        for problem in shape(text)[0]:
            assert problem.message[0] in "`uftm", problem.message
            assert not problem.message.endswith("."), problem.message
            assert 0 <= problem.span.start <= problem.span.end <= len(text)
