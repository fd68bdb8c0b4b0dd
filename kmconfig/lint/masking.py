"""No finding repeats a secret that another finding found, not even its beginning, and none stands in its way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.lint.finding import Place
from kmconfig.providers.leaks import LEAKS, find_leaks
from kmconfig.source.problem import Fix

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kmconfig.lint.finding import Located
    from kmconfig.source.parser import Document
    from kmconfig.source.span import SourceFile

    Range = tuple[int, int]

MASK = "***"
_SHORTEST = 8
#: What everybody may know of keys: how those of a provider start.
_PUBLIC = tuple({leak.literal for leak in LEAKS if leak.literal})
#: How much of a key behind such a start is a piece of it.
_PIECE = 5
_SECRET_FOUND = ("KM301", "KM302")


class Mask:
    """Takes the secrets of files out of texts: those of their sensitive ranges, and what looks like one.

    Messages cut what they quote, so the beginning of a secret counts too once it is 8 characters long. What is known
    of a provider's keys, such as ``xsmtpsib-``, or of addresses, ``https://``, is not enough by itself.
    """

    def __init__(self, files: Iterable[SourceFile]) -> None:
        self._by_start: dict[str, list[str]] = {}
        texts = {text for file in files for span in file.sensitive for text in _texts(file.text[slice(*span)])}
        for secret in sorted(texts):
            if len(secret) >= _SHORTEST:
                self._by_start.setdefault(secret[:_SHORTEST], []).append(secret)

    def __bool__(self) -> bool:
        return bool(self._by_start)

    def __call__(self, text: str) -> str:
        """The text with a mask in place of each secret."""
        for start, end in reversed(_united(self._pieces(text))):
            text = text[:start] + MASK + text[end:]
        for leak in reversed(find_leaks(text)):
            text = text[: leak.start] + MASK + text[leak.end :]
        return text

    def _pieces(self, text: str) -> Iterator[Range]:
        for beginning, secrets in self._by_start.items():
            at = text.find(beginning)
            while at >= 0:
                ends = [at + _length(secret, text, at) for secret in secrets]
                if max(ends) > at:
                    yield at, max(ends)
                at = text.find(beginning, at + 1)


def without_secrets(findings: list[Located], files: Iterable[SourceFile]) -> list[Located]:
    """The findings with everything replaced that stands in a sensitive range of a file or looks like a secret.

    A fix is left out where it would write over a sensitive range, or write its text elsewhere.
    """
    sensitive = {file.path: file for file in files if file.sensitive}
    mask = Mask(sensitive.values())
    return [_masked(found, mask, sensitive) for found in findings] if sensitive else findings


def leaks_first(findings: list[Located]) -> list[Located]:
    """The findings without those that say something else of the very text that is a leaked secret."""
    leaked = {found.place.span for found in findings if found.rule.code in _SECRET_FOUND}
    if not leaked:
        return findings
    return [found for found in findings if found.rule.code in _SECRET_FOUND or found.place.span not in leaked]


def without_secrets_of(text: str, documents: Iterable[Document]) -> str:
    """A text about documents that nobody has linted, with a mask in place of each secret that they hold."""
    from kmconfig.lint.rules.credentials.leaked_secret import mark_leaks  # noqa: PLC0415 - only where a file is faulty

    documents = list(documents)
    for document in documents:
        mark_leaks(document)
    return Mask(document.file for document in documents)(text)


def _masked(found: Located, mask: Mask, sensitive: dict[str, SourceFile]) -> Located:
    fix = found.fix
    if fix is not None and _touches(fix, mask, sensitive):
        fix = None
    return found._replace(
        message=mask(found.message),
        help=mask(found.help),
        setting=mask(found.setting),
        place=Place(found.place.span, mask(found.place.text)),
        related=tuple(Place(place.span, mask(place.text)) for place in found.related),
        fix=Fix(mask(fix.title), *fix.edits, safe=fix.safe) if fix is not None else None,
    )


def _touches(fix: Fix, mask: Mask, sensitive: dict[str, SourceFile]) -> bool:
    for edit in fix.edits:
        file = sensitive.get(edit.span.path)
        ranges = file.sensitive if file is not None else ()
        if any(edit.span.start < end and start < edit.span.end for start, end in ranges):
            return True
    return any(mask(edit.text) != edit.text for edit in fix.edits)


def _texts(written: str) -> Iterator[str]:
    """A secret as it stands in a file and, where escapes or folds hide it, as what that stands for."""
    yield written.strip("'\"")
    if not any(sign in written for sign in ("\\", "''", "\n", "\r")):
        return
    from kmconfig.source.parser import parse  # noqa: PLC0415 - few secrets are in disguise
    from kmconfig.source.span import SourceFile  # noqa: PLC0415

    root = parse(SourceFile("", written)).root
    if root is not None and isinstance(root.data, str):
        yield root.data
        yield from (root.data[leak.start : leak.end] for leak in find_leaks(root.data))


def _length(secret: str, text: str, at: int) -> int:
    """How much of a secret stands at a place of a text that has its first characters there; 0 where it is no piece."""
    if text.startswith(secret, at):
        return len(secret)
    end = _SHORTEST
    while at + end < len(text) and end < len(secret) and text[at + end] == secret[end]:
        end += 1
    # A password may begin with a word that messages are made of; where they cut it, they say so.
    is_word = secret[:end].isalpha() and text[at + end : at + end + 1] != "…"
    return 0 if is_word or end < _known(secret) + _PIECE or secret[0] in "{[" else end


def _known(secret: str) -> int:
    """How many characters at the beginning of a secret are none."""
    if secret.startswith(_PUBLIC):
        return max(len(start) for start in _PUBLIC if secret.startswith(start))
    scheme = secret.find("://", 0, 20)
    return scheme + 3 if scheme >= 0 else 0


def _united(ranges: Iterable[Range]) -> list[Range]:
    """Ranges in order, those that overlap as one."""
    found: list[Range] = []
    for start, end in sorted(ranges):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found
