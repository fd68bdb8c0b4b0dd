"""Saved plans: written once, taken verbatim or not at all."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from kmconfig.deploy.plan import canonical, digest_of
from kmconfig.deploy.three_way import three_way
from kmconfig.environment.published import Form, require_fits
from kmconfig.errors import ConfigurationError, Refused, UsageError
from kmconfig.lint.masking import Mask

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kmconfig.deploy.plan import Plan

_AGAIN = "make a new plan, have it reviewed, and apply that one"
_FORM = Form(schema="plan", definition="plan", title="a plan", remedy=_AGAIN, mask=Mask(()))
_LARGEST = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class SavedPlan:
    """A plan as it was saved: what it says, and its digest, which has been checked."""

    content: dict[str, Any]
    digest: str

    @property
    def environment(self) -> str:
        """The environment that it is for."""
        name: str = self.content["environment"]
        return name


def plan_bytes(plan: Plan) -> bytes:
    """The file's content: canonical JSON."""
    return canonical(plan.document()) + b"\n"


def read_plan(path: Path, *, now: datetime) -> SavedPlan:
    """Read a saved plan.

    Raises:
        UsageError: there is no such file, or it cannot be read.
        ConfigurationError: it is no plan of this version.
        Refused: it was changed since it was saved, or has expired.
    """
    try:
        with path.open("rb") as stream:
            text = stream.read(_LARGEST + 1)
    except OSError as error:
        raise UsageError(
            f"the plan {path} cannot be read: {error.strerror}", help="`kmconfig plan ENV --save FILE` writes one"
        ) from None
    content = _content(text, path)
    if content.get("digest") is None:
        raise Refused(f"the plan {path} has no digest, so nobody can tell whether it was changed", help=_AGAIN)
    require_fits(content, _FORM, shown=str(path))
    digest = content.pop("digest")
    if digest != digest_of(content):
        raise Refused(f"the plan {path} was changed after it was saved: its digest does not fit", help=_AGAIN)
    if content["back_to"] is not None:
        raise Refused(f"{path} is the plan of a rollback", help="`kmconfig rollback` makes its own")
    _require_current(content, path, now)
    return SavedPlan(content, digest)


def _content(text: bytes, path: Path) -> dict[str, Any]:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict) or "results" in content:
        raise ConfigurationError(
            f"{path} is no saved plan",
            help="`kmconfig plan ENV --save FILE` writes one; what `--format json` prints is not what apply takes",
        )
    return content


def _require_current(content: dict[str, Any], path: Path, now: datetime) -> None:
    expires, created = (datetime.fromisoformat(content[name]) for name in ("expires", "created"))
    if now >= expires:
        raise Refused(f"the plan {path} has expired: it was good until {expires:%Y-%m-%d %H:%M} UTC", help=_AGAIN)
    if created > now:
        raise Refused(
            f"the plan {path} was made in the future, at {created:%Y-%m-%d %H:%M} UTC: one of two clocks is wrong",
            help="set the clocks, then make a new plan",
        )


def require_same(saved: SavedPlan, fresh: Plan) -> None:
    """Make sure that a plan made now says what the saved one says.

    Where the target already is as planned there is nothing left to do, whatever it was before.
    Raises Refused, with what was planned, what is live and what is wanted for each key that is in question.
    """
    now = fresh.content()
    reasons = [*_moved(saved.content, now)]
    if fresh.operations or reasons:
        reasons += _live_moved(saved.content, now)
    if reasons:
        table = "".join(f"\n  {line}" for line in three_way(saved.content, fresh))
        raise Refused(f"the plan for `{saved.environment}` is stale: {'; '.join(reasons)}{table}", help=_AGAIN)


def _moved(saved: dict[str, Any], now: dict[str, Any]) -> Iterator[str]:
    """What differs although nobody touched the target."""
    if saved["target"] != now["target"]:
        yield f"it was made for {saved['target']}, and the environment now goes to {now['target']}"
    if saved["commit"] != now["commit"]:
        yield f"it was made at commit {_commit(saved)}, and this is {_commit(now)}"
    if _lifetime(saved) > _lifetime(now):
        hours = _lifetime(now) / timedelta(hours=1)
        yield f"it claims to be good for longer than the {hours:.0f} hours of a plan for this tier"
    before, after = saved["inputs"]["files"], now["inputs"]["files"]
    changed = sorted(path for path in before | after if before.get(path) != after.get(path))
    if changed:
        yield f"{', '.join(changed)} changed since"
    if saved["inputs"]["tool"] != now["inputs"]["tool"]:
        yield f"kmconfig {saved['inputs']['tool']} made it, and this is {now['inputs']['tool']}"
    elif saved["inputs"]["rules"] != now["inputs"]["rules"]:
        yield "it was checked by other rules"
    yield from _secrets_moved(saved, now)


def _lifetime(content: dict[str, Any]) -> timedelta:
    return datetime.fromisoformat(content["expires"]) - datetime.fromisoformat(content["created"])


def _secrets_moved(saved: dict[str, Any], now: dict[str, Any]) -> Iterator[str]:
    before = {pin["setting"]: pin for pin in saved["secrets"]}
    after = {pin["setting"]: pin for pin in now["secrets"]}
    for setting in sorted(before | after):
        was, found = before.get(setting), after.get(setting)
        if was is None or found is None or was["reference"] != found["reference"]:
            yield f"`{setting}` refers to another secret"
        elif was["version"] is not None and was["version"] != found["version"]:
            yield f"`{setting}` moved from version {was['version']} to {found['version'] or '?'}"
        elif was["fingerprint"] is not None and was["fingerprint"] != found["fingerprint"]:
            yield f"`{setting}` has another value"


def _live_moved(saved: dict[str, Any], now: dict[str, Any]) -> Iterator[str]:
    if saved["base"] != now["base"]:
        yield "the target changed since"
    elif _essence(saved) != _essence(now):
        yield "it says something else than what has to be done"


def _essence(content: dict[str, Any]) -> list[tuple[Any, ...]]:
    """The operations as far as they do not depend on which values could be read."""
    return [(op["key"], op["setting"], op["after"]) for op in content["operations"] if not op["secret"]]


def _commit(content: dict[str, Any]) -> str:
    commit: str | None = content["commit"]
    return commit[:12] + ("+dirty" if commit.endswith("+dirty") else "") if commit else "none"
