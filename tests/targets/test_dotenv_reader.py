from __future__ import annotations

import pytest

from kmconfig.targets.dotenv import DotenvSyntaxError, decode, encode, laravel_env, parse


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("A=plain", "plain"),
        ("A = spaced ", "spaced"),
        ("export AB=x\nA=$AB", "$AB"),
        ("'A'=x", "x"),
        ("A=", ""),
        ("A=a#b", "a"),
        ("A=a # b", "a"),
        ("A='a # b'", "a # b"),
        ("A='a\\nb'", "a\\nb"),
        ('A="a\\nb"', "a\nb"),
        ('A="C:\\new"', "C:\new"),
        ('A="a\\$b\\"c\\\\d"', 'a$b"c\\d'),
        ('A="one\r\ntwo"', "one\ntwo"),
        ("A=1\nA=2", "2"),
        ("A=1\nA", None),
        ("B=x\nA=${B}/${C}", "x/${C}"),
        ("B=x\nA='${B}'", "${B}"),
        ("B=C\nC_C=deep\nA=${C_${B}}", "deep"),
        ("\ufeffA=marked", "marked"),
        ("A=\udce9t\udce9", "?t?"),
        ("# A=1\n  # A=2\n\nA=3", "3"),
        ('A=b"c', 'b"c'),
        ("A=1\rB=2", "1"),
    ],
)
def test_reads_a_value_as_phpdotenv_does(text: str, value: str | None) -> None:
    assert parse(text).value("A") == value


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("A=1\nB=two words\n", 2),
        ("A=1\n\n=x", 3),
        ("A-B=1", 1),
        ("A=1\nno key at all", 2),
        ('A="C:\\dir"', 1),
        ("A='never closed", 1),
        ('A="a\nb" c\n', 1),
        ('A=1\r\nB="x"y', 2),
        ("\ufeff\ufeffA=1", 1),
        ("export A=a name of one letter is too short for export", 1),
        ('A = "a space before the quote\nmakes two lines"', 1),
    ],
)
def test_names_the_line_that_kills_the_file_and_shows_nothing_of_it(text: str, line: int) -> None:
    with pytest.raises(DotenvSyntaxError) as caught:
        parse(text)
    assert caught.value.line == line
    assert f"line {line} " in caught.value.message
    assert caught.value.help
    assert caught.value.exit_code == 65
    for word in ("two", "words", "no key", "dir", "never closed", '"x"y'):
        assert word not in f"{caught.value.message} {caught.value.help}".replace("is never closed", "")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (None, None),
        ("", ""),
        ("TRUE", True),
        ("(false)", False),
        ("Null", None),
        ("(empty)", ""),
        ("'null'", "null"),
        ('"a"', "a"),
        ("'a\"", "'a\""),
        ("'a\nb'", "'a\nb'"),
        ("''", ""),
        ("'", "'"),
        ("0", "0"),
        ("nuLL ", "nuLL "),
        ("ſtrue", "ſtrue"),
    ],
)
def test_converts_as_laravels_env_does(text: str | None, value: str | bool | None) -> None:
    assert laravel_env(text) == value
    assert type(laravel_env(text)) is type(value)


def test_the_process_environment_beats_the_file_also_in_references() -> None:
    file = parse("A=file\nB=${A}\nA=again\n", environment={"A": "outside", "C": "(true)"})
    assert file.value("A") == "outside"
    assert file.value("B") == "outside"
    assert file.laravel("C") is True
    assert file.shadowed() == ("A",)


def test_an_empty_variable_of_the_environment_still_beats_the_file() -> None:
    file = parse("A=file", environment={"A": ""})
    assert file.value("A") == ""


def test_knows_where_each_entry_stands() -> None:
    text = '\ufeff# top\r\nexport MAIL_HOST="a\r\nb" # note\r\nMAIL_PORT=587\nMAIL_URL'
    host, port, url = parse(text).entries
    assert text[host.start : host.end] == 'export MAIL_HOST="a\r\nb" # note'
    assert text[host.value_start : host.value_end] == '"a\r\nb"'
    assert text[host.end : host.next] == "\r\n"
    assert (host.exported, host.line, host.value) == (True, 2, "a\nb")
    assert text[port.start : port.next] == "MAIL_PORT=587\n"
    assert (port.exported, port.line) == (False, 4)
    assert (url.value, text[url.start : url.next]) == (None, "MAIL_URL")


@pytest.mark.parametrize(
    ("text", "swallowed", "keys"),
    [
        ('# was="old\nA=1\nB="2"\nC=3', [(1, 2, 3)], ["C"]),
        ("A='x=\"y'\nB=1\nC=2", [(1, 1, 3)], []),
        ('A=1 # ="x\nB=2\nC="3"\nD=4', [(1, 2, 3)], ["A", "D"]),
        ('A=1\nB="open', [(2, 2, 2)], ["A"]),
        ('A=1\n# ="open', [], ["A"]),
        ('A="one\ntwo"\nB=1', [], ["A", "B"]),
    ],
)
def test_finds_lines_that_an_unclosed_quote_swallows(
    text: str, swallowed: list[tuple[int, int, int]], keys: list[str]
) -> None:
    file = parse(text)
    assert [(lines.line, lines.first, lines.last) for lines in file.swallowed] == swallowed
    assert [entry.key for entry in file.entries] == keys


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(["A0=" + "x" * 1000] + [f"A{n}=" + f"${{A{n - 1}}}" * 10 for n in range(1, 9)]),
        "A=" + "x" * 500_000 + "\nB=${A}" * 1000,
        "A=" + "${B}" * 100_000,
    ],
)
def test_references_cannot_eat_memory_or_time(text: str) -> None:
    with pytest.raises(DotenvSyntaxError, match="too large by its"):
        parse(text)


def test_repr_shows_no_values() -> None:
    file = parse("MAIL_PASSWORD=hunter2", environment={"OTHER": "hunter2"})
    assert "hunter2" not in repr(file)


def test_bytes_that_are_not_utf8_survive() -> None:
    data = b"A=1\nB=caf\xe9 # \xff\xfe\n"
    assert encode(decode(data)) == data
