"""Risks of references to secrets, which never hold a value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.environment.duration import parse_duration
from kmconfig.review.model import HIDDEN, Risk
from kmconfig.review.quoted import quoted, quoted_names
from kmconfig.review.sides import reference_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.reference import SecretRef
    from kmconfig.review.model import Change
    from kmconfig.review.sides import Sides
    from kmconfig.source.value import Path

#: Sources that know who read a secret and how old it is.
_STORES = frozenset(("vault", "aws_secret", "ssm"))


def _path(change: Change) -> Path:
    return tuple(change.setting.split("."))


def plain_text(change: Change, _: Sides) -> Iterator[Risk]:
    """A secret was written into a file, or taken out of it."""
    if change.after == HIDDEN:
        yield Risk("high", "a secret stands in the file as plain text: revoke it, and refer to its successor")
    elif change.before == HIDDEN:
        yield Risk("medium", "the old secret stays in the history of the repository: revoke it with its issuer")


def reference_moved(change: Change, sides: Sides) -> Iterator[Risk]:
    """The secret comes from elsewhere, so it has to be there."""
    before, after = reference_at(sides.before, _path(change)), reference_at(sides.after, _path(change))
    if before is None or after is None or not sides.are_one:
        return
    old, new = quoted(str(before)), quoted(str(after))
    if before.source != after.source:
        yield Risk("medium", f"the secret moved from {old} to {new}: it has to be there before apply")
        if before.source in _STORES and after.source not in _STORES:
            yield Risk("medium", f"`{after.source}` tells neither the age of a secret nor who read it")
    elif before[:3] != after[:3]:
        yield Risk("medium", f"the reference moved from {old} to {new}: it has to be there before apply")
    elif before.version != after.version:
        yield Risk("info", f"another version of the secret is meant: {_version(before)} became {_version(after)}")


def _version(reference: SecretRef) -> str:
    return "the newest" if reference.version is None else f"`{reference.version}`"


def may_grow_older(change: Change, sides: Sides) -> Iterator[Risk]:
    """The age limit of a secret is gone or farther away."""
    before, after = reference_at(sides.before, _path(change)), reference_at(sides.after, _path(change))
    if before is None or after is None or before.max_age is None or before.max_age == after.max_age:
        return
    if after.max_age is None:
        yield Risk("medium", f"the secret has no age limit of its own any more; it was {before.max_age}")
    elif parse_duration(after.max_age) > parse_duration(before.max_age):
        yield Risk("medium", f"the secret may grow older: {after.max_age} instead of {before.max_age}")


def shared_with_other_tiers(change: Change, sides: Sides) -> Iterator[Risk]:
    """Production and another tier log in with the same secret, and did not before."""
    reference = reference_at(sides.after, _path(change))
    if reference is None or sides.after is None:
        return
    others = sides.sharing_after.across_tiers(reference, sides.after)
    before = reference_at(sides.before, _path(change))
    known = before is not None and sides.before is not None
    if known and before is not None and sides.before is not None:
        known = bool(sides.sharing_before.across_tiers(before, sides.before))
    if others and not known:
        yield Risk("high", f"{quoted(sides.after.name)} now shares this secret with {quoted_names(others)}")


def login_gone(change: Change, sides: Sides) -> Iterator[Risk]:
    """There is nothing to log in with any more."""
    if (
        change.after is None
        and sides.after is not None
        and sides.after.email.driver.data == change.setting.split(".")[1]
    ):
        yield Risk("medium", "there is no secret to log in with any more")
