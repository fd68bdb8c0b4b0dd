"""PHP is the oracle: what Laravel reads is what our reader must read, and what our writer must have meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kmconfig.targets.dotenv import (
    LARAVEL_NULL,
    DotenvSyntaxError,
    UnsafeEdit,
    decode,
    edit,
    encode,
    parse,
)
from tests.targets.dotenv_texts import NASTY_VALUES, mutated_file, random_file, random_value, seeded
from tests.targets.laravel import Case

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kmconfig.targets.dotenv import DotenvFile
    from tests.targets.laravel import PhpLaravel

ENVIRONMENT = {"KMCONFIG_SHADOW": "outside", "APP_URL": "", "KEY": "from ${A} outside", "MAIL_HOST": "'null'"}


def read(text: str, environment: dict[str, str]) -> DotenvFile | None:
    try:
        return parse(text, environment=environment)
    except DotenvSyntaxError:
        return None


def case_of(text: str, environment: dict[str, str]) -> Case:
    ours = read(text, environment)
    keys = {entry.key for entry in ours.entries} if ours else set()
    return Case(encode(text), (*sorted(keys | {"A", "KEY", "MAIL_HOST"}),), environment)


def assert_same_reading(php: PhpLaravel, texts: Iterable[str], environment: dict[str, str]) -> tuple[int, int]:
    cases = [case_of(text, environment) for text in texts]
    accepted = refused = 0
    for case, theirs in zip(cases, php.load(cases), strict=True):
        ours = read(decode(case.data), environment)
        assert theirs.refused == (ours is None), case.data
        if ours is None:
            refused += 1
            continue
        accepted += 1
        assert theirs.names == tuple(entry.key for entry in ours.entries), case.data
        assert theirs.texts == {key: as_bytes(ours.value(key)) for key in case.keys}, case.data
        assert theirs.env == {key: as_bytes(ours.laravel(key)) for key in case.keys}, case.data
    return accepted, refused


def as_bytes(value: str | bool | None) -> bytes | bool | None:
    return encode(value) if isinstance(value, str) else value


def test_reads_what_php_reads(php_laravel: PhpLaravel) -> None:
    rng = seeded(1)
    accepted, refused = assert_same_reading(php_laravel, [mutated_file(rng) for _ in range(6000)], {})
    assert accepted > 1000
    assert refused > 1000


def test_reads_what_php_reads_in_an_environment(php_laravel: PhpLaravel) -> None:
    rng = seeded(2)
    accepted, _ = assert_same_reading(php_laravel, [mutated_file(rng) for _ in range(2000)], ENVIRONMENT)
    assert accepted > 300


def edited_case(text: str, wanted: dict[str, str]) -> Case:
    return Case(encode(edit(text, wanted)), tuple(wanted))


def assert_reads(php: PhpLaravel, cases: list[Case], wanted: list[dict[str, str]]) -> None:
    for case, expected, loaded in zip(cases, wanted, php.load(cases), strict=True):
        assert not loaded.refused, case.data
        assert loaded.env == {key: value.encode() for key, value in expected.items()}, case.data
        for key in expected:
            assert loaded.names.count(key) == 1, case.data


def test_php_reads_each_nasty_value_back(php_laravel: PhpLaravel) -> None:
    texts = ["", "MAIL_PASSWORD=old\n", "A=1\nexport MAIL_PASSWORD='x' # say \"hi\"\nMAIL_PASSWORD=y\nB=2"]
    wanted = [{"MAIL_PASSWORD": value} for value in NASTY_VALUES for _ in texts]
    cases = [edited_case(text, {"MAIL_PASSWORD": value}) for value in NASTY_VALUES for text in texts]
    assert_reads(php_laravel, cases, wanted)


def test_php_reads_random_values_back_from_random_files(php_laravel: PhpLaravel) -> None:
    rng = seeded(3)
    keys = (
        "MAIL_PASSWORD",
        "MAIL_USERNAME",
        "MAIL_HOST",
        "MAIL_FROM_NAME",
        "AWS_SECRET_ACCESS_KEY",
        "MAIL_EHLO_DOMAIN",
    )
    cases: list[Case] = []
    wanted: list[dict[str, str]] = []
    for _ in range(1500):
        values = {key: random_value(rng) for key in rng.sample(keys, 3)}
        wanted.append(values)
        cases.append(edited_case(random_file(rng), values))
    assert_reads(php_laravel, cases, wanted)


def test_php_reads_back_whatever_edit_lets_pass_in_broken_files(php_laravel: PhpLaravel) -> None:
    """Mutated files are full of unclosed quotes: edit may refuse, but never give a file that reads otherwise."""
    rng = seeded(4)
    cases: list[Case] = []
    wanted: list[dict[str, str]] = []
    while len(cases) < 1000:
        values = {"MAIL_HOST": random_value(rng), "KEY": random_value(rng)}
        try:
            cases.append(edited_case(mutated_file(rng), values))
        except (DotenvSyntaxError, UnsafeEdit):
            continue
        wanted.append(values)
    assert_reads(php_laravel, cases, wanted)


@settings(max_examples=5, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), min_size=300))
def test_php_reads_any_text_back(php_laravel: PhpLaravel, values: list[str]) -> None:
    wanted = [{"MAIL_PASSWORD": value} for value in values]
    assert_reads(php_laravel, [edited_case("MAIL_HOST=x\n", case) for case in wanted], wanted)


def test_php_sees_null_for_laravel_null(php_laravel: PhpLaravel) -> None:
    texts = ["", "MAIL_ENCRYPTION=tls\n", 'MAIL_ENCRYPTION=tls # or "ssl"\n']
    cases = [Case(encode(edit(text, {"MAIL_ENCRYPTION": LARAVEL_NULL})), ("MAIL_ENCRYPTION",)) for text in texts]
    for loaded in php_laravel.load(cases):
        assert loaded.names == ("MAIL_ENCRYPTION",)
        assert loaded.env == {"MAIL_ENCRYPTION": None}
