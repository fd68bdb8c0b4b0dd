"""The checks of a domain's SPF record: KM701, KM702, KM704, KM705 and KM714; KM703 is apart."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from kmconfig.dns.names import listed, quoted
from kmconfig.dns.spf_provider import check_provider, needed_include, spf_to_paste
from kmconfig.dns.spf_record import parse_spf, spf_texts
from kmconfig.dns.spf_tree import MOST_LOOKUPS, MOST_VOID, grow_tree
from kmconfig.lint.sender_domain import DomainCheck

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.dns.answer import Ask
    from kmconfig.dns.sender import Sender
    from kmconfig.dns.spf_record import SpfRecord
    from kmconfig.dns.spf_tree import SpfTree

_CLOSE = 9
_FEW_PROBLEMS = 3


class SpfSight(NamedTuple):
    """The checks of a domain, and the tree of its record where it has exactly one."""

    checks: tuple[DomainCheck, ...]
    tree: SpfTree | None = None


def check_spf(sender: Sender, ask: Ask) -> SpfSight:
    """Look at a sender's SPF record and at everything it includes."""
    domain = sender.domain
    answer = ask(domain, "TXT")
    if not answer.known:
        unknown = (
            DomainCheck(code, "unknown", answer.detail) for code in ("KM701", "KM702", "KM704", "KM705", "KM714")
        )
        return SpfSight(tuple(unknown))
    texts = spf_texts(answer.records)
    if not texts:
        return SpfSight((_no_record(sender, answer.records),))
    found = DomainCheck("KM701", "pass", f"{quoted(domain)} has an SPF record", records=texts)
    if len(texts) > 1:
        return SpfSight((found, _several(sender, texts)))
    tree = grow_tree(domain, texts[0], ask)
    single = DomainCheck("KM702", "pass", "it is the only one")
    return SpfSight((found, single, *check_provider(sender, tree, texts[0], ask), *_of_tree(tree, texts[0])), tree)


def _suggested(sender: Sender) -> str:
    include = needed_include(sender.provider)
    return spf_to_paste(sender.domain, f"v=spf1 include:{include} ~all" if include else "v=spf1 mx ~all")


def _no_record(sender: Sender, records: tuple[str, ...]) -> DomainCheck:
    near = [text for text in records if re.match(r"\W*(?:v\s*=\s*)?spf", text, re.IGNORECASE)]
    detail = f"{quoted(sender.domain)} has no SPF record"
    if near:
        detail += f": {quoted(near[0])} does not begin with `v=spf1`"
    provider = sender.provider
    remedy = "publish a record that names every server the domain sends from"
    if provider is not None and needed_include(provider) is None:
        remedy += f"; {provider.title} needs no include of its own"
    return DomainCheck("KM701", "fail", detail, remedy, _suggested(sender), tuple(near))


def _several(sender: Sender, texts: tuple[str, ...]) -> DomainCheck:
    return DomainCheck(
        "KM702",
        "fail",
        f"{quoted(sender.domain)} has {len(texts)} SPF records, so receivers discard all of them",
        "join them into one record, and delete the others",
        spf_to_paste(sender.domain, _joined(texts)),
        texts,
    )


def _joined(texts: tuple[str, ...]) -> str:
    """One record with the mechanisms of all, and the strictest end that one of them has."""
    parsed = [parse_spf(text) for text in texts]
    terms = dict.fromkeys(term for record in parsed for term in _mechanisms(record))
    ends = {record.all.qualifier for record in parsed if record.all is not None}
    end = next((qualifier for qualifier in "-~?" if qualifier in ends), "~")
    return " ".join(("v=spf1", *terms, f"{end}all"))


def _mechanisms(record: SpfRecord) -> Iterator[str]:
    """What a record lets pass; `redirect=` as the include that does the same in front of another `all`."""
    yield from (term.text for term in record.terms if term.name != "all")
    if record.redirect is not None and record.all is None:
        yield f"include:{record.redirect.value}"


def _of_tree(tree: SpfTree, text: str) -> Iterator[DomainCheck]:
    yield _lookups(tree)
    yield _open(tree, text)
    yield _soundness(tree, text)


def _lookups(tree: SpfTree) -> DomainCheck:
    count = f"more than {tree.lookups - 1}" if tree.cut else str(tree.lookups)
    detail = f"the record needs {count} of {MOST_LOOKUPS} lookups"
    remedy = "take out includes that nobody needs any more; a subdomain of its own for a service has a limit of its own"
    if tree.lookups > MOST_LOOKUPS:
        return DomainCheck("KM704", "fail", f"{detail}, so receivers discard it", remedy)
    if tree.unknown:
        return DomainCheck("KM704", "unknown", f"{tree.unknown[0]}, so the lookups cannot be counted to the end")
    if tree.lookups >= _CLOSE:
        return DomainCheck("KM704", "warn", f"{detail}: a provider that adds one breaks it", remedy)
    return DomainCheck("KM704", "pass", detail)


def _open(tree: SpfTree, text: str) -> DomainCheck:
    if tree.open:
        names = listed(tree.open)
        detail = f"everybody may send as this domain: the record of {names} lets every address pass"
        remedy = "name only the networks that send, and write `~all` or `-all`"
        return DomainCheck("KM705", "fail", detail, remedy, records=(text,))
    if tree.unknown:
        return DomainCheck("KM705", "unknown", tree.unknown[0])
    return DomainCheck("KM705", "pass", "no record lets every address pass")


def _soundness(tree: SpfTree, text: str) -> DomainCheck:
    problems = list(dict.fromkeys(tree.problems))
    if tree.void > MOST_VOID:
        problems.append(f"{tree.void} lookups lead to nothing, and {MOST_VOID} may")
    if problems:
        more = len(problems) - _FEW_PROBLEMS
        detail = "; ".join(problems[:_FEW_PROBLEMS]) + (f"; and {more} more" if more > 0 else "")
        remedy = "correct it: receivers discard a record with such a fault as a whole"
        return DomainCheck("KM714", "fail", detail, remedy, records=(text,))
    if tree.unknown:
        return DomainCheck("KM714", "unknown", tree.unknown[0])
    return _habits(tree, text)


def _habits(tree: SpfTree, text: str) -> DomainCheck:
    """What receivers take, and nobody should write."""
    record = parse_spf(text)
    habit = _end_habit(record) or _term_habit(record)
    if habit is not None:
        detail, remedy = habit
        return DomainCheck("KM714", "warn", detail, remedy, records=(text,))
    if tree.void:
        count = "1 lookup leads" if tree.void == 1 else f"{tree.void} lookups lead"
        detail = f"{count} to nothing; with more than {MOST_VOID} receivers discard the record"
        return DomainCheck("KM714", "note", detail, "take out what leads nowhere")
    return DomainCheck("KM714", "pass", "the record can be read to its end")


def _end_habit(record: SpfRecord) -> tuple[str, str] | None:
    """What is odd about the end of a record, and what to do."""
    if record.all is None:
        if record.redirect is not None:
            return None
        silent = "the record ends in neither `all` nor `redirect=`, so it says nothing about everybody else"
        return silent, "end it in `~all` or `-all`"
    if record.all.qualifier == "?":
        return "`?all` says nothing about everybody else", "write `~all` or `-all`"
    if record.redirect is not None:
        return f"nobody reads {quoted(record.redirect.text)}, since the record has `all`", "take one of them out"
    return None


def _term_habit(record: SpfRecord) -> tuple[str, str] | None:
    """What is odd about the mechanisms of a record, and what to do."""
    if record.idle:
        idle = listed([term.text for term in record.idle])
        return f"nobody reads {idle}: `all` decides first", "move `all` to the end"
    if any(term.name == "ptr" for term in record.terms):
        return "`ptr` is slow and many receivers ignore it", "name the servers otherwise"
    return None
