"""What GitHub, GitLab and readers of JUnit ask of a report."""

from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from kmconfig.lint.engine import Crash, Outcome
from kmconfig.lint.rules.all import RULES
from kmconfig.lint.selection import Selection
from kmconfig.report.lint_gitlab import gitlab_document
from kmconfig.report.lint_junit import Terms, lint_junit
from kmconfig.report.lint_markdown import LONGEST, lint_markdown
from kmconfig.report.lint_sarif import SECURITY_SEVERITY, sarif_document
from kmconfig.report.lint_statistics import lint_statistics
from kmconfig.report.style import Style
from kmconfig.source.span import SourceFile
from tests.report.fixed import HOSTILE, MISMATCH, REPLY_TO, located, many, one, place, report

FILE = SourceFile("environments/production.yaml", "email:\n  smtp:\n    port: 465\n")


def sarif(outcome: Outcome) -> dict[str, Any]:
    """The only run of the log."""
    document = sarif_document(outcome, folder="", category="kmconfig/production/")
    assert document["$schema"] == "https://json.schemastore.org/sarif-2.1.0.json"
    assert document["version"] == "2.1.0"
    (run,) = document["runs"]
    assert isinstance(run, dict)
    return run


def entries() -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = sarif(Outcome())["tool"]["driver"]["rules"]
    return listed


def test_sarif_lists_all_rules_in_every_run() -> None:
    assert [entry["id"] for entry in entries()] == [rule.code for rule in RULES]
    assert entries() == sarif(report())["tool"]["driver"]["rules"]


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: entry["id"])
def test_a_rule_as_github_wants_it(entry: dict[str, Any]) -> None:
    assert 0 < len(entry["shortDescription"]["text"]) <= 1024
    assert 0 < len(entry["fullDescription"]["text"]) <= 1024
    assert 0 < len(entry["name"]) <= 255
    assert entry["help"]["text"]
    assert "```yaml\n" in entry["help"]["markdown"]
    assert entry["help"]["markdown"].count("```") % 2 == 0
    assert entry["defaultConfiguration"]["level"] in ("note", "warning", "error")
    properties = entry["properties"]
    assert properties["precision"] in ("very-high", "high", "medium", "low")
    assert properties["problem.severity"] in ("error", "warning", "recommendation")
    assert len(properties["tags"]) <= 10
    assert ("security-severity" in properties) == ("security" in properties["tags"])
    assert isinstance(properties.get("security-severity", ""), str)


def test_security_severities_are_scores_of_rules_that_exist() -> None:
    assert SECURITY_SEVERITY.keys() <= {rule.name for rule in RULES}
    assert all(0 < float(score) <= 10 for score in SECURITY_SEVERITY.values())


def test_sarif_results_have_one_location_on_one_line() -> None:
    run = sarif(report())
    assert run["columnKind"] == "unicodeCodePoints"
    for result in run["results"]:
        (location,) = result["locations"]
        related = [entry["physicalLocation"] for entry in result.get("relatedLocations", ())]
        for physical in (location["physicalLocation"], *related):
            region = physical["region"]
            assert region["startLine"] == region["endLine"] >= 1
            assert 1 <= region["startColumn"] <= region["endColumn"]
            assert not physical["artifactLocation"]["uri"].startswith(("/", "./", "file:"))


def test_sarif_links_related_locations_from_the_message() -> None:
    result = sarif(report())["results"][0]
    (related,) = result["relatedLocations"]
    assert f"[this port decides]({related['id']})" in result["message"]["text"]


def test_sarif_ties_results_to_rules_and_to_themselves() -> None:
    run = sarif(report())
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
    marks = [result["partialFingerprints"] for result in run["results"]]
    assert marks == [{"kmconfig/v1": f"aa0{number}"} for number in range(1, 6)]
    assert run["automationDetails"] == {"id": "kmconfig/production/"}


def test_sarif_quotes_no_text_of_a_file() -> None:
    assert "snippet" not in json.dumps(sarif(report()))
    assert "suppressions" not in json.dumps(sarif(report()))


def test_sarif_says_that_a_rule_failed_itself() -> None:
    assert sarif(Outcome())["invocations"][0]["executionSuccessful"] is True
    (invocation,) = sarif(Outcome(crashes=[Crash("KM201", "production", "ValueError")]))["invocations"]
    assert invocation["executionSuccessful"] is False
    assert invocation["toolExecutionNotifications"][0]["associatedRule"] == {"id": "KM201"}


def test_sarif_links_of_others_are_text() -> None:
    finding = located(MISMATCH, "error", "see [here](https://evil.test)", place(FILE, "465"), fingerprint="a")
    (result,) = sarif(one(finding))["results"]
    assert result["message"]["text"] == r"see \[here\](https://evil.test)."


def test_sarif_keeps_the_worst_where_there_are_too_many() -> None:
    note = located(REPLY_TO, "warning", "a", place(FILE, "465"), fingerprint="a")
    results = sarif(many([note] * 25_000 + [located(MISMATCH, "error", "b", place(FILE, "465"), fingerprint="b")]))[
        "results"
    ]
    assert len(results) == 25_000
    assert results[0]["level"] == "error"


def test_gitlab_entries() -> None:
    found = gitlab_document(report(), folder="")
    assert len(found) == 5
    for entry in found:
        assert entry.keys() == {"description", "check_name", "fingerprint", "severity", "location"}
        assert entry["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert not entry["location"]["path"].startswith(("./", "/"))
        assert entry["location"]["lines"]["begin"] >= 1
    assert found[0]["location"] == {"path": "environments/base.yaml", "lines": {"begin": 3}}
    assert found[0]["description"].startswith("KM201: ")


def test_gitlab_fingerprints_are_unique() -> None:
    twins = [located(MISMATCH, "error", "a", place(FILE, "465"), fingerprint="a")] * 3
    marks = [entry["fingerprint"] for entry in gitlab_document(many(twins), folder="")]
    assert len(set(marks)) == 3
    assert marks[0] == "a"


def junit(outcome: Outcome, *, fail_on: str = "error", ignored: str = "") -> ET.Element:
    terms = Terms(fail_on=fail_on, selection=Selection(ignored=frozenset(ignored.split())))
    return ET.fromstring("\n".join(lint_junit(outcome, terms)))  # noqa: S314 - our own document


def test_junit_has_a_suite_for_each_environment_and_a_case_for_each_rule() -> None:
    root = junit(report())
    assert [suite.get("name") for suite in root] == ["eu/production", "staging", "(files)"]
    for suite in root:
        assert [str(case.get("name"))[:5] for case in suite] == [rule.code for rule in RULES]


def test_a_clean_junit_report_passes_and_is_not_empty() -> None:
    root = junit(Outcome(files=1, environments=("production",)))
    assert root.get("failures") == root.get("errors") == root.get("skipped") == "0"
    assert int(root.get("tests", "")) == 2 * len(RULES)


def test_junit_counts_add_up() -> None:
    root = junit(report(), ignored="KM101")
    for element in (root, *root):
        for attribute, tag in (
            ("tests", "testcase"),
            ("failures", "failure"),
            ("errors", "error"),
            ("skipped", "skipped"),
        ):
            assert int(element.get(attribute, "")) == len(list(element.iter(tag))), (element.get("name"), attribute)
    assert all(len(list(case)) <= 2 for case in root.iter("testcase"))


@pytest.mark.parametrize(("fail_on", "failures"), [("never", 0), ("error", 4), ("warning", 5), ("note", 6)])
def test_junit_fails_from_the_fail_level_on(fail_on: str, failures: int) -> None:
    outcome = report()
    outcome.crashes.clear()
    assert len(list(junit(outcome, fail_on=fail_on).iter("failure"))) == failures


def test_junit_tells_all_findings_of_a_rule_in_one_case() -> None:
    twins = [
        located(MISMATCH, "error", f"fault {number}", place(FILE, "465"), environments=("production",))
        for number in range(3)
    ]
    (failure,) = junit(many(twins)).iter("failure")
    assert failure.get("message") == "fault 0 (and 2 more findings)"
    assert [line.split(": ")[2] for line in str(failure.text).splitlines()] == ["fault 0", "fault 1", "fault 2"]


def test_junit_is_the_same_in_every_encoding() -> None:
    finding = located(MISMATCH, "error", "prüfe 🔑", place(FILE, "465"), environments=("münchen",))
    assert "\n".join(lint_junit(one(finding), Terms(fail_on="error", selection=Selection()))).isascii()
    (failure,) = junit(one(finding)).iter("failure")
    assert failure.get("message") == "prüfe 🔑"


def test_an_environment_may_have_the_name_of_the_suite_of_files() -> None:
    finding = located(MISMATCH, "error", "a", place(FILE, "465"), environments=("(files)",))
    first, second = junit(one(finding))
    assert (first.get("failures"), second.get("failures")) == ("1", "0")


def test_markdown_is_one_line_where_nothing_was_found() -> None:
    lines = list(lint_markdown(Outcome(files=2, environments=("production",)), folder=""))
    assert lines == ["### kmconfig lint: no findings in 2 files, 1 environment"]


@pytest.mark.parametrize("count", [11, 300, 5000])
def test_markdown_folds_and_is_never_too_long(count: int) -> None:
    findings = [
        located(rule, severity, HOSTILE * 9, place(FILE, "465"), help=HOSTILE)
        for rule, severity in ((MISMATCH, "error"), (REPLY_TO, "warning"))
        for _ in range(count)
    ]
    text = "\n".join(lint_markdown(many(findings), folder=""))
    assert len(text) <= LONGEST
    assert text.count("<details>") == text.count("</details>") >= 1
    rows = text.count("| KM")
    missing = sum(int(line.split()[2]) for line in text.splitlines() if line.startswith("… and "))
    assert rows + missing == 2 * count
    assert "<summary>" + f"{count} errors" in text


def test_statistics() -> None:
    head, *rows, totals = lint_statistics(report(), style=Style(enabled=False))
    assert head.split() == ["code", "rule", "errors", "warnings", "notes", "total"]
    assert rows[0].split() == ["KM104", "unknown-key", "1", "0", "0", "1"]
    assert totals.split() == ["total", "3", "1", "1", "5"]
    assert len({len(line) for line in (head, *rows, totals)}) == 1


def test_statistics_of_nothing() -> None:
    assert list(lint_statistics(Outcome(), style=Style(enabled=False))) == []
