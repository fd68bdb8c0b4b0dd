"""The risk of being judged less strictly."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.environment.environment import TIERS
from kmconfig.review.model import Risk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.review.model import Change
    from kmconfig.review.sides import Sides


def tier_changed(change: Change, _: Sides) -> Iterator[Risk]:
    """The tier decides how strictly rules and guards judge."""
    if change.before not in TIERS or change.after not in TIERS:
        return
    if TIERS.index(change.after) > TIERS.index(change.before):
        guards = " and its guards" if change.before == "production" else ""
        yield Risk("high", f"the stricter rules of {change.before}{guards} no longer apply")
    else:
        yield Risk("info", f"the stricter rules of {change.after} apply from now on")
