"""Files that nobody would write: real ones with lines, indentation, characters and values changed."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from kmconfig.lint.manual import examples
from kmconfig.lint.rules.all import RULES
from tests.lint.clean import clean, over_clean

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

_PROJECT = """\
version: 1
environments: environments
lint: {fail_on: warning, baseline: baseline.json, rules: {port-25: note, KM412: off}}
policy: {hosts: [smtp.sendgrid.net], commands: [php]}
promotion: [staging, production]
plugins: false
"""
_FENCES = [fence for rule in RULES for example in examples(rule.manual) for fence in example.fences]

#: Real files: sound ones, and those that the rules' manuals show.
REAL = sorted(
    {clean("production"), clean("development"), over_clean("owner: somebody\n", "staging"), _PROJECT}
    | {fence.text if fence.raw else over_clean(fence.text, fence.tier) for fence in _FENCES}
)

#: Pieces that mean something to YAML, to a rule, or to a reader of the report.
PIECES = (
    *("\n", "\r", "\t", "  ", "\0", "\x1b[31m", "\u202e", "\u2028", "\ufeff", "\x85", "😀", "é", "İ", "ﬁ", "\u0660"),
    *(
        "'",
        '"',
        "#",
        " # kmconfig: ignore[",
        "# kmconfig: ignore[KM203] x until=2026-13-01",
        ": ",
        "- ",
        "? ",
        "{",
        "}",
    ),
    *(
        "[",
        "]",
        ",",
        "&a ",
        "*a",
        "!!str ",
        "<<: ",
        "|",
        ">-",
        "%YAML 1.1\n",
        "---\n",
        "...\n",
        "@user",
        "`",
        "</details>",
    ),
    *("\n::error::x", "%0A", "##[error]", "${X}", "$(x)", "//", "https://[", "@", "a:b@", "AKIAIOSFODNN7EXAMPLE"),
)

#: Values of other types, and texts on which parsers of addresses, hosts, times and numbers trip.
VALUES = (
    *("", "null", "~", "true", "off", "0", "-1", "0465", "0x1F", "1e999", ".inf", ".nan", "9" * 400, "1_000", "12:30"),
    *(
        "[]",
        "{}",
        "[[]]",
        "[null]",
        "[{}, 1]",
        "{a: {b: c}}",
        "{1: 2}",
        "{null: 1}",
        "2026-01-01",
        "!!int 3",
        "*a",
        "&a b",
    ),
    *(
        "|",
        "|\n      a\n      b",
        ">-\n      x",
        "a\n      b",
        '"\\0"',
        '"\\ud800"',
        '"\\udcff.yaml"',
        '"\\e[31m"',
        '"\\n::error::x"',
    ),
    *(
        "http://[",
        "http://[::1",
        "https://℀.example",
        "//[x]",
        "http://a:b@c:99999/",
        "https://x:port/",
        "'://'",
        "mailto:x",
    ),
    *(
        "a@b@c",
        "@",
        "a@",
        '"<a@b>"',
        "a@[127.0.0.1]",
        "é@ü.example",
        "xn--@xn--.xn--",
        "a@xn--a.example",
        "a..b@c",
        "x@İ.test",
    ),
    *(
        "127.0.0.1",
        "::1",
        "[::1]",
        "999.999.999.999",
        "a..b",
        "." * 300,
        "a" * 300,
        "\u0660",
        '"\u0661\u0662"',
        "90x",
        "9" * 50 + "d",
    ),
    *(
        "{env: }",
        "{env: [a]}",
        "{vault: x}",
        "{vault: 1}",
        "{env: A, vault: b#c}",
        "{aws: }",
        "{file: ../../x}",
        "{env: A, max_age: -1d}",
    ),
    *(
        "base.yaml",
        "[base.yaml, base.yaml]",
        "../x.yaml",
        '"a\\0.yaml"',
        "/etc/passwd",
        "production.yaml",
        "'.'",
        "./",
        "~user",
    ),
    *(
        "smtp",
        "sendmail",
        "ses",
        "mailgun",
        "log",
        "array",
        "failover",
        "ssl",
        "tls",
        "none",
        "465",
        "25",
        "587",
        "production",
    ),
)

_SCALAR = re.compile(r"(?<=: )[^\s{\[#][^\n#,}\]]*|(?<=: )[{\[][^\n]*")


def _insert(draw: DrawFn, text: str) -> str:
    at = draw(st.integers(0, len(text)))
    piece = draw(st.one_of(st.sampled_from(PIECES), st.text(max_size=5)))
    return text[:at] + piece + text[at:]


def _cut(draw: DrawFn, text: str) -> str:
    return text[: draw(st.integers(0, len(text)))]


def _value(draw: DrawFn, text: str) -> str:
    places = list(_SCALAR.finditer(text))
    if not places:
        return text
    place = draw(st.sampled_from(places))
    value = draw(st.one_of(st.sampled_from(VALUES), st.text(max_size=12).map(json.dumps)))
    return text[: place.start()] + value + text[place.end() :]


def _lines(draw: DrawFn, text: str) -> str:
    lines = text.splitlines(keepends=True)
    if not lines:
        return text
    one, other = (draw(st.integers(0, len(lines) - 1)) for _ in range(2))
    match draw(st.sampled_from(("delete", "double", "swap", "indent", "nest", "return"))):
        case "delete":
            del lines[one]
        case "double":
            lines.insert(other, lines[one])
        case "swap":
            lines[one], lines[other] = lines[other], lines[one]
        case "indent":
            lines[one] = " " * draw(st.integers(0, 7)) + lines[one].lstrip(" ")
        case "nest":
            depth = len(lines[one]) - len(lines[one].lstrip())
            lines[one:one] = [" " * depth + "odd:\n"]
            lines[one + 1 : other + 1] = [f"  {line}" for line in lines[one + 1 : other + 1]]
        case _:
            return "\r".join(text.split("\n"))
    return "".join(lines)


_CHANGES = (_insert, _cut, _value, _value, _value, _lines, _lines)


@st.composite
def mutated(draw: DrawFn) -> str:
    """A real file with a few changes."""
    text = draw(st.sampled_from(REAL))
    for change in draw(st.lists(st.sampled_from(_CHANGES), min_size=1, max_size=5)):
        text = change(draw, text)
    return text


def odd_texts() -> SearchStrategy[str]:
    """Any text: mutated files mostly, pieces of YAML, and whatever else there is."""
    pieces = st.lists(st.one_of(st.sampled_from(PIECES), st.sampled_from(VALUES), st.text(max_size=8)), max_size=12)
    return st.one_of(mutated(), mutated(), mutated(), pieces.map("".join), st.text(max_size=80))
