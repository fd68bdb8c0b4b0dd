"""Command lines in the written pages: every command and option exists."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest

from kmconfig.cli.app import app

if TYPE_CHECKING:
    from collections.abc import Iterator

_ROOT = Path(__file__).parents[2]
_WRITTEN = [path for path in (_ROOT / "docs").rglob("*.md") if path.parent.name not in ("rules", "providers")]
_PAGES = sorted(path.relative_to(_ROOT).as_posix() for path in (*_WRITTEN, _ROOT / "README.md"))
_FENCE = re.compile(r"^ *```[a-z ]*\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
_IN_TEXT = re.compile(r"`(kmconfig [^`\n]+)`")
#: In a fence: at the beginning of a command, not in a comment.
_CALL = re.compile(r"(?:^ *|\$ |run: |&& |\|\| |exec )(kmconfig [a-z-][^`]*)")
#: What ends a command of a shell's line.
_ENDS = {"&&", "||", "|", ";", "&", ">", ">>", "<"}


def lines_of(text: str) -> Iterator[str]:
    """Calls of kmconfig in fences and in running text."""
    for fence in _FENCE.findall(text):
        for line in fence.replace("\\\n", " ").splitlines():
            yield from _CALL.findall(line)
    yield from _IN_TEXT.findall(_FENCE.sub("", text))


def words_of(line: str) -> list[str]:
    """The words of a call, up to what ends it."""
    lexer = shlex.shlex(line.replace("…", "").rstrip("\"')"), posix=True, punctuation_chars=True)
    lexer.wordchars += "{}[]@:,#%+$"
    lexer.commenters = ""
    words = []
    for word in lexer:
        if word in _ENDS or set(word) <= set("();<>|&") or word == "#":
            break
        words.append(word)
    return words


@pytest.mark.parametrize("page", _PAGES)
def test_commands_and_options_exist(page: str) -> None:
    context = click.Context(app, info_name="kmconfig", resilient_parsing=True)
    for line in lines_of((_ROOT / page).read_text(encoding="utf-8")):
        try:
            words = words_of(line)[1:]
        except ValueError:  # a word of prose, with an apostrophe
            continue
        while words and words[0].startswith("-"):
            words = words[2 if words[0] in ("-C", "--color") else 1 :]
        if not words or words[0].isupper():
            continue
        command = app.get_command(context, words[0])
        assert command is not None, line
        known = {option for parameter in command.params for option in parameter.opts} | {"--help", "-h"}
        given = {word.partition("=")[0] for word in words[1:] if re.match(r"--?[a-zA-Z]", word)}
        assert {option for option in given if option.startswith("--")} <= known, line
