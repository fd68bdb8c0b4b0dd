"""What every report must keep, whatever the files say: it can be read by its readers, and does nothing to them."""

from __future__ import annotations

import json
import re
from typing import Any
from xml.etree import ElementTree as ET

from kmconfig.report.escape import for_workflow_log
from tests.cli.validity import assert_valid
from tests.report.test_lint_formats import COMMAND, RAW


def assert_inert(form: str, rendered: str) -> None:
    """A report carries nothing that a terminal, a log or a page would act on, and is what it says it is."""
    assert not RAW.search(rendered)
    assert not rendered or rendered.endswith("\n")
    lines = rendered.removesuffix("\n").split("\n") if rendered else []
    if form == "github":
        assert all(
            COMMAND.fullmatch(line) or line.startswith(("::notice::", "::warning::", "::error::")) for line in lines
        )
        return
    if form == "text":
        lines = [for_workflow_log(line) for line in lines]
    assert not any(line.lstrip().startswith("::") or "##[" in line for line in lines)
    _READERS.get(form, _nothing)(rendered)


def _json(rendered: str) -> None:
    assert_valid(json.loads(rendered), "findings")


def _sarif(rendered: str) -> None:
    (run,) = json.loads(rendered)["runs"]
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["message"]["text"]
        assert result["partialFingerprints"]["kmconfig/v1"]
        (location,) = result["locations"]
        for place in (location, *result.get("relatedLocations", ())):
            _assert_place(place["physicalLocation"])


def _assert_place(physical: dict[str, Any]) -> None:
    region = physical["region"]
    assert region["startLine"] == region.get("endLine", region["startLine"]) >= 1
    assert 1 <= region["startColumn"] <= region["endColumn"]
    assert re.fullmatch(r"[A-Za-z0-9._~/%-]+", physical["artifactLocation"]["uri"])
    assert not physical["artifactLocation"]["uri"].startswith(("/", "./", "file:"))


def _gitlab(rendered: str) -> None:
    entries = json.loads(rendered)
    assert isinstance(entries, list)
    for entry in entries:
        assert entry["description"]
        assert entry["location"]["lines"]["begin"] >= 1
    prints = [entry["fingerprint"] for entry in entries]
    assert len(prints) == len(set(prints))


def _junit(rendered: str) -> None:
    root = ET.fromstring(rendered)  # noqa: S314 - our own document
    tags = {element.tag for element in root.iter()}
    assert tags <= {"testsuites", "testsuite", "testcase", "failure", "skipped", "error", "system-out"}


def _markdown(rendered: str) -> None:
    rows = [line for line in rendered.split("\n") if line.startswith("| ")]
    assert len({row.count("|") for row in rows}) <= 1
    outside = re.sub(r"`[^`]*`|<code>[^<]*</code>|<br>", "", "".join(rows[1:]))
    assert not re.search(r"[`<>\[\]@#$*_~\\!]|://", re.sub(r"&#\d+;", "", outside))


def _nothing(_: str) -> None:
    """Text has no grammar beyond its characters."""


_READERS = {"json": _json, "sarif": _sarif, "gitlab": _gitlab, "junit": _junit, "markdown": _markdown}
