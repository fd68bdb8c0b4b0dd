"""No file that may be read takes long or raises, however it is built. The time limit is the assertion."""

from __future__ import annotations

import pytest

from kmconfig.source.comments import comments
from kmconfig.source.reader import MAX_BYTES
from tests.source.reading import nodes, read_bytes

MIB = MAX_BYTES


def fill(piece: str, *, before: str = "", after: str = "") -> bytes:
    """As much of a piece as fits."""
    room = MIB - len((before + after).encode())
    return (before + piece * (room // len(piece.encode())) + after).encode()


FILES = {
    **{
        f"nested {piece!r}": fill(piece)
        for piece in ("[", "{", "- ", "? ", ": ", "{a: ", "[[", "- ? ", "{? ", "!a ", "&a ")
    },
    "nested by indentation": "".join(f"{' ' * depth}a:\n" for depth in range(1400)).encode(),
    "closed brackets": fill("]"),
    **{
        f"lines {piece!r}": fill(piece)
        for piece in ("%YAML 1.1\n", "%TAG !a! b\n", "%\n", "--- a\n", "---\n", "...\n", "\n", "\r", "#\n")
    },
    "different directives": "".join(f"%TAG !t{number}! x\n" for number in range(50_000)).encode()[:MIB],
    "directives and carriage returns": "".join(f"%TAG !t{number}! x\r" for number in range(50_000)).encode()[:MIB],
    "anchors": "".join(f"- &a{number} x\n" for number in range(80_000)).encode()[:MIB],
    "aliases": fill("- *a\n"),
    "billion laughs": (
        "a: &a [x]\n" + "".join(f"{chr(98 + i)}: &{chr(98 + i)} [{f'*{chr(97 + i)},' * 9}]\n" for i in range(20))
    ).encode(),
    "keys": "".join(f"k{number}: 1\n" for number in range(100_000)).encode()[:MIB],
    "one key again": fill("a: 1\n"),
    "one key again in brackets": fill("a: 1,", before="{", after="}"),
    "a long key with duplicates below": fill("a: ,", before=f"? {'k' * 500_000}\n: {{", after="}"),
    "merge keys": fill("<<: 1\n"),
    "keys that are lists": fill("? [a]\n"),
    "tags": fill("- !a b\n"),
    "a plain scalar": fill("x", before="a: "),
    "a plain scalar of words": fill("x ", before="a: "),
    "a plain scalar of lines": fill("  x\n", before="a:\n"),
    "a plain scalar with colons": fill("x:", before="a: "),
    "a plain scalar with hashes": fill("x#", before="a: "),
    **{f"quoted {quote}": fill("x", before=f"a: {quote}", after=f"{quote}\n") for quote in "'\""},
    **{f"quoted {quote}, not closed": fill("x", before=f"a: {quote}") for quote in "'\""},
    "quoted quotes": fill("''", before="a: '", after="'\n"),
    "quoted escapes": fill("\\x41", before='a: "', after='"\n'),
    "quoted lines": fill("\n", before='a: "', after='"\n'),
    "quoted hashes": fill(" #", before='a: "', after='"\n'),
    "a block scalar": fill("  x\n", before="a: |\n"),
    "a block scalar of blanks": fill(" \n", before="a: >\n"),
    "a block scalar of hashes": fill("  #\n", before="a: |\n"),
    "blanks": fill(" "),
    "tabs": fill("\t"),
    "commas": fill(",", before="["),
    "digits": fill("1", before="a: "),
    "a fraction": fill("1", before="a: 0."),
    "an exponent": fill("1", before="a: 1e"),
    "hexadecimal": fill("f", before="a: 0x"),
    "question marks": fill("?"),
    "dashes": fill("-"),
    "exclamation marks": fill("!"),
    "ampersands": fill("&"),
    "asterisks": fill("*"),
    "percent signs": fill("%"),
    "pictures": fill("😀", before="a: "),
    "zeros": b"\0" * MIB,
    "not UTF-8": b"\xff" * MIB,
    "too large": b"a" * (64 * MIB // 8),
    "control characters": fill("\x01"),
    "suppressions": fill("# kmconfig: ignore[KM203] x\n"),
    "hashes in many scalars": fill("- '#' #\n"),
}


@pytest.mark.timeout(5)
@pytest.mark.parametrize("name", FILES)
def test_read_within_the_time_limit(name: str) -> None:
    document = read_bytes(FILES[name])
    assert document.root is not None or document.problems
    assert sum(1 for _ in nodes(document.root)) <= 20_000
    assert sum(len(problem.message) + len(str(problem.path)) for problem in document.problems) < 64 * MIB
    assert sum(1 for _ in comments(document.file)) <= MIB
