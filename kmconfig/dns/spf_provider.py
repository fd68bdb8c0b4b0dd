"""Whether an SPF record lets those send who carry the mail: KM703."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from kmconfig.dns.names import is_below, normal, quoted
from kmconfig.dns.spf_record import parse_spf, spf_texts
from kmconfig.dns.spf_tree import grow_tree
from kmconfig.lint.sender_domain import DomainCheck
from kmconfig.providers.mail_domains import organisation_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.dns.answer import Ask
    from kmconfig.dns.sender import Sender
    from kmconfig.dns.spf_tree import SpfTree
    from kmconfig.providers.record import Provider

_LONGEST: Final = 1000
_END: Final = re.compile(r"[+?~-]?all|redirect=.*", re.IGNORECASE)


class _Looked(NamedTuple):
    """The record of the domain that bounces go to, at which receivers look (RFC 7208, section 2.4)."""

    domain: str
    text: str
    tree: SpfTree


def needed_include(provider: Provider | None) -> str | None:
    """What the record of the sender's own domain has to include; None where bounces go to another domain."""
    return None if provider is None or provider.own_bounces else provider.spf_include


def check_provider(sender: Sender, tree: SpfTree, text: str, ask: Ask) -> Iterator[DomainCheck]:
    """KM703, given the record of the sender's domain; nothing for providers that name no include."""
    provider = sender.provider
    if sender.free_mail:
        return
    if provider is None:
        yield from _of_own_server(sender, text)
    elif provider.spf_include is not None:
        found = _where_bounces_go(sender, provider, _Looked(sender.domain, text, tree), ask)
        yield found if isinstance(found, DomainCheck) else _judged(provider, found)


def spf_to_paste(domain: str, text: str) -> str:
    """A record to paste; empty where its text, which may be a server's, is none to hand on."""
    if not text.isascii() or not text.isprintable() or len(text) > _LONGEST:
        return ""
    escaped = (part.replace("\\", "\\\\").replace('"', '\\"') for part in _strings(text))
    strings = " ".join(f'"{part}"' for part in escaped)
    return f"{normal(domain)}. IN TXT {strings}"


def _strings(text: str) -> list[str]:
    """A text in pieces as long as one string of a record may be."""
    return [text[start : start + 255] for start in range(0, len(text), 255)]


def _of_own_server(sender: Sender, text: str) -> Iterator[DomainCheck]:
    if parse_spf(text).passes_nobody:
        detail = f"mail is sent from {quoted(sender.domain)}, and its record lets nobody send"
        remedy = "name the servers that send, in front of `all`; only where bounces go to another domain this is right"
        yield DomainCheck("KM703", "warn", detail, remedy, records=(text,))


def _where_bounces_go(sender: Sender, provider: Provider, own: _Looked, ask: Ask) -> _Looked | DomainCheck:
    """The record that counts, or why there is none."""
    domain = sender.mail_domain or sender.domain
    if domain == sender.domain:
        return own
    answer = ask(domain, "TXT")
    if not answer.known:
        return DomainCheck("KM703", "unknown", answer.detail)
    texts = spf_texts(answer.records)
    if len(texts) == 1:
        return _Looked(domain, texts[0], grow_tree(domain, texts[0], ask))
    count = f"{len(texts)} SPF records" if texts else "no SPF record"
    detail = f"bounces go to {quoted(domain)}, which has {count}, so SPF does not let {provider.title} send"
    suggestion = spf_to_paste(domain, f"v=spf1 include:{provider.spf_include} ~all")
    return DomainCheck("KM703", "fail", detail, f"see {provider.documentation}", suggestion, texts)


def _judged(provider: Provider, looked: _Looked) -> DomainCheck:
    tree, include = looked.tree, f"include:{provider.spf_include}"
    if _covers(tree, provider):
        return DomainCheck("KM703", "pass", f"the record lets {provider.title} send")
    if provider.own_bounces:
        return _of_own_bounces(provider, looked.domain)
    if tree.unknown or tree.cut:
        reason = tree.unknown[0] if tree.unknown else "the record costs too many lookups to be followed to its end"
        return DomainCheck("KM703", "unknown", reason)
    if tree.macros:
        detail = f"macros decide whom the record lets send, so whether {provider.title} may cannot be told from it"
        return DomainCheck("KM703", "note", detail, f"unless they do it already, add `{include}`")
    detail = f"the record does not let {provider.title} send: it leads to no `{include}`"
    remedy = f"add `{include}` before `all`; see {provider.documentation}"
    suggestion = spf_to_paste(looked.domain, _with(looked.text, include))
    return DomainCheck("KM703", "fail", detail, remedy, suggestion, (looked.text,))


def _of_own_bounces(provider: Provider, domain: str) -> DomainCheck:
    detail = f"bounces of {provider.title} go to a domain of their own, so SPF does not look at this record"
    remedy = (
        f"for SPF to count beside DKIM, set up a MAIL FROM domain below {quoted(domain)} whose record"
        f" has `include:{provider.spf_include}`; see {provider.documentation}"
    )
    return DomainCheck("KM703", "note", detail, remedy)


def _covers(tree: SpfTree, provider: Provider) -> bool:
    """Whether a record of the provider's counts: the one it asks for, or another of its domain, such as a region's."""
    include = provider.spf_include or ""
    organisation = organisation_of(include)
    return any(name == include or is_below(name, organisation) for name in tree.visited)


def _with(text: str, include: str) -> str:
    """The record with the include where it counts; where it stood to no effect it is taken out."""
    words = [word for word in text.split(" ") if word.lower().lstrip("+?~-") != include]
    at = next((index for index, word in enumerate(words) if _END.fullmatch(word)), len(words))
    return " ".join((*words[:at], include, *words[at:]))
