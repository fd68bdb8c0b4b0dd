"""How an apply may end, and what has to be true then."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

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


def require_rolled_back(site: Site, ran: Ran, failed: str) -> None:
    """All is as it was, and the receipt says so."""
    assert (ran.code, ran.result["result"], ran.result["application_verified"]) == (6, "rolled_back", False), ran.err
    assert steps(ran)[-2:] == [(failed, "failed"), ("restore", "restored")]
    assert complies(ran.document, "receipt")
    assert site.env.read_bytes() == LIVE
    assert site.leftovers() == []
    assert len(site.receipts) == 1


def require_unchanged(site: Site, ran: Ran, code: int) -> None:
    """Nothing was begun, and the receipt that is printed says so."""
    assert (ran.code, ran.result["result"]) == (code, "failed"), ran.err
    assert complies(ran.document, "receipt")
    assert site.env.read_bytes() == LIVE
    assert site.leftovers() == []


def prepared(site: Site, progress: Progress, *, patience: float = 0) -> Apply:
    """An apply of `staging` that has not begun, with somebody who watches."""
    project = api.load(site.root)
    stores = Stores(root=project.root, environ=os.environ, masker=Masker())
    candidate = resolve_candidate(project.environment("staging"), stores=stores)
    work = plan_environment(project, candidate, stores=stores, now=datetime.now(UTC))
    return Apply(work, options=api.Options(patience=patience), progress=progress)
