"""
Port 465 speaks TLS from the first byte. A mismatch hangs until the timeout.

Write what the message says.

```yaml bad
email:
  smtp: {port: 465, encryption: tls}  # KM201
```

```yaml good
email:
  smtp: {port: 465, encryption: ssl}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.lint.engine import Crash, Outcome
from kmconfig.lint.finding import Located, Place
from kmconfig.lint.rule import Rule, parse_severities
from kmconfig.source.problem import Edit, Fix
from kmconfig.source.span import SourceFile, Span

if TYPE_CHECKING:
    from collections.abc import Iterable

#: The value of a leaked secret, which no format may show.
SECRET = "correct-horse-battery"

#: What somebody may write into a key, a value, a comment or a file name to act on whoever reads the report.
HOSTILE = "x\n::error file=a.yaml,line=1::b\r%0A\x1b[31m\u202e`</details>|@user ##[error] ]]> [c](https://d.test)"


def _rule(code: str, name: str, severity: str) -> Rule:
    return Rule(code, name, parse_severities(severity), __name__)


UNKNOWN_KEY = _rule("KM104", "unknown-key", "E/E/E")
MISMATCH = _rule("KM201", "port-encryption-mismatch", "E/E/E")
PLAINTEXT = _rule("KM301", "plaintext-secret", "E/E/E")
NOREPLY = _rule("KM409", "noreply-sender", "n/n/–")
REPLY_TO = _rule("KM412", "noreply-reply-to", "W/W/n")
RULES = (UNKNOWN_KEY, MISMATCH, PLAINTEXT, NOREPLY, REPLY_TO)

_BASE = SourceFile("environments/base.yaml", "email:\n  smtp:\n    encryption: tls\n")
_PRODUCTION = SourceFile(
    "environments/eu/production.yaml",
    f"email:\n  smtp:\n    port: 465\n    password: {SECRET}\n  reply_to:\n    noreply@acme.example\n  # kmconfig\n",
)
_PROJECT = SourceFile("kmconfig.yaml", "version: 1\nrulse: {}\n")


def place(file: SourceFile, text: str, note: str = "") -> Place:
    """Where a text stands in a file."""
    start = file.text.index(text)
    return Place(Span(file, start, start + len(text)), note)


def located(rule: Rule, severity: str, message: str, where: Place, **others: object) -> Located:
    """A finding, with the defaults of one that says nothing more."""
    defaults: dict[str, object] = {"help": "", "related": (), "setting": "", "environments": ()}
    return Located(rule=rule, severity=severity, message=message, place=where, **{**defaults, **others})  # type: ignore[arg-type]


def report() -> Outcome:
    """A report with one of everything."""
    secret = place(_PRODUCTION, SECRET)
    _PRODUCTION.sensitive[:] = [(secret.span.start, secret.span.end)]
    tls = place(_BASE, "tls", "set here")
    findings = [
        located(
            MISMATCH,
            "error",
            "port 465 needs `encryption: ssl`",
            tls,
            help="write `encryption: ssl`, or choose a port that speaks `tls`",
            related=(place(_PRODUCTION, "465", "this port decides"),),
            setting="email.smtp.encryption",
            environments=("eu/production", "staging"),
            fix=Fix("use `ssl`", Edit(tls.span, "ssl"), safe=False),
            fingerprint="aa01",
        ),
        located(
            PLAINTEXT,
            "error",
            "`email.smtp.password` must be a reference, not the secret itself",
            secret,
            setting="email.smtp.password",
            environments=("eu/production",),
            fingerprint="aa02",
        ),
        located(
            REPLY_TO,
            "warning",
            "answers to `noreply@acme.example` reach nobody",
            place(_PRODUCTION, "reply_to:\n    noreply@acme.example"),
            help="name a mailbox that somebody reads",
            setting="email.reply_to",
            environments=("eu/production",),
            fingerprint="aa03",
        ),
        located(NOREPLY, "note", HOSTILE, place(_PRODUCTION, "# kmconfig"), help=HOSTILE, fingerprint="aa04"),
        located(UNKNOWN_KEY, "error", "unknown key `rulse`", place(_PROJECT, "rulse"), fingerprint="aa05"),
    ]
    crashes = [Crash("KM409", "staging", "ValueError")]
    return Outcome(findings=findings, crashes=crashes, suppressed=2, files=3, environments=("eu/production", "staging"))


def one(finding: Located) -> Outcome:
    """A report of one finding."""
    return many([finding])


def many(findings: Iterable[Located]) -> Outcome:
    """A report of findings."""
    found = list(findings)
    names = sorted({name for finding in found for name in finding.environments})
    return Outcome(findings=found, files=1, environments=tuple(names))
