"""Plain scalars follow the YAML 1.2 core schema; quoted ones are text."""

from __future__ import annotations

import math

import pytest

from kmconfig.source.scalars import resolve_plain
from tests.source.reading import LOADERS, read

CORE = [
    # what YAML 1.1 reads differently
    *[("0465", 465), ("010", 10), ("09", 9), ("0o17", 15), ("0b11", "0b11"), ("1_000", "1_000")],
    *[("12:30", "12:30"), ("1:20:30", "1:20:30"), ("190:20:30.15", "190:20:30.15")],
    *[(word, word) for word in ("yes", "no", "on", "off", "Yes", "NO", "On", "OFF", "y", "n", "Y", "N")],
    *[("2026-11-22", "2026-11-22"), ("2026-11-22 10:00:00", "2026-11-22 10:00:00"), ("=", "=")],
    # null and booleans
    *[(word, None) for word in ("", "~", "null", "Null", "NULL")],
    *[(word, True) for word in ("true", "True", "TRUE")],
    *[(word, False) for word in ("false", "False", "FALSE")],
    *[(word, word) for word in ("nULL", "none", "None", "nil", "tRUE", "truE", "~~")],
    # integers
    *[("0", 0), ("-0", 0), ("+12", 12), ("-12", -12), ("0x1F", 31), ("0xff", 255), ("0x", "0x"), ("0o", "0o")],
    *[("-0x1F", "-0x1F"), ("0O17", "0O17"), ("0X1F", "0X1F"), ("0o8", "0o8"), ("0xg", "0xg")],
    *[("٣", "٣"), ("1٣", "1٣"), ("９", "９"), ("+", "+"), ("-", "-"), ("--1", "--1"), ("+-1", "+-1")],
    ("9" * 400, int("9" * 400)),
    ("0x" + "f" * 400, 16**400 - 1),
    # floats
    *[("1.0", 1.0), ("1.", 1.0), (".5", 0.5), ("-.5", -0.5), ("+.5e1", 5.0), ("1e3", 1000.0), ("1E+3", 1000.0)],
    *[("12e-1", 1.2), ("1e400", math.inf), ("-1e400", -math.inf), ("1e-400", 0.0), ("9" * 401, math.inf)],
    *[(".inf", math.inf), ("-.Inf", -math.inf), ("+.INF", math.inf), ("inf", "inf"), (".iNF", ".iNF")],
    *[(".", "."), ("..", ".."), ("1.2.3", "1.2.3"), ("1e", "1e"), ("e1", "e1"), ("1,5", "1,5"), ("-.nan", "-.nan")],
    *[("127.0.0.1", "127.0.0.1"), ("30s", "30s"), ("1 2", "1 2")],
]


@pytest.mark.parametrize(("text", "data"), CORE)
def test_core_schema(text: str, data: object) -> None:
    found = resolve_plain(text)
    assert (type(found), found) == (type(data), data)


@pytest.mark.parametrize("text", [".nan", ".NaN", ".NAN"])
def test_not_a_number(text: str) -> None:
    found = resolve_plain(text)
    assert isinstance(found, float)
    assert math.isnan(found)


@pytest.mark.parametrize("loader", LOADERS)
@pytest.mark.parametrize("text", ["0465", "off", "12:30", "true", "null", "~", "", "1.5", "0x1F", "<<"])
def test_quotes_make_text(loader: str, text: str) -> None:
    quoted = read(f"a: '{text}'\nb: \"{text}\"\nc: |-\n  {text}\nd: >-\n  {text}\n'<<': 1\n", loader)
    assert quoted.root is not None
    assert quoted.root.plain() == {**dict.fromkeys("abcd", text), "<<": 1}
    assert quoted.problems == []


@pytest.mark.parametrize("loader", LOADERS)
def test_keys_are_text(loader: str) -> None:
    document = read("{1: a, true: b, ~: c, 1.5: d, ? : e}\n", loader)
    assert document.root is not None
    assert document.root.plain() == {"1": "a", "true": "b", "~": "c", "1.5": "d", "": "e"}


def test_a_million_digits_are_no_number_worth_computing() -> None:
    assert resolve_plain("1" * 1_000_000) == math.inf
    assert resolve_plain("0." + "1" * 1_000_000) == pytest.approx(1 / 9)
    assert resolve_plain("1" * 1_000_000 + "x") == "1" * 1_000_000 + "x"
