"""Comments are found by their place alone: what a scalar holds is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmconfig.source.comments import comments
from tests.source.properties import steady
from tests.source.reading import LOADERS, read


def found(text: str, loader: str) -> list[str]:
    document = read(text, loader)
    return [span.text for span in comments(document.file)]


@pytest.mark.parametrize("loader", LOADERS)
@pytest.mark.parametrize(
    ("text", "texts"),
    [
        ("", []),
        ("# a\na: 1 # b\n  # c\n#d", ["# a", "# b", "# c", "#d"]),
        ("a: b#c\n", []),
        ("a: b #c\n", ["#c"]),
        ("a: b\t#c\n", ["#c"]),
        ("#a\r\nb: 1 # c\r\n#d\re: 1\r", ["#a", "# c", "#d"]),
        ("a: '# b' # c\n", ["# c"]),
        ('a: "# b" # c\n', ["# c"]),
        ('a: "b\n  # c\n  d" # e\n', ["# e"]),
        ("a: 'b\n\n  # c' # e\n", ["# e"]),
        ("a: one\n  two # b\n", ["# b"]),
        ("'# a': 1 # b\n", ["# b"]),
        ("[a, # b\n '# c', #d\n]\n", ["# b", "#d"]),
        ("{a: '#', # b\n c: 1}\n", ["# b"]),
        # block scalars: the header may have a comment, the lines have none
        ("a: | # b\n  c # d\n# e\nf: 1\n", ["# b", "# e"]),
        ("a: | # b\n  c\n# e\n", ["# b", "# e"]),
        ("a: |\n  # kmconfig: ignore[KM203] no\n\n  b\n # c\n", ["# c"]),
        ("a: >2- # b\n   # c\n\n\n# d\n", ["# b", "# d"]),
        ("a: |\r\n  # c\r\n# d\r\n", ["# d"]),
        ("a: |\r  # c\r# d\r", ["# d"]),
        ("- |\n # a\n- # b\n  c\n", ["# b"]),
        ("a: |\n# b\nc: 1\n", ["# b"]),
        # what is refused is still no comment
        ("a: 1\na: '# b' # c\n", ["# c"]),
        ("<<: {a: '# b'} # c\n", ["# c"]),
        ("a: !x '# b' # c\n", ["# c"]),
        ("%YAML 1.2 # a\n--- # b\nc: 1\n... # d\n", ["# a", "# b", "# d"]),
        ("ä: 'ö # b' # ü\n", ["# ü"]),
    ],
)
def test_comments(loader: str, text: str, texts: list[str]) -> None:
    assert found(text, loader) == texts


_WORDS = st.text("ab#: '\"äé😀", min_size=1, max_size=8)
_NOTES = st.none() | st.text("ab# :'\"|>äé😀[]{}&*", max_size=8)


@st.composite
def documents(draw: st.DrawFn) -> tuple[str, list[str]]:
    """A file with the comments that were put into it."""
    lines: list[str] = []
    notes: list[str] = []

    def noted(line: str, note: str | None) -> None:
        lines.append(line if note is None else f"{line} #{note}")
        notes.extend([] if note is None else [f"#{note}"])

    for number in range(draw(st.integers(0, 6))):
        word = draw(_WORDS)
        kind = draw(st.sampled_from(("plain", "single", "double", "block", "flow", "alone")))
        note = draw(_NOTES)
        if kind == "plain":
            noted(f"k{number}: x{word.replace(':', '').replace(' ', '')}", note)
        elif kind == "single":
            noted(f"k{number}: '{word.replace(chr(39), chr(39) * 2)}'", note)
        elif kind == "double":
            noted(f'k{number}: "{word.replace(chr(34), "")}"', note)
        elif kind == "block":
            noted(f"k{number}: |2-", note)
            lines.extend(["  " + line for line in draw(st.lists(_WORDS, max_size=3))])
        elif kind == "flow":
            noted(f"k{number}: [", note)
            noted("  '# x'", draw(_NOTES))
            lines.append("  ]")
        else:
            noted(" " * draw(st.integers(0, 1)) + "#" if note is None else "", note)
            notes.extend(["#"] if note is None else [])
    end = draw(st.sampled_from(("\n", "\r\n", "\r")))
    return end.join(lines), notes


@pytest.mark.parametrize("loader", LOADERS)
@steady
@given(case=documents())
def test_the_comments_are_those_that_were_written(loader: str, case: tuple[str, list[str]]) -> None:
    text, notes = case
    document = read(text, loader)
    assert document.problems == []
    assert [span.text for span in comments(document.file)] == notes


@pytest.mark.timeout(20)
@pytest.mark.parametrize("line", ["#\n", "# kmconfig:\n", "#a\r", " #" * 50 + "\n", "a#"])
def test_a_file_full_of_comments_takes_no_time(line: str) -> None:
    text = line * (1024 * 1024 // len(line))
    document = read(text)
    assert sum(1 for _ in comments(document.file)) == (0 if line == "a#" else len(document.file.line_starts) - 1)
