"""How an apply may end, and what has to be true then."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from jsonschema import Draft202012Validator

from kmconfig import api
from kmconfig.deploy.apply import Apply
from kmconfig.deploy.prepare import plan_environment, resolve_candidate
from kmconfig.secrets.masker import Masker
from kmconfig.secrets.stores import Stores
from tests.deploy.site import LIVE, Site

if TYPE_CHECKING:
    from kmconfig.deploy.steps import Progress
    from tests.cli.running import Ran


APPLY = ("apply", "staging", "--yes", "--retry-for", "0", "--format", "json")


def complies(document: Any, schema: str) -> bool:
    """Whether a document fits a published schema; says where it does not."""
    text = (Path(__file__).parents[2] / "schema" / f"{schema}.v1.schema.json").read_text(encoding="utf-8")
    faults = [
        f"{fault.json_path}: {fault.message}" for fault in Draft202012Validator(json.loads(text)).iter_errors(document)
    ]
    assert faults == []
    return True


def steps(ran: Ran) -> list[tuple[str, str]]:
    return [(step["step"], step["outcome"]) for step in ran.result["steps"]]


class Ending(NamedTuple):
    """What an apply of `staging` said at its end, and what it left of the application."""

    code: int
    result: str
    env: bytes
    leftovers: list[Path]


class TakenBack(NamedTuple):
    """More of an apply that changed something and put it back."""

    ending: Ending
    verified: bool
    last_steps: list[tuple[str, str]]
    receipts: int


def ending(site: Site, ran: Ran) -> Ending:
    assert complies(ran.document, "receipt")
    return Ending(ran.code, ran.result["result"], site.env.read_bytes(), site.leftovers())


def untouched(code: int) -> Ending:
    """Nothing was begun, and the receipt that is printed says so."""
    return Ending(code, "failed", LIVE, [])


def taken_back(site: Site, ran: Ran) -> TakenBack:
    return TakenBack(ending(site, ran), ran.result["application_verified"], steps(ran)[-2:], len(site.receipts))


def rolled_back(failed: str) -> TakenBack:
    """All is as it was since this step failed, and the receipt says so."""
    restored = [(failed, "failed"), ("restore", "restored")]
    return TakenBack(Ending(6, "rolled_back", LIVE, []), verified=False, last_steps=restored, receipts=1)


def prepared(site: Site, progress: Progress, *, patience: float = 0) -> Apply:
    """An apply of `staging` that has not begun, with somebody who watches."""
    project = api.load(site.root)
    stores = Stores(root=project.root, environ=os.environ, masker=Masker())
    candidate = resolve_candidate(project.environment("staging"), stores=stores)
    work = plan_environment(project, candidate, stores=stores, now=datetime.now(UTC))
    return Apply(work, options=api.Options(patience=patience), progress=progress)
