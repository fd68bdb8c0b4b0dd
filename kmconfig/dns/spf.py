"""The checks of a domain's SPF record: KM701 to KM705 and KM714."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from kmconfig.dns.names import is_below, listed, normal, quoted
from kmconfig.dns.spf_record import parse_spf, spf_texts
from kmconfig.dns.spf_tree import MOST_LOOKUPS, MOST_VOID, grow_tree
from kmconfig.lint.sender_domain import DomainCheck
from kmconfig.providers.mail_domains import organisation_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.dns.answer import Ask
    from kmconfig.dns.sender import Sender
    from kmconfig.dns.spf_tree import SpfTree
    from kmconfig.providers.record import Provider

_CLOSE = 9
_FEW_PROBLEMS = 3
_LONGEST_SUGGESTION = 1000


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
    return SpfSight((found, single, *_of_provider(sender, tree, texts[0], ask), *_of_tree(tree, texts[0])), tree)


def suggested(sender: Sender) -> str:
    """A record for a domain that has none."""
    include = sender.provider.spf_include if sender.provider is not None else None
    return _record(sender.domain, f"v=spf1 include:{include} ~all" if include else "v=spf1 mx ~all")


def _no_record(sender: Sender, records: tuple[str, ...]) -> DomainCheck:
    near = [text for text in records if re.match(r"\W*(?:v\s*=\s*)?spf", text, re.IGNORECASE)]
    detail = f"{quoted(sender.domain)} has no SPF record"
    if near:
        detail += f": {quoted(near[0])} does not begin with `v=spf1`"
    provider = sender.provider
    remedy = "publish a record that names every server the domain sends from"
    if provider is not None and provider.spf_include is None:
        remedy += f"; {provider.title} needs no include of its own"
    return DomainCheck("KM701", "fail", detail, remedy, suggested(sender), tuple(near))


def _several(sender: Sender, texts: tuple[str, ...]) -> DomainCheck:
    return DomainCheck(
        "KM702",
        "fail",
        f"{quoted(sender.domain)} has {len(texts)} SPF records, so receivers discard all of them",
        "join them into one record, and delete the others",
        _record(sender.domain, _joined(texts)),
        texts,
    )


def _joined(texts: tuple[str, ...]) -> str:
    """One record with the mechanisms of all, and the strictest end that one of them has."""
    parsed = [parse_spf(text) for text in texts]
    terms = dict.fromkeys(term.text for record in parsed for term in record.terms if term.name != "all")
    ends = {record.all.qualifier for record in parsed if record.all is not None}
    end = next((qualifier for qualifier in "-~?" if qualifier in ends), "~")
    return " ".join(("v=spf1", *terms, f"{end}all"))


def _of_provider(sender: Sender, tree: SpfTree, text: str, ask: Ask) -> Iterator[DomainCheck]:
    """KM703, where the provider's record names an include."""
    provider = sender.provider
    if provider is None or provider.spf_include is None or sender.free_mail:
        return
    trees = [tree]
    if sender.mail_domain not in ("", sender.domain):
        trees += _other_tree(sender.mail_domain, ask)
    if any(_covers(seen, provider) for seen in trees):
        yield DomainCheck("KM703", "pass", f"the record lets {provider.title} send")
        return
    include = f"include:{provider.spf_include}"
    remedy = f"add `{include}` before `all`; see {provider.documentation}"
    suggestion = _record(sender.domain, _with(text, include))
    unknown = [reason for seen in trees for reason in seen.unknown]
    if unknown or any(seen.cut for seen in trees):
        reason = unknown[0] if unknown else "the record costs too many lookups to be followed to its end"
        yield DomainCheck("KM703", "unknown", reason)
    elif any(seen.macros for seen in trees):
        detail = f"macros decide whom the record lets send, so whether {provider.title} may cannot be told from it"
        yield DomainCheck("KM703", "note", detail, f"unless they do it already, add `{include}`")
    else:
        detail = f"the record does not let {provider.title} send: it leads to no `{include}`"
        yield DomainCheck("KM703", "fail", detail, remedy, suggestion, (text,))


def _other_tree(domain: str, ask: Ask) -> list[SpfTree]:
    answer = ask(domain, "TXT")
    texts = spf_texts(answer.records)
    return [grow_tree(domain, texts[0], ask)] if len(texts) == 1 else []


def _covers(tree: SpfTree, provider: Provider) -> bool:
    """Whether a record of the provider's counts: the one it asks for, or another of its domain, such as a region's."""
    include = provider.spf_include or ""
    organisation = organisation_of(include)
    return any(name == include or is_below(name, organisation) for name in tree.visited)


def _with(text: str, include: str) -> str:
    words = text.split(" ")
    at = next(
        (index for index, word in enumerate(words) if re.fullmatch(r"[+?~-]?all", word, re.IGNORECASE)), len(words)
    )
    return " ".join((*words[:at], include, *words[at:]))


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
        detail = f"everybody may send as this domain: the record of {names} ends in `+all`"
        return DomainCheck("KM705", "fail", detail, "write `~all` or `-all`", records=(text,))
    if tree.unknown:
        return DomainCheck("KM705", "unknown", tree.unknown[0])
    return DomainCheck("KM705", "pass", "no record ends in `+all`")


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
    if record.all is None and record.redirect is None:
        detail = "the record ends in neither `all` nor `redirect=`, so it says nothing about everybody else"
        return DomainCheck("KM714", "warn", detail, "end it in `~all` or `-all`", records=(text,))
    if record.all is not None and record.all.qualifier == "?":
        return DomainCheck("KM714", "warn", "`?all` says nothing about everybody else", "write `~all` or `-all`")
    if record.idle or (record.all is not None and record.redirect is not None):
        idle = [term.text for term in record.idle] or [record.redirect.text if record.redirect is not None else ""]
        return DomainCheck(
            "KM714", "warn", f"nobody reads {listed(idle)}: `all` decides first", "move `all` to the end"
        )
    if any(term.name == "ptr" for term in record.terms):
        return DomainCheck("KM714", "warn", "`ptr` is slow and many receivers ignore it", "name the servers otherwise")
    if tree.void:
        return DomainCheck("KM714", "note", f"{tree.void} of {MOST_VOID} lookups lead to nothing", "take them out")
    return DomainCheck("KM714", "pass", "the record can be read to its end")


def _record(domain: str, text: str) -> str:
    """A record to paste; empty where its text, which may be a server's, is none to hand on."""
    if not text.isascii() or not text.isprintable() or len(text) > _LONGEST_SUGGESTION:
        return ""
    escaped = (part.replace("\\", "\\\\").replace('"', '\\"') for part in _strings(text))
    strings = " ".join(f'"{part}"' for part in escaped)
    return f"{normal(domain)}. IN TXT {strings}"


def _strings(text: str) -> list[str]:
    """A text in pieces as long as one string of a record may be."""
    return [text[start : start + 255] for start in range(0, len(text), 255)]
