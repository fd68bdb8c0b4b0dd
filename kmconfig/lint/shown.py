"""What a report shows of the findings: identities, no more than a file can bear, and which fixes are safe."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.lint.finding import SEVERITIES
from kmconfig.source.problem import Fix

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kmconfig.lint.finding import Located

MAX_FINDINGS_PER_FILE = 100


def safe_to_apply(fix: Fix | None, users: Mapping[str, int]) -> Fix | None:
    """No fix is safe in a layer that several environments share; ``users`` counts them by the layer's path."""
    if fix is None or not fix.safe or all(users.get(edit.span.path, 0) <= 1 for edit in fix.edits):
        return fix
    return Fix(fix.title, *fix.edits, safe=False)


def with_fingerprints(findings: list[Located]) -> list[Located]:
    """Identities that survive moved lines and new wording: rule, file, setting, and which of several it is."""
    if not findings:
        return findings
    import hashlib  # noqa: PLC0415 - a sound project does without

    seen: dict[tuple[str, str, str], int] = {}
    result = []
    for found in findings:
        key = (found.rule.code, found.place.span.path, found.setting)
        seen[key] = seen.get(key, 0) + 1
        digest = hashlib.sha256("\0".join((*key, str(seen[key]))).encode("utf-8", "backslashreplace")).hexdigest()
        result.append(found._replace(fingerprint=digest[:16]))
    return result


def limited(findings: list[Located]) -> list[Located]:
    """At most 100 findings a file, then one that says how many more there are."""
    shown: list[Located] = []
    counts: dict[str, int] = {}
    hidden: dict[str, list[Located]] = {}
    for found in findings:
        path = found.place.span.path
        counts[path] = counts.get(path, 0) + 1
        (shown if counts[path] <= MAX_FINDINGS_PER_FILE else hidden.setdefault(path, [])).append(found)
    for rest in hidden.values():
        worst = min(rest, key=lambda found: SEVERITIES.index(found.severity))
        message = f"{len(rest)} more findings in this file are not shown"
        shown.append(worst._replace(message=message, help="correct the ones above first", related=(), fix=None))
    return sorted(shown, key=lambda found: found.sort_key)
