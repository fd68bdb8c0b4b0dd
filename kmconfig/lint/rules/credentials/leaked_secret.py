"""
Something in the file has the shape of a credential: a provider's key, an AWS secret, a private key, a token of Vault,
GitHub or GitLab, a URL with a password in it, a login as SMTP sends it in base64. It makes no difference whether it
stands in a value, in a key or in a comment: whoever reads the repository has it, and history keeps it. The value is
never repeated in messages.

Words and variables that only stand for a password in a URL (`password`, `changeme`, `SMTP_PASSWORD`, `${…}`, `xxx`)
are none. Neither is hexadecimal text without a prefix of its own where it follows `commit`, `sha` or `revision`, or
stands in the path or query of a web page's address.

Revoke it with the provider first. Then remove it, and refer to its successor with `env`, `file`, `vault`,
`aws_secret` or `ssm`.

```yaml bad
# before the move: smtp://mailer:s3cret-pass@mail.acme.example:587  # KM302
email:
  smtp:
    port: 587
```

```yaml bad
description: the old key was AKIAIOSFODNN7EXAMPLE  # KM302
```

```yaml bad
# from the transcript: AUTH PLAIN AG1haWxlcgBjb3JyZWN0LWhvcnNl  # KM302
owner: platform-team
```

```yaml good
# before the move: smtp://mailer:${MAIL_PASSWORD}@mail.acme.example:587
email:
  smtp:
    host: email-smtp.eu-west-1.amazonaws.com
    username: AKIAIOSFODNN7EXAMPLE
```
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING, Any

from kmconfig.lint.finding import Finding, Label
from kmconfig.lint.rule import file_rule
from kmconfig.providers.leaks import find_leaks, may_hold_leaks
from kmconfig.providers.registry import domain_owner, providers
from kmconfig.providers.ses import SES
from kmconfig.source.span import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.providers.leaks import Shape
    from kmconfig.source.parser import Document
    from kmconfig.source.value import Path, Value

_USERNAME = ("email", "smtp", "username")
_HOST = ("email", "smtp", "host")
_ACCESS_KEY_ID = "A[KS]IA[A-Z2-7]{16}"
_HELP = "revoke it with its issuer, remove it here, and refer to its successor in a secret store"


@file_rule("KM302", "leaked-secret", severity="E/E/E")
def check(document: Document) -> Iterator[Finding]:
    """Search the whole text of a file, and what its escapes and line folds stand for."""
    yield from _search(document)


def mark_leaks(document: Document) -> None:
    """Make the places of all leaks in a file sensitive, without a finding."""
    for _ in _search(document):
        pass


def _search(document: Document) -> Iterator[Finding]:
    file = document.file
    if not _has_escapes(file.text) and not may_hold_leaks(file.text):
        file.sensitive[:] = sorted(set(file.sensitive))
        return
    plaintext = [(problem.span.start, problem.span.end) for problem in document.problems if problem.code == "KM301"]
    raw = [
        shape for shape in find_leaks(file.text) if not _overlaps(plaintext, shape) and not _is_allowed(document, shape)
    ]
    disguised = list(_disguised(document, raw, plaintext))
    hidden = {(shape.start, shape.end) for shape in raw} | {(span.start, span.end) for span, _ in disguised}
    file.sensitive[:] = sorted(hidden.union(file.sensitive))
    for shape, place in zip(raw, _places(document, raw), strict=True):
        yield Finding(f"{shape.kind} stands in this file", Label(place, "secret"), help=_HELP)
    for span, kind in disguised:
        yield Finding(f"{kind} stands in this file", Label(span, "secret"), help=_HELP)


def _has_escapes(text: str) -> bool:
    """Whether a value may stand for other text than its own lines, joined and without indentation."""
    return "\\" in text or "''" in text


def _overlaps(ranges: list[tuple[int, int]], shape: Shape) -> bool:
    return any(shape.start < end and start < shape.end for start, end in ranges)


def _disguised(document: Document, raw: list[Shape], plaintext: list[tuple[int, int]]) -> Iterator[tuple[Span, str]]:
    """Leaks that only show once escapes and folds are undone, unless their place is known already."""
    written = document.file.text
    texts = [
        (text, span)
        for text, span, _ in _texts(document.root)
        if not written.startswith(text, span.start, span.end) and text not in span.text
    ]
    starts = [shape.start for shape in raw]
    for text, span in sorted(texts, key=_start):
        index = bisect_right(starts, span.end) - 1
        known = index >= 0 and raw[index].end > span.start
        leaks = [] if known or (span.start, span.end) in plaintext else find_leaks(text)
        if leaks:
            yield span, leaks[0].kind


def _places(document: Document, raw: list[Shape]) -> Iterator[Value[str] | Span]:
    """For each shape the value on one line that holds it, or the first line of the shape itself."""
    file = document.file
    texts = sorted(_texts(document.root), key=_start) if raw else []
    starts = [span.start for _, span, _ in texts]
    for shape in raw:
        index = bisect_right(starts, shape.start) - 1
        value = texts[index][2] if index >= 0 else None
        if value is not None and _holds(value, shape):
            yield value
        else:
            line_end = file.line_span(file.position(shape.start)[0]).end
            yield Span(file, shape.start, max(shape.start + 1, min(shape.end, line_end)))


def _holds(value: Value[str], shape: Shape) -> bool:
    """Whether a shape is within a value that stands on one line."""
    span = value.span
    return span is not None and span.start <= shape.start and shape.end <= span.end and "\n" not in span.text


def _is_allowed(document: Document, shape: Shape) -> bool:
    """Whether a shape is a user name of the kind that is no secret: SES has access key ids for it."""
    username = _text_at(document, _USERNAME)
    if username is None or not _holds(username, shape):
        return False
    host = _text_at(document, _HOST)
    provider = domain_owner(host.data) if host is not None else None
    candidates = providers() if host is None else (provider,)
    text = username.data
    if SES in candidates and re.fullmatch(_ACCESS_KEY_ID, text):
        return True
    forms = [candidate.username for candidate in candidates if candidate is not None]
    whole = shape.end - shape.start == len(text)
    return whole and any(form.pattern is not None and not form.secret and form.fits(text) for form in forms)


def _text_at(document: Document, path: Path) -> Value[str] | None:
    """What this file says at a path, where it is text."""
    value = document.root
    for key in path:
        if value is None or not isinstance(value.data, dict):
            return None
        value = value.data.get(key)
    return value if value is not None and value.written and isinstance(value.data, str) else None


def _texts(root: Value[Any] | None) -> Iterator[tuple[str, Span, Value[str] | None]]:
    """Every text with its place and the value that it is; a key is none."""
    stack = [root] if root is not None else []
    while stack:
        value = stack.pop()
        if value.key_span is not None:
            yield str(value.path[-1]), value.key_span, None
        if isinstance(value.data, dict):
            stack += value.data.values()
        elif isinstance(value.data, list):
            stack += value.data
        elif isinstance(value.data, str) and value.span is not None:
            yield value.data, value.span, value


def _start(text: tuple[str, Span] | tuple[str, Span, Value[str] | None]) -> int:
    return text[1].start
