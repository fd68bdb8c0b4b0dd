"""No finding repeats a secret that another finding found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.lint.finding import Place
from kmconfig.providers.leaks import find_leaks
from kmconfig.source.problem import Fix

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kmconfig.lint.finding import Located
    from kmconfig.source.span import SourceFile

MASK = "***"
_SHORTEST = 8


def without_secrets(findings: list[Located], files: Iterable[SourceFile]) -> list[Located]:
    """The findings with everything replaced that stands in a sensitive range of a file or looks like a secret."""
    secrets = {
        text
        for file in files
        for start, end in file.sensitive
        if len(text := file.text[start:end].strip("'\"")) >= _SHORTEST
    }
    if not secrets:
        return findings
    longest_first = sorted(secrets, key=len, reverse=True)
    return [_masked(found, longest_first) for found in findings]


def _masked(found: Located, secrets: list[str]) -> Located:
    def clean(text: str) -> str:
        for secret in secrets:
            if secret in text:
                text = text.replace(secret, MASK)
        for leak in reversed(find_leaks(text)):
            text = text[: leak.start] + MASK + text[leak.end :]
        return text

    return found._replace(
        message=clean(found.message),
        help=clean(found.help),
        setting=clean(found.setting),
        place=Place(found.place.span, clean(found.place.text)),
        related=tuple(Place(place.span, clean(place.text)) for place in found.related),
        fix=Fix(clean(found.fix.title), *found.fix.edits, safe=found.fix.safe) if found.fix is not None else None,
    )
