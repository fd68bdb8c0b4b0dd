"""What commands saw of one environment: secrets, DNS, drift, the plan, and the last runs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from kmconfig.report.page.elements import element
from kmconfig.report.page.states import (
    DNS_TONES,
    DRIFT_TONES,
    RUN_TONES,
    SECRET_TONES,
    moment,
    plan_state,
    run_state,
    started,
    word,
)
from kmconfig.report.page.tables import badge, code, faint, prose, setting_name, table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kmconfig.report.page.elements import Element, Node
    from kmconfig.report.page.model import Document

Cells = list["Node | list[Node]"]


def secrets_seen(document: Document) -> Iterator[Element]:
    """Which secrets are there and how old they are."""
    yield element("h3", "Secrets")
    if document["references"]:
        headings = ["Setting", "Reference", "Status", "Age", "Version", "Remark"]
        yield table("Secrets", headings, map(_secret, document["references"]))
    else:
        yield element("p", faint("refers to no secret"))


def dns_seen(document: Document) -> Iterator[Element]:
    """The checks of the sender's domain."""
    yield element("h3", "DNS of ", document["domain"] or "the sender domain")
    yield table("DNS checks", ["Check", "Result", "Seen", "Remedy", "Records"], map(_check, document["checks"]))


def drift_seen(document: Document) -> Iterator[Element]:
    """Where the live target differs."""
    yield element("h3", "Drift")
    if document["differences"]:
        headings = ["Setting", "Kind", "Live", "Expected", "Remark"]
        yield table("Differences", headings, map(_difference, document["differences"]))
    else:
        result = document["result"]
        told = "no drift" if result == "clean" else "the live target could not be read"
        yield element("p", badge(told, DRIFT_TONES[result]))
    yield from _notes(document)


def plan_seen(document: Document) -> Iterator[Element]:
    """What an apply would change."""
    yield element("h3", "Plan of ", moment(document["created"]))
    yield element("p", badge(*plan_state(document)), " ", faint(document["target"]))
    if document["operations"]:
        headings = ["Setting", "Action", "Before", "After"]
        yield table("Pending changes", headings, map(_operation, document["operations"]))
    if document["guards"]:
        guards = [element("li", code(guard["name"]), " ", prose(guard["reason"])) for guard in document["guards"]]
        yield element("p", "To be approved:")
        yield element("ul", guards)
    yield from _notes(document)


def runs_seen(receipts: Iterable[Document]) -> Iterator[Element]:
    """How the last runs ended."""
    yield element("h3", "Last runs")
    yield table("Last runs", ["Run", "Result", "Began", "Application", "Commit", "Remark"], map(_run, receipts))


def _notes(document: Document) -> Iterator[Element]:
    notes = document.get("notes")
    if notes:
        yield element("ul", [element("li", prose(note)) for note in notes])


def _secret(found: Document) -> Cells:
    days, limit = found["age_days"], found["max_age"]
    age = "not known" if days is None else f"{days:,.0f} days"
    shape = found["shape"]
    misshapen: list[Node] = []
    if shape is not None and not shape["fits"]:
        misshapen = [" ", badge("wrong form", "bad")]
    return [
        setting_name(found["setting"]),
        code(f"{found['source']}:{found['reference']}"),
        [badge(word(found["status"]), SECRET_TONES[found["status"]]), *misshapen],
        f"{age} of {limit}" if limit is not None else age,
        _text(found["version"]),
        _text(found["detail"]),
    ]


def _check(check: Document) -> Cells:
    result = check["result"]
    remedy = None if result == "pass" else check.get("help") or check["suggestion"]
    records: list[Node] = [element("div", code(record)) for record in check["records"]]
    return [
        [check["name"], " ", faint(check["code"])],
        badge(word(result), DNS_TONES[result]),
        prose(check["detail"]),
        _text(remedy),
        records or _text(None),
    ]


def _difference(found: Document) -> Cells:
    ignored = found.get("ignored")
    remark = prose(found.get("detail") or "")
    if ignored is not None:
        remark = [badge("accepted", "note"), " ", *prose(ignored)]
    return [
        _named(found),
        word(found["class"]),
        _value(found["live"]),
        _value(found["expected"]),
        remark or _text(None),
    ]


def _operation(operation: Document) -> Cells:
    return [_named(operation), operation["action"], _value(operation["before"]), _value(operation["after"])]


def _named(found: Document) -> list[Node]:
    """The setting and, where it has another there, its name in the target."""
    name, key = found["setting"], found.get("key")
    return [*setting_name(name), " ", faint(key)] if key is not None and key != name else setting_name(name)


def _run(receipt: Document) -> Cells:
    verified = "verified" if receipt["application_verified"] else "not verified"
    state = run_state(receipt)
    commit = receipt.get("commit")
    return [
        code(receipt["run"]),
        badge(state.text, RUN_TONES[receipt["result"]]),
        moment(started(receipt)) or faint("not known"),
        verified,
        code(commit[:12]) if isinstance(commit, str) else _text(None),
        _text(receipt.get("message")),
    ]


def _value(data: Any) -> Node:
    """A live or expected value."""
    if data is None:
        return faint("not set")
    return code(data if isinstance(data, str) else json.dumps(data, ensure_ascii=False))


def _text(data: Any) -> list[Node]:
    return prose(str(data)) if data not in (None, "") and isinstance(data, (str, int)) else [faint("–")]
