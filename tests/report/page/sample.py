"""A project and what was seen of it, as a page tells it; and texts that want to be more than text."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from kmconfig.environment.project import Project
from kmconfig.lint.engine import lint
from kmconfig.report.page.document import page
from kmconfig.report.page.evidence import Evidence
from kmconfig.report.page.gather import gather
from tests.cli.project import lay_out
from tests.cli.running import write
from tests.environment.results import RESULTS

if TYPE_CHECKING:
    from pathlib import Path

    from kmconfig.report.page.model import Report

MADE = datetime(2026, 4, 1, 12, 0, tzinfo=UTC)

#: What a browser, a terminal or a reader would act on if it were not text.
HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(1)><!-- </style></details> &lt; \x1b[31m\u202e\u2028"


def result(kind: str, **changes: Any) -> dict[str, Any]:
    """A sound result of a command, with other values."""
    found: dict[str, Any] = deepcopy(RESULTS[kind]["results"][0])
    return {**found, **changes}


def evidence(*, text: str = "as it should be") -> Evidence:
    """Everything that can be given, about production; ``text`` stands wherever there may be any."""
    secrets, dns, drift, plan = result("secrets"), result("dns"), result("drift"), result("plan")
    secrets["references"][0].update(detail=text, reference=text)
    dns["checks"][0].update(result="fail", detail=text, help=text, records=[text])
    drift["differences"][0].update(setting=text, live=text, expected={text: text})
    plan["operations"][0].update(setting=text, key=text, before=text)
    receipt = result("receipt", run=text, message=text, commit=text, started=text)
    later = result("receipt", run="02", result="rolled_back", started="2026-03-31T16:30:00+02:00")
    found = {"secrets": secrets, "dns": dns, "drift": drift, "plan": plan}
    return Evidence(
        results={kind: {"production": document, text: document} for kind, document in found.items()},
        receipts={"production": (later, receipt)},
        given={kind: f"{kind}.json" for kind in (*found, "receipts")},
    )


def report_of(root: Path, seen: Evidence | None = None) -> Report:
    """The report of a project."""
    project = Project(root)
    project.load()
    return gather(project, lint(project, today=MADE.date()), seen or Evidence(), made=MADE)


def page_of(root: Path, seen: Evidence | None = None) -> str:
    """The page of a project."""
    return page(report_of(root, seen))


def clean(root: Path) -> Path:
    """A project of three environments that lints clean."""
    return lay_out(root)


def hostile(root: Path) -> Path:
    """The same with a text in every setting that takes any, as far as files may hold it."""
    lay_out(root)
    text = "".join(character for character in HOSTILE if character.isprintable())
    path = root / "environments/production.yaml"
    more = f"description: {json.dumps(text)}\nowner: {json.dumps(text)}\n"
    broken = "  sender:\n    name: {}\n".format(json.dumps("<script>alert(1)</script>"))
    own = path.read_text(encoding="utf-8").replace("email:\n", f"email:\n{broken}")
    return write(root, {"environments/production.yaml": own + more})


def fleet(root: Path, count: int) -> Path:
    """A clean project that has grown."""
    return grow(lay_out(root), count)


def grow(root: Path, count: int) -> Path:
    """Add many environments on one layer, a few of them with a server of their own."""
    files = {}
    for number in range(count):
        host = "    host: mail.partner.example\n" if number % 50 == 7 else ""
        files[f"environments/eu/customer-{number:03}.yaml"] = (
            "version: 1\nextends: ../base.yaml\ntier: production\n"
            f"application: {{url: https://customer-{number:03}.acme.example}}\n"
            f"email:\n  smtp:\n{host}    password: {{vault: 'km/{number:03}#password', max_age: 90d}}\n"
        )
    return write(root, files)
