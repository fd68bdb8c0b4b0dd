"""Access control lists: which capabilities a token's policies give on a path."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Policy: TypeAlias = "dict[str, frozenset[str]]"

DENY = frozenset({"deny"})
ROOT = frozenset({"root"})
CAPABILITIES = frozenset(
    {"create", "read", "update", "patch", "delete", "list", "sudo", "deny", "subscribe", "recover"}
)

_UPDATE, _READ = frozenset({"update"}), frozenset({"read"})
DEFAULT_POLICY: Policy = {
    "auth/token/lookup-self": _READ,
    "auth/token/renew-self": _UPDATE,
    "auth/token/revoke-self": _UPDATE,
    "sys/capabilities-self": _UPDATE,
    "sys/internal/ui/resultant-acl": _READ,
    "sys/wrapping/wrap": _UPDATE,
    "sys/wrapping/lookup": _UPDATE,
    "sys/wrapping/unwrap": _UPDATE,
}

_HCL_PATH = re.compile(r'path\s+"([^"]+)"\s*\{(.*?)\}', re.DOTALL)
_HCL_CAPABILITIES = re.compile(r"capabilities\s*=\s*\[(.*?)\]", re.DOTALL)


def policy_of(rules: Mapping[str, Sequence[str]]) -> Policy:
    """Return *rules* (path to capabilities) as a policy; raise ``ValueError`` for an unknown capability."""
    policy = {path: frozenset(capabilities) for path, capabilities in rules.items()}
    for path, capabilities in policy.items():
        if unknown := capabilities - CAPABILITIES:
            raise ValueError(f'path "{path}": invalid capability "{min(unknown)}"')
    return policy


def parse_policy(text: str) -> Policy:
    """Read a policy written as JSON or in the common form of HCL; raise ``ValueError`` where it is neither."""
    if text.lstrip().startswith("{"):
        paths = json.loads(text).get("path", {})
        return policy_of({path: rule.get("capabilities", []) for path, rule in paths.items()})
    rules = {}
    for path, block in _HCL_PATH.findall(text):
        written = _HCL_CAPABILITIES.search(block)
        rules[path] = re.findall(r'"([^"]+)"', written.group(1)) if written else []
    return policy_of(rules)


def capabilities(policies: Iterable[Policy], path: str, *, listing: bool = False) -> frozenset[str]:
    """Return what *policies* together allow on *path*; ``deny`` stands alone, also where nothing matches."""
    merged = _merge(policies)
    for exact in (path, path.removesuffix("/")) if listing else (path,):
        if exact in merged:
            return _effective(merged[exact])
    matching = [pattern for pattern in merged if _matches(pattern, path)]
    if not matching:
        return DENY
    return _effective(merged[max(matching, key=_priority)])


def reaches(policies: Iterable[Policy], prefix: str) -> bool:
    """Tell whether *policies* allow anything at or below *prefix*, or on a glob above it."""
    return any(
        _effective(allowed) != DENY
        and (pattern.startswith(prefix) or _matches(pattern, prefix) or _meets(pattern, prefix))
        for pattern, allowed in _merge(policies).items()
    )


def _merge(policies: Iterable[Policy]) -> Policy:
    merged: Policy = {}
    for policy in policies:
        for path, allowed in policy.items():
            merged[path] = merged.get(path, frozenset()) | allowed
    return merged


def _effective(allowed: frozenset[str]) -> frozenset[str]:
    return DENY if not allowed or "deny" in allowed else allowed


def _matches(pattern: str, path: str) -> bool:
    glob = pattern.endswith("*")
    wanted = pattern.removesuffix("*").split("/")
    given = path.split("/")
    if len(given) < len(wanted) or (len(given) > len(wanted) and not glob):
        return False
    last = len(wanted) - 1
    return all(
        part in ("+", given[at]) or (glob and at == last and given[at].startswith(part))
        for at, part in enumerate(wanted)
    )


def _meets(pattern: str, prefix: str) -> bool:
    """Tell whether a pattern with ``+`` can match something below *prefix*."""
    parts = pattern.split("/")
    folders = prefix.rstrip("/").split("/")
    return len(parts) > len(folders) and all(p in ("+", f) for p, f in zip(parts, folders, strict=False))


def _priority(pattern: str) -> tuple[int, bool, int, int, str]:
    """Order patterns from the weakest to the strongest: Vault's rules for which of several applies."""
    wildcard = min((at for at in (pattern.find("+"), pattern.find("*")) if at >= 0), default=len(pattern))
    return (wildcard, not pattern.endswith("*"), -pattern.count("+"), len(pattern), pattern)
