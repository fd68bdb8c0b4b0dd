"""Code frames: carets under what they mean, however the line is written, and never a secret."""

from __future__ import annotations

import unicodedata

import pytest

from kmconfig.lint.finding import Place
from kmconfig.report.frames import render
from kmconfig.report.style import Style
from kmconfig.source.span import SourceFile, Span

PLAIN = Style(enabled=False)
MASK = "••••••••"


def mark(file: SourceFile, words: str, note: str = "") -> Place:
    """A place on the first occurrence of some words."""
    start = file.text.index(words)
    return Place(Span(file, start, start + len(words)), note)


def frame(*places: Place, style: Style = PLAIN) -> list[str]:
    return list(render(places, severity="error", style=style))


def columns(text: str) -> int:
    """Columns of a terminal that a text without control characters takes."""
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )


def pointed_at(lines: list[str], number: int = 0) -> str:
    """The text over the carets of one of the marked lines."""
    row = [index for index, line in enumerate(lines) if set(line.partition("| ")[2].split(" ")) & CARETS][number]
    shown, carets = lines[row - 1].partition("| ")[2], lines[row].partition("| ")[2]
    first = len(carets) - len(carets.lstrip(" "))
    width = len(carets.split(" ")[first])
    found = ""
    position = 0
    for character in shown:
        if first <= position < first + width:
            found += character
        position += columns(character)
    return found


CARETS = {mark * count for mark in "^-" for count in range(1, 200)}


def test_a_frame() -> None:
    file = SourceFile("environments/a.yaml", "email:\n  smtp:\n    port: 465\n")
    assert frame(mark(file, "465", "set here")) == [
        " --> environments/a.yaml:3:11",
        "  |",
        "3 |     port: 465",
        "  |           ^^^ set here",
    ]


def test_two_places_in_one_file() -> None:
    file = SourceFile("a.yaml", "port: 465\nx: 1\ny: 2\nencryption: tls\n")
    assert frame(mark(file, "tls", "set here"), mark(file, "465", "this port decides")) == [
        " --> a.yaml:4:13",
        "  |",
        "1 | port: 465",
        "  |       --- this port decides",
        "  ⋮",
        "4 | encryption: tls",
        "  |             ^^^ set here",
    ]


def test_neighbouring_lines_are_not_torn_apart() -> None:
    file = SourceFile("a.yaml", "a: 1\nb: 2\n")
    assert "  ⋮" not in frame(mark(file, "1"), mark(file, "2"))


def test_two_places_on_one_line_show_it_once() -> None:
    file = SourceFile("a.yaml", "smtp: {port: 465, encryption: tls}\n")
    assert frame(mark(file, "tls", "one"), mark(file, "465", "two"))[2:] == [
        "1 | smtp: {port: 465, encryption: tls}",
        "  |                               ^^^ one",
        "  |              --- two",
    ]


def test_two_files() -> None:
    base = SourceFile("environments/base.yaml", "\n" * 99 + "port: 465\n")
    own = SourceFile("environments/own.yaml", "encryption: tls\n")
    assert frame(mark(own, "tls", "set here"), mark(base, "465", "this port decides")) == [
        "   --> environments/own.yaml:1:13",
        "    |",
        "  1 | encryption: tls",
        "    |             ^^^ set here",
        "   ::: environments/base.yaml:100:7",
        "    |",
        "100 | port: 465",
        "    |       --- this port decides",
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(end: str) -> None:
    file = SourceFile("a.yaml", end.join(("a: 1", "port: 465", "")))
    assert frame(mark(file, "465"))[0] == " --> a.yaml:2:7"
    assert frame(mark(file, "465"))[2:] == ["2 | port: 465", "  |       ^^^"]


@pytest.mark.parametrize(
    "line",
    [
        "name: 日本語 port",
        "name: Zürich port",
        "name: Zu\u0308rich port",
        "name: 👍 port",
        "name: ｆｕｌｌ port",
        "name:\tx\tport",
        "name: \x1b[31m port",
        "name: \u202e port",
        "name: \u200b\u00ad port",
        "name: пароль port",
    ],
)
def test_carets_stand_under_their_words(line: str) -> None:
    file = SourceFile("a.yaml", f"{line}: 465 # x\n")
    assert pointed_at(frame(mark(file, "port"))) == "port"


def test_carets_are_as_wide_as_what_they_mark() -> None:
    file = SourceFile("a.yaml", "name: 日本語\n")
    lines = frame(mark(file, "日本語"))
    assert lines[-1] == "  |       ^^^^^^"
    assert pointed_at(lines) == "日本語"


def test_control_characters_are_visible_and_marked() -> None:
    file = SourceFile("a.yaml", "a: \x1b b\n")
    assert frame(mark(file, "\x1b"))[2:] == ["1 | a: \\x1b b", "  |    ^^^^"]


def test_paths_and_notes_are_escaped() -> None:
    file = SourceFile("a\x1b[31m\u202e.yaml", "a: 1\n")
    shown = "\n".join(frame(mark(file, "1", "is \x07\u2028 here")))
    assert not {"\x1b", "\u202e", "\x07", "\u2028"} & set(shown)


@pytest.mark.parametrize("before", [0, 30, 100, 139, 140, 141, 200, 5000])
@pytest.mark.parametrize("behind", [0, 100, 5000])
def test_long_lines_are_cut_around_the_mark(before: int, behind: int) -> None:
    file = SourceFile("a.yaml", f"{'x' * before} port {'y' * behind}\n")
    lines = frame(mark(file, "port"))
    assert pointed_at(lines) == "port"
    assert len(lines[2]) <= 150
    assert ("…" in lines[2]) == (len(file.line(1)) > 140)


def test_two_places_far_apart_on_a_long_line() -> None:
    file = SourceFile("a.yaml", f"first{'x' * 600}second\n")
    lines = frame(mark(file, "first"), mark(file, "second"))
    assert [pointed_at(lines, 0), pointed_at(lines, 1)] == ["first", "second"]


def test_a_mark_over_several_lines_ends_with_the_first() -> None:
    file = SourceFile("a.yaml", "a:\n  b: 1\n  c: 2\n")
    assert frame(Place(Span(file, 0, len(file.text))))[2:] == ["1 | a:", "  | ^^"]


@pytest.mark.parametrize("text", ["a: 1", "a: 1\n"])
def test_a_mark_at_the_end_of_the_file(text: str) -> None:
    file = SourceFile("a.yaml", text)
    lines = frame(Place(Span(file, len(text), len(text))))
    assert lines[-1].endswith("^")


def test_an_empty_file_has_no_lines_to_show() -> None:
    assert frame(Place(Span(SourceFile("a.yaml", ""), 0, 0))) == [" --> a.yaml:1:1"]


@pytest.mark.parametrize("secret", ["hunter2", "a long one with # and : in it", "日本語", "x" * 500])
def test_sensitive_ranges_are_masked_and_do_not_show_their_length(secret: str) -> None:
    file = SourceFile("a.yaml", f"login: {secret} port\n")
    start = file.text.index(secret)
    file.sensitive.append((start, start + len(secret)))
    lines = frame(Place(Span(file, start, start + len(secret)), "secret"))
    assert lines[2:] == [f"1 | login: {MASK} port", "  |        ^^^^^^^^ secret"]
    assert pointed_at(frame(mark(file, "port"))) == "port"


def test_several_sensitive_ranges() -> None:
    file = SourceFile("a.yaml", "a: one b: two c: three\n")
    for word in ("one", "three", "two", "tw"):
        start = file.text.index(word)
        file.sensitive.append((start, start + len(word)))
    lines = frame(mark(file, "c:"))
    assert lines[2] == f"1 | a: {MASK} b: {MASK} c: {MASK}"
    assert pointed_at(lines) == "c:"


def test_a_sensitive_range_over_several_lines() -> None:
    file = SourceFile("a.yaml", "key: |\n  first-part\n  second-part\nx: 1\n")
    file.sensitive.append((file.text.index("|"), file.text.index("x:") - 1))
    lines = frame(mark(file, "first"), mark(file, "second"), mark(file, "x"))
    assert "part" not in "\n".join(lines)


@pytest.mark.parametrize(
    "line",
    [
        "password: {secret}",
        "  smtp_password: {secret}",
        "PASSWORD: {secret}",
        "'password': {secret}",
        '"api_key": "{secret}"',
        "- token: {secret}",
        "{{host: a, secret: {secret}}}",
        "private-key: {secret}",
        "client_secret : {secret}",
        "pass-word: 1, passwd: {secret}",
        "password:    {secret}  # {secret}",
        "apiKey: {secret}",
    ],
)
def test_what_stands_behind_the_name_of_a_secret_is_masked(line: str) -> None:
    file = SourceFile("a.yaml", line.format(secret="hunter2-hunter3") + "\n")
    shown = "\n".join(frame(Place(Span(file, 0, 3))))
    assert "hunter2" not in shown
    assert MASK in shown


@pytest.mark.timeout(10)
@pytest.mark.parametrize("piece", ["password", "password:", "a: ", "'", '"a":', "password" + " " * 99, "a.-", "key: #"])
def test_hostile_lines_take_no_time(piece: str) -> None:
    file = SourceFile("a.yaml", piece * (400_000 // len(piece)))
    assert len(frame(Place(Span(file, 0, 3)))) == 4


def test_references_are_shown() -> None:
    file = SourceFile("a.yaml", "password: {vault: keymanager/production/smtp#password}\n")
    assert "keymanager/production/smtp" in "\n".join(frame(mark(file, "vault")))


def test_color_changes_nothing_but_colour() -> None:
    file = SourceFile("a.yaml", "port: 465\n")
    place = mark(file, "465", "set here")
    colored = "\n".join(frame(place, style=Style(enabled=True)))
    assert "\x1b[1;31m^^^ set here\x1b[0m" in colored
    for code in ("1;31", "34", "0"):
        colored = colored.replace(f"\x1b[{code}m", "")
    assert colored.split("\n") == frame(place)
