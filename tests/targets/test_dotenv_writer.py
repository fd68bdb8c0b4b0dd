from __future__ import annotations

import traceback
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kmconfig.secrets.secret import Secret
from kmconfig.targets.dotenv import (
    LARAVEL_NULL,
    DotenvSyntaxError,
    UnsafeEdit,
    UnwritableValue,
    edit,
    parse,
    quote,
)
from tests.targets.dotenv_texts import NASTY_VALUES, mutated_file, random_file, random_value, seeded

if TYPE_CHECKING:
    from kmconfig.targets.dotenv import LaravelNull

FILE = """\
APP_NAME="Acme Portal"

# mail
MAIL_MAILER=log
export MAIL_HOST = old.acme.example # the relay
MAIL_PASSWORD='x'
MAIL_FROM_NAME="${APP_NAME}"
MAIL_PASSWORD=y

AWS_BUCKET=files
LAST=1"""


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("", ""),
        ("smtp.acme.example", "smtp.acme.example"),
        ("a@b.example", "a@b.example"),
        ("0465", "0465"),
        ("two words", '"two words"'),
        ("a#b", '"a#b"'),
        ("$ecret", '"\\$ecret"'),
        ('"', '"\\""'),
        ("a\\b", '"a\\\\b"'),
        ("a\nb\r\tc", '"a\\nb\\r\\tc"'),
        ("null", "\"'null'\""),
        ("(TRUE)", "\"'(TRUE)'\""),
        ("'null'", "\"''null''\""),
        ('"null"', '"\'\\"null\\"\'"'),
        ("Grüße", '"Grüße"'),
    ],
)
def test_quotes_only_where_it_must(value: str, written: str) -> None:
    assert quote(value) == written


@pytest.mark.parametrize("value", ["hunter2\0", "hunter2\udcff", "\ud800hunter2"])
def test_refuses_what_no_file_can_hold_without_showing_it(value: str) -> None:
    with pytest.raises(UnwritableValue) as caught:
        quote(value)
    assert "hunter2" not in f"{caught.value.message} {caught.value.help}"


@pytest.mark.parametrize("value", NASTY_VALUES)
def test_a_nasty_value_reads_back(value: str) -> None:
    file = parse(edit(FILE, {"MAIL_PASSWORD": value}))
    assert file.laravel("MAIL_PASSWORD") == value
    assert len(file.occurrences("MAIL_PASSWORD")) == 1


def test_replaces_in_place_removes_duplicates_and_adds_beside_its_family() -> None:
    changes: dict[str, str | Secret | LaravelNull | None] = {
        "MAIL_MAILER": "smtp",
        "MAIL_HOST": "smtp.acme.example",
        "MAIL_PASSWORD": Secret("p w", reference="env:MAIL"),
        "MAIL_USERNAME": LARAVEL_NULL,
        "MAIL_URL": None,
        "AWS_DEFAULT_REGION": "eu-west-1",
        "MAILGUN_DOMAIN": "mg.acme.example",
    }
    assert (
        edit(FILE, changes)
        == """\
APP_NAME="Acme Portal"

# mail
MAIL_MAILER=smtp
export MAIL_HOST = smtp.acme.example # the relay
MAIL_PASSWORD="p w"
MAIL_FROM_NAME="${APP_NAME}"
MAIL_USERNAME=null
MAILGUN_DOMAIN=mg.acme.example

AWS_BUCKET=files
AWS_DEFAULT_REGION=eu-west-1
LAST=1"""
    )


@pytest.mark.parametrize(
    ("text", "key", "value", "result"),
    [
        ("", "K", "v", "K=v\n"),
        ("\ufeff", "K", "v", "\ufeffK=v\n"),
        ("\ufeffK=1", "K", None, "\ufeff"),
        ("A=1", "K", "v", "A=1\nK=v\n"),
        ("A=1\r\nB=2\r\n", "K", "v", "A=1\r\nB=2\r\nK=v\r\n"),
        ("A=1\rB=2", "K", "v", "A=1\rB=2\rK=v\r"),
        ("A=1\nK=1", "K", None, "A=1\n"),
        ("K=1\nK=2\nK=3\n", "K", "2", "K=2\n"),
        ("K=1\nA=${K}\nK=2\n", "K", "2", "K=2\nA=${K}\n"),
        ("K\n", "K", "v", "K=v\n"),
        ("K=#note\n", "K", "v", "K=v #note\n"),
        ("K= # note\n", "K", "v", "K=v # note\n"),
        ('K="a\nb" # note\n', "K", "v", "K=v # note\n"),
        ('K=1 # say "hi" 5"\n', "K", "v", 'K="v" # say "hi" 5"\n'),
        ('K=1 # say "hi"\n', "K", LARAVEL_NULL, 'K="null" # say "hi"\n'),
        ("K='v' \n", "K", "v", "K='v' \n"),
        ('K="null"\n', "K", LARAVEL_NULL, 'K="null"\n'),
        ("K=true\n", "K", "true", "K=\"'true'\"\n"),
        ("V=v\nK=${V}\n", "K", "v", "V=v\nK=v\n"),
        ("export  'KEY'\t=\t1\n", "KEY", "v", "export  'KEY'\t=\tv\n"),
        ("MAIL_A=1\nX=1\n", "MAILGUN_DOMAIN", "v", "MAIL_A=1\nMAILGUN_DOMAIN=v\nX=1\n"),
    ],
)
def test_edits_one_key(text: str, key: str, value: str | LaravelNull | None, result: str) -> None:
    assert edit(text, {key: value}) == result


def test_a_removed_key_makes_room_for_a_new_one_at_the_end_of_the_file() -> None:
    assert edit("A=1\nMAIL_A=1", {"MAIL_A": None, "MAIL_B": "2"}) == "A=1\nMAIL_B=2\n"


def test_other_bytes_survive() -> None:
    text = "# caf\udce9\r\nA='\udcff'\r\nMAIL_HOST=x\r\n"
    assert edit(text, {"MAIL_HOST": "y"}) == "# caf\udce9\r\nA='\udcff'\r\nMAIL_HOST=y\r\n"


@pytest.mark.parametrize(
    "text",
    [
        '# was="old\nMAIL_HOST=hunter2\nB="2"\n',
        "A='x=\"y'\nB=1\n",
        'MAIL_HOST=1 # ="x\nB=2\nC="3"\nD=4\n',
        'A=1\nMAIL_HOST="hunter2',
        'A=1\n# ends with ="',
        'MAIL_HOST=x # ="\n# "quoted" note\nA=1\n',
    ],
)
def test_refuses_where_an_unclosed_quote_makes_it_unsure(text: str) -> None:
    changes = {"MAIL_HOST": "swordfish"}
    with pytest.raises(UnsafeEdit, match="opens a double quote") as caught:
        edit(text, changes)
    shown = "".join(traceback.format_exception(caught.value)) + str(caught.value.help)
    assert "hunter2" not in shown
    assert "swordfish" not in shown


def test_lines_swallowed_elsewhere_do_not_hinder() -> None:
    text = 'MAIL_HOST=a\n# was="old\nA=1\nB="2"\n'
    assert edit(text, {"MAIL_HOST": "b"}) == text.replace("=a", "=b")


def test_a_file_that_is_dead_already_is_not_edited() -> None:
    with pytest.raises(DotenvSyntaxError, match="line 1 "):
        edit("A=two words\n", {"MAIL_HOST": "b"})


def test_refuses_a_key_that_phpdotenv_would_not_read() -> None:
    with pytest.raises(Exception, match="cannot be a key"):
        edit("", {"MAIL HOST": "x"})


seeds = st.integers(min_value=0, max_value=2**32)


@settings(max_examples=500, deadline=None, derandomize=True)
@given(seed=seeds, mutated=st.booleans())
def test_everything_else_stays_and_a_second_edit_changes_nothing(seed: int, mutated: bool) -> None:
    rng = seeded(seed)
    text = mutated_file(rng) if mutated else random_file(rng)
    keys = ("MAIL_HOST", "MAIL_PASSWORD", "MAIL_EHLO_DOMAIN", "KEY")
    changes: dict[str, str | None] = {key: rng.choice((random_value(rng), None)) for key in rng.sample(keys, 2)}
    try:
        result = edit(text, changes)
    except (DotenvSyntaxError, UnsafeEdit):
        return
    assert edit(result, changes) == result
    assert without(result, changes).strip("\r\n") == without(text, changes).strip("\r\n")
    after = parse(result)
    for key, value in changes.items():
        assert after.laravel(key) == value


def without(text: str, keys: dict[str, str | None]) -> str:
    """Cut out the lines of these keys, to compare the bytes of the rest."""
    rest, position = "", 0
    for entry in parse(text).entries:
        if entry.key in keys:
            rest += text[position : entry.start]
            position = entry.next
    return rest + text[position:]
