"""
Something in the file has the shape of a credential: a provider's key, an AWS secret, a private key, a URL with a
password in it, a login as SMTP sends it in base64. It makes no difference whether it stands in a value, in a key or
in a comment: whoever reads the repository has it, and history keeps it. The value is never repeated in messages.

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
from kmconfig.providers.leaks import find_leaks
from kmconfig.providers.registry import PROVIDERS, domain_owner
from kmconfig.providers.ses import SES
from kmconfig.source.span import SourceFile, Span
from kmconfig.source.value import Value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.providers.leaks import Shape
    from kmconfig.source.parser import Document

_USERNAME = ("email", "smtp", "username")
_HOST = ("email", "smtp", "host")
_ACCESS_KEY_ID = "A[KS]IA[A-Z2-7]{16}"
_HELP = "revoke it with its issuer, remove it here, and refer to its successor in a secret store"


@file_rule("KM302", "leaked-secret", severity="E/E/E")
def check(document: Document) -> Iterator[Finding]:
    """Search the whole text of a file, and what its escapes and line folds stand for."""
    file = document.file
    plaintext = [(problem.span.start, problem.span.end) for problem in document.problems if problem.code == "KM301"]
    values = _Values(document)
    raw = [shape for shape in find_leaks(file.text) if not _overlaps(plaintext, shape) and not values.allow(shape)]
    disguised = list(_disguised(values, raw, plaintext))
    hidden = {(shape.start, shape.end) for shape in raw} | {(span.start, span.end) for span, _ in disguised}
    file.sensitive[:] = sorted(hidden.union(file.sensitive))
    for shape in raw:
        yield Finding(f"{shape.kind} stands in this file", Label(values.holding(file, shape), "secret"), help=_HELP)
    for span, kind in disguised:
        yield Finding(f"{kind} stands in this file", Label(span, "secret"), help=_HELP)


def _disguised(values: _Values, raw: list[Shape], plaintext: list[tuple[int, int]]) -> Iterator[tuple[Span, str]]:
    """Leaks that only show once escapes and folds are undone, unless their place is known already."""
    starts = [shape.start for shape in raw]
    for value, span in values.disguised():
        index = bisect_right(starts, span.end) - 1
        known = index >= 0 and raw[index].end > span.start
        leaks = [] if known or (span.start, span.end) in plaintext else find_leaks(value.data)
        if leaks:
            yield span, leaks[0].kind


def _overlaps(ranges: list[tuple[int, int]], shape: Shape) -> bool:
    return any(shape.start < end and start < shape.end for start, end in ranges)


class _Values:
    """The text values of a document, by their places."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.found = sorted(_texts(document.root), key=lambda entry: entry[1].start)
        self.starts = [span.start for _, span in self.found]

    def holding(self, file: SourceFile, shape: Shape) -> Value[str] | Span:
        """The value on one line that holds a shape, or the first line of the shape itself."""
        index = bisect_right(self.starts, shape.start) - 1
        if index >= 0:
            value, span = self.found[index]
            if shape.end <= span.end and "\n" not in span.text and value.span is span:
                return value
        line_end = file.line_span(file.position(shape.start)[0]).end
        return Span(file, shape.start, max(shape.start + 1, min(shape.end, line_end)))

    def disguised(self) -> Iterator[tuple[Value[str], Span]]:
        """Values and keys that stand for other text than is written."""
        for value, span in self.found:
            if value.data not in span.text:
                yield value, span

    def allow(self, shape: Shape) -> bool:
        """Whether a shape is a user name of the kind that is no secret: SES has access key ids for it."""
        subject = self.holding(self.document.file, shape)
        if isinstance(subject, Span) or subject.path != _USERNAME:
            return False
        host = self._host()
        provider = domain_owner(host) if host is not None else None
        candidates = PROVIDERS if host is None else (provider,)
        text = subject.data
        if SES in candidates and re.fullmatch(_ACCESS_KEY_ID, text):
            return True
        forms = [candidate.username for candidate in candidates if candidate is not None]
        whole = shape.end - shape.start == len(text)
        return whole and any(form.pattern is not None and not form.secret and form.fits(text) for form in forms)

    def _host(self) -> str | None:
        """The SMTP host, where this file says one."""
        return next((value.data for value, _ in self.found if value.written and value.path == _HOST), None)


def _texts(root: Value[Any] | None) -> Iterator[tuple[Value[str], Span]]:
    """Every text with its place; a key is a value of its own."""
    stack = [root] if root is not None else []
    while stack:
        value = stack.pop()
        if value.key_span is not None:
            yield Value(str(value.path[-1]), value.path), value.key_span
        if isinstance(value.data, dict):
            stack += value.data.values()
        elif isinstance(value.data, list):
            stack += value.data
        elif isinstance(value.data, str) and value.span is not None:
            yield value, value.span
