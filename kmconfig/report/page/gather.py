"""From a project, what lint found in it and the evidence to everything that is on the page, without secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kmconfig.environment.effective import effective, leaves
from kmconfig.environment.environment import TIERS
from kmconfig.lint.masking import Mask
from kmconfig.lint.rules.credentials.leaked_secret import mark_leaks
from kmconfig.report.lint_json import lint_document
from kmconfig.report.page.evidence import KINDS
from kmconfig.report.page.model import EnvironmentView, Finding, Report, Setting, Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from kmconfig.environment.environment import Environment
    from kmconfig.environment.project import Project
    from kmconfig.lint.outcome import Outcome
    from kmconfig.report.page.evidence import Evidence
    from kmconfig.report.page.model import Document

#: A longer value is cut.
_LONGEST = 500


def gather(project: Project, outcome: Outcome, evidence: Evidence, *, made: datetime) -> Report:
    """The report of a project whose environments are loaded."""
    mask = _masking(project)
    linted = _masked(lint_document(outcome), mask)
    findings = tuple(_finding(found) for found in linted["findings"])
    by_environment: dict[str, list[Finding]] = {}
    for finding in findings:
        for name in finding.environments:
            by_environment.setdefault(name, []).append(finding)
    seen = {kind: _masked(results, mask) for kind, results in evidence.results.items()}
    receipts = {name: tuple(_masked(list(found), mask)) for name, found in evidence.receipts.items()}
    views = [
        EnvironmentView(
            name=mask(environment.name),
            tier=environment.tier,
            complete=_is_complete(environment),
            settings={setting.name: setting for setting in _settings(environment, mask)},
            findings=tuple(by_environment.get(mask(environment.name), ())),
            seen={kind: results[environment.name] for kind, results in seen.items() if environment.name in results},
            receipts=receipts.get(environment.name, ()),
        )
        for environment in _in_order(project)
    ]
    return Report(
        made=made,
        environments=tuple(views),
        findings=findings,
        unchecked=tuple(f"{skipped['code']}: {skipped['reason']}" for skipped in linted["skipped"]),
        sources=tuple(_sources(evidence, project.environments.keys(), mask)),
    )


def _in_order(project: Project) -> list[Environment]:
    """Production first."""
    return sorted(project.environments.values(), key=lambda found: (TIERS.index(found.tier), found.name))


def _masking(project: Project) -> Callable[[str], str]:
    """What takes out of a text every secret that stands in a file of the project; each text is looked at once."""
    documents = [layer.document for layer in project.layers]
    if project.file.document is not None:
        documents.append(project.file.document)
    for document in documents:
        mark_leaks(document)
    mask = Mask(document.file for document in documents)
    known: dict[str, str] = {}

    def masked(text: str) -> str:
        if text not in known:
            known[text] = mask(text)
        return known[text]

    return masked


def _masked(data: Any, mask: Callable[[str], str]) -> Any:
    """A document in which every text is masked; keys are names that kmconfig gave, or environments."""
    if isinstance(data, str):
        return mask(data)
    if isinstance(data, dict):
        return {key: _masked(value, mask) for key, value in data.items()}
    if isinstance(data, list):
        return [_masked(value, mask) for value in data]
    return data


def _is_complete(environment: Environment) -> bool:
    """Whether every file of it could be read and nothing is refused or missing, which lint has noted as broken."""
    faults = any(layer.document.problems for layer in environment.layers)
    return not (environment.incomplete or faults or environment.missing() or environment.broken)


def _settings(environment: Environment, mask: Callable[[str], str]) -> Iterator[Setting]:
    for leaf in leaves(effective(environment)):
        data = leaf.plain()
        yield Setting(
            name=mask(leaf.setting),
            value=_shown(_masked(data, mask)),
            secret=isinstance(data, dict),
            place=mask(str(leaf.span)) if leaf.span is not None else None,
            overrides=tuple(mask(str(lost.span)) for lost in leaf.overrides if lost.span is not None),
        )


def _shown(data: Any) -> str:
    text = _text(data)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _text(data: Any) -> str:
    if isinstance(data, bool):
        return "true" if data else "false"
    if isinstance(data, dict):
        return ", ".join(f"{key}: {_text(value)}" for key, value in data.items())
    if isinstance(data, list):
        return ", ".join(f"[{_text(item)}]" if isinstance(item, list) else _text(item) for item in data) or "none"
    return str(data)


def _place(origin: Document) -> str:
    return f"{origin['path']}:{origin['line']}:{origin['column']}"


def _finding(found: Document) -> Finding:
    fix = found["fix"]
    return Finding(
        code=found["code"],
        name=found["name"],
        severity=found["severity"],
        message=found["message"],
        help=found["help"] or "",
        place=_place(found),
        environments=tuple(found["environments"]),
        fix=fix["title"] if fix is not None else "",
    )


def _sources(evidence: Evidence, known: Iterable[str], mask: Callable[[str], str]) -> Iterator[Source]:
    told = [(kind.command, kind.title, f"kmconfig {kind.command} --all --format json") for kind in KINDS]
    told.append(("receipts", "Receipts of the last runs", "kmconfig apply"))
    here = set(known)
    for name, title, command in told:
        about = evidence.receipts if name == "receipts" else evidence.results.get(name, {})
        foreign = tuple(mask(environment) for environment in sorted(about.keys() - here))
        yield Source(title=title, given=evidence.given.get(name), command=command, foreign=foreign)
