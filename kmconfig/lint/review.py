"""What is wrong with the suppressions themselves: KM001 to KM004."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.lint.catalogue import find_rule, nearest, remedy
from kmconfig.source.problem import Edit, Fix, Problem
from kmconfig.source.span import Span

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from kmconfig.lint.suppressions import Named, Suppression

_EXAMPLE = "`# kmconfig: ignore[KM203] internal relay until=2027-03-31`"


def review_suppressions(suppressions: dict[str, list[Suppression]], *, today: date, online: bool) -> Iterator[Problem]:
    """The faults of all suppressions, after the findings have been matched with them.

    Unless the run was ``online``, nobody knows whether a suppression of an online rule is of use.
    """
    for comments in suppressions.values():
        for suppression in comments:
            yield from _review(suppression, today, online=online)


def _review(suppression: Suppression, today: date, *, online: bool) -> Iterator[Problem]:
    if suppression.malformed:
        message = "this comment is no suppression kmconfig understands"
        yield Problem("KM002", message, suppression.span, help=f"write {_EXAMPLE}")
        return
    if not suppression.reason:
        yield Problem("KM004", "a suppression without a reason", suppression.span, help=f"say why: {_EXAMPLE}")
    if suppression.until is not None and suppression.expiry is None:
        message = f"`until={suppression.until[:20]}` is no date"
        yield Problem("KM003", message, suppression.span, help="write the last day it holds as YYYY-MM-DD")
    elif suppression.expired(today):
        message = f"this suppression expired on {suppression.until}"
        help_text = "correct what it hides, or decide anew until when it may stay"
        yield Problem("KM003", message, suppression.span, help=help_text)
    for named in suppression.rules:
        yield from _review_name(named, suppression, today, online=online)


def _review_name(named: Named, suppression: Suppression, today: date, *, online: bool) -> Iterator[Problem]:
    rule = find_rule(named.text)
    if rule is None:
        guess = nearest(named.text)
        fix = Fix(f"use `{guess}`", Edit(named.span, guess), safe=True) if guess else None
        yield Problem("KM002", f"there is no rule `{named.text[:60]}`", named.span, help=remedy(named.text), fix=fix)
    elif rule.mandatory:
        message = f"`{rule.code}` ({rule.name}) cannot be suppressed"
        yield Problem("KM001", message, named.span, help="remove it here; correct the fault itself")
    elif not named.used and not suppression.expired(today) and (online or not rule.online):
        message = f"`{named.text}` suppresses nothing here"
        fix = Fix("remove it", _removal(named, suppression), safe=True)
        yield Problem("KM001", message, named.span, help="remove it", fix=fix)


def _removal(named: Named, suppression: Suppression) -> Edit:
    """Take out one name with its comma, or the whole comment when it is the only one."""
    file = suppression.span.file
    if len(suppression.rules) > 1:
        index = suppression.rules.index(named)
        if index:
            return Edit(Span(file, suppression.rules[index - 1].span.end, named.span.end), "")
        return Edit(Span(file, named.span.start, suppression.rules[1].span.start), "")
    start = suppression.span.start
    line_start = file.line_starts[suppression.span.line - 1]
    if file.text[line_start:start].strip():
        start = line_start + len(file.text[line_start:start].rstrip())
        return Edit(Span(file, start, suppression.span.end), "")
    following = suppression.span.line
    end = file.line_starts[following] if following < len(file.line_starts) else suppression.span.end
    return Edit(Span(file, line_start, end), "")
