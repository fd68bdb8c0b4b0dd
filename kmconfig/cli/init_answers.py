"""Where the answers of `kmconfig init` come from: flags, and a person at a terminal for what the flags leave open."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

import click

from kmconfig.errors import UsageError
from kmconfig.report.escape import for_terminal
from kmconfig.report.stream import say
from kmconfig.scaffold.answers import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any


class Option(NamedTuple):
    """One of several answers, and what speaks for it."""

    word: str
    about: str = ""


class Answering(Protocol):
    """Gives answers to questions that no flag has answered. ``attended`` says whether somebody is there."""

    attended: bool

    def text(self, flag: str, question: str, *, check: Callable[[str], object], default: str | None = None) -> str:
        """An answer that passes its check. An empty default stands for none."""
        ...

    def choice(self, flag: str, question: str, options: Sequence[Option], *, default: str | None = None) -> str:
        """One of several words."""
        ...

    def tell(self, lines: Sequence[str]) -> None:
        """Say something that helps to answer."""
        ...


class Unattended:
    """Takes defaults, and says which flag is missing where there is none."""

    attended = False

    def text(self, flag: str, question: str, *, check: Callable[[str], object], default: str | None = None) -> str:
        """The default, if it passes its check. Raises UsageError."""
        if default is None:
            raise UsageError(f"{flag} is missing", help=f"{question}: give {flag}, or run it in a terminal")
        if default:
            check(default)
        return default

    def choice(self, flag: str, question: str, options: Sequence[Option], *, default: str | None = None) -> str:
        """The default. Raises UsageError."""
        if default is None:
            words = ", ".join(option.word for option in options)
            raise UsageError(f"{flag} is missing", help=f"{question}: give {flag} with one of {words}")
        return default

    def tell(self, lines: Sequence[str]) -> None:
        """Nobody reads along."""


class Terminal:
    """Asks a person, again where an answer cannot be taken. Questions go to stderr, results to stdout."""

    attended = True

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def text(self, flag: str, question: str, *, check: Callable[[str], object], default: str | None = None) -> str:  # noqa: ARG002
        """Ask until an answer passes its check."""

        def taken(answer: str) -> str:
            if not answer.strip() and default is not None:
                return default
            _click_error(check if answer.strip() else _required, answer)
            return answer

        # With no default at all click would ask again without a word.
        answer: str = click.prompt(
            question, default=default or "", value_proc=taken, err=True, show_default=bool(default), prompt_suffix=": "
        )
        return answer

    def choice(self, flag: str, question: str, options: Sequence[Option], *, default: str | None = None) -> str:
        """Show the options and ask until one of them is named, by its word or its number."""
        width = max(len(option.word) for option in options)
        self.tell(
            [
                f"  {number:>2} {option.word.ljust(width)}  {option.about}".rstrip()
                for number, option in enumerate(options, 1)
            ]
        )
        words = [option.word for option in options]

        def named(answer: str) -> None:
            if _word(answer, words) is None:
                raise UsageError(f"{quoted(answer)} is none of these", help="answer with a word or its number")

        answer = self.text(flag, question, check=named, default=default)
        return _word(answer, words) or answer

    def tell(self, lines: Sequence[str]) -> None:
        """Print lines beside the questions."""
        say(self._stream, "".join(f"{line}\n" for line in lines))


def _required(_: str) -> None:
    raise UsageError("there is no default here", help="type an answer; Ctrl-C ends it, and nothing is written")


def _word(answer: str, words: Sequence[str]) -> str | None:
    answer = answer.strip().lower()
    if answer.isascii() and answer.isdigit() and 1 <= int(answer[:4]) <= len(words):
        return words[int(answer[:4]) - 1]
    return answer if answer in words else None


def _click_error(check: Callable[[str], object], answer: str) -> None:
    """Run a check so that click asks again."""
    try:
        check(answer)
    except UsageError as error:
        refusal = click.UsageError(for_terminal(error.sentence))
    else:
        return
    raise refusal
