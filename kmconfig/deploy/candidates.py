"""From an environment to a candidate: its secrets are read, and what their stores know of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from kmconfig.environment.stores import stores_of
from kmconfig.environment.words import known
from kmconfig.errors import CouldNotCheck
from kmconfig.mail.account import secret_references
from kmconfig.secrets.fingerprint import FingerprintKey
from kmconfig.secrets.frames import frames_cleared
from kmconfig.secrets.store import Description
from kmconfig.secrets.stores import Place
from kmconfig.targets.goal import Candidate

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Set as AbstractSet

    from kmconfig.environment.environment import Environment
    from kmconfig.environment.reference import SecretRef
    from kmconfig.secrets.store import SecretProblem
    from kmconfig.secrets.stores import Resolved, Stores

Purpose: TypeAlias = Literal["test", "plan", "apply"]
"""What secrets are read for: a test needs values, an apply versions too, and a plan gets by with versions."""

_AWS = frozenset(("aws_secret", "ssm"))


@frames_cleared()
def resolve_candidate(environment: Environment, *, stores: Stores, purpose: Purpose = "apply") -> Candidate:
    """Read the secrets of an environment, and their versions where the purpose needs them.

    Raises CouldNotCheck, naming every reference that gave none, and for a fingerprint key that is too short.
    """
    place = Place(environment.tier, stores_of(environment))
    wanted = secret_references(environment)
    key = place.stores.fingerprint_key if purpose != "test" and wanted else None
    # Of a secret that changes in between, a version that is too old is noticed later; one that is too new is not.
    # Vault tells the version with the value.
    versions = _described(wanted, _AWS | known().stores.keys(), stores, place) if purpose != "test" else {}
    resolved = stores.resolve((*wanted, *((key,) if key is not None else ())), place=place)
    denied = [problem for problem in resolved.problems if purpose == "plan" and problem.kind == "denied"]
    _require(environment, (problem for problem in resolved.problems if problem not in denied))
    if purpose == "test":
        return Candidate(environment=environment, secrets=resolved.secrets)
    versions |= _described(wanted, {"vault"}, stores, place)
    unread = frozenset(problem.ref for problem in denied if problem.ref in versions)
    _require(environment, (problem for problem in denied if problem.ref not in unread and problem.ref != key))
    return Candidate(
        environment=environment,
        secrets=resolved.secrets,
        descriptions=versions,
        unread=unread,
        key=_fingerprint_key(resolved, key),
        notes=tuple(_notes(denied, unread)),
    )


def _require(environment: Environment, problems: Iterable[SecretProblem]) -> None:
    """Raise CouldNotCheck for secrets that gave nothing."""
    found = tuple(problems)
    if found:
        reasons = "; ".join(problem.message for problem in found)
        helps = [problem.help for problem in found if problem.help]
        raise CouldNotCheck(f"`{environment.name}`: {reasons}", help="; ".join(dict.fromkeys(helps)) or None)


def _described(
    wanted: Iterable[SecretRef], sources: AbstractSet[str], stores: Stores, place: Place
) -> dict[SecretRef, Description]:
    """What stores tell of secrets beside their values; nothing of those that they do not want to tell of."""
    refs = [ref for ref in wanted if ref.source in sources]
    found = stores.describe(refs, place=place) if refs else {}
    return {ref: metadata for ref, metadata in found.items() if isinstance(metadata, Description)}


def _fingerprint_key(resolved: Resolved, ref: SecretRef | None) -> FingerprintKey | None:
    return FingerprintKey(resolved.secrets[ref]) if ref is not None and ref in resolved.secrets else None


def _notes(denied: Iterable[SecretProblem], unread: frozenset[SecretRef]) -> Iterable[str]:
    for problem in denied:
        if problem.ref in unread:
            yield (
                f"the value of `{problem.ref}` may not be read here, so it is planned by its version;"
                " apply needs the permission to read it"
            )
        else:
            yield f"the fingerprint key `{problem.ref}` may not be read here, so values are not told apart by it"
