"""The checks of a domain's DKIM keys: KM706 and KM707."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from kmconfig.dns.dkim_key import looks_like_key, parse_key
from kmconfig.dns.names import listed, quoted
from kmconfig.lint.sender_domain import DomainCheck

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.dns.answer import Answer, Ask
    from kmconfig.dns.dkim_key import DkimKey
    from kmconfig.dns.sender import Sender
    from kmconfig.providers.record import Provider

_WEAK: Final = 2048
_BROKEN: Final = 1024


class _Selector(NamedTuple):
    """What was found under one selector, at the domain where there is most."""

    name: str
    answer: Answer
    keys: tuple[DkimKey, ...] = ()

    @property
    def key(self) -> DkimKey | None:
        """The key, where there is one: of several records any may be taken (RFC 6376, section 3.6.2.2)."""
        return self.keys[0] if len(self.answer.records) == 1 and self.keys and self.keys[0].usable else None

    @property
    def untouched(self) -> bool:
        """Whether nobody published anything here, not even an alias."""
        return self.answer.kind in ("empty", "nxdomain") and not self.answer.aliases

    @property
    def fault(self) -> str:
        """Why no signature can be checked with it."""
        if not self.answer.known:
            return self.answer.detail
        if self.answer.kind != "found":
            leads = f" leads to {quoted(self.answer.aliases[-1])}, where there is no key" if self.answer.aliases else ""
            return f"{quoted(self.name)}{leads or ' does not exist'}"
        if not self.keys:
            return f"{quoted(self.name)} holds no DKIM key"
        if len(self.answer.records) > 1:
            return f"{quoted(self.name)} holds {len(self.answer.records)} records, and receivers may take any of them"
        key = self.keys[0]
        return f"the key at {quoted(self.name)} is revoked" if key.revoked else f"{quoted(self.name)}: {key.problem}"


def check_dkim(sender: Sender, ask: Ask) -> tuple[DomainCheck, ...]:
    """Look at the keys that mail from the sender is signed with."""
    if not sender.selectors:
        return (_without_selectors(sender, ask),)
    seen = [_look(selector, sender, ask) for selector in sender.selectors]
    if _may_be_others(sender) and all(selector.untouched for selector in seen):
        return (_without_selectors(sender, ask),)
    return (_presence(sender, seen), *_strength(seen))


def _may_be_others(sender: Sender) -> bool:
    """Whether the selectors are only those that most customers of the provider are given."""
    return sender.provider is not None and sender.provider.other_selectors and not sender.chosen


def _look(selector: str, sender: Sender, ask: Ask) -> _Selector:
    """The first domain with a usable key; else one that gave no answer, else the likeliest."""
    found = []
    for domain in sender.signing_domains:
        name = f"{selector}._domainkey.{domain}"
        answer = ask(name, "TXT")
        found.append(_Selector(name, answer, tuple(parse_key(text) for text in answer.records if looks_like_key(text))))
        if found[-1].key is not None:
            return found[-1]
    return next((each for each in found if not each.answer.known), found[0])


def _presence(sender: Sender, seen: list[_Selector]) -> DomainCheck:
    sound = [selector for selector in seen if selector.key is not None]
    faults = [selector for selector in seen if selector.key is None]
    records = tuple(text for selector in seen for text in selector.answer.records)
    if sound and not (faults and sender.chosen):
        detail = f"keys at {listed([selector.name for selector in sound])}"
        if faults:
            return DomainCheck(
                "KM706", "pass", f"{detail}; {'; '.join(each.fault for each in faults)}", records=records
            )
        return DomainCheck("KM706", "pass", detail, records=records)
    wrong = [selector for selector in faults if selector.answer.known]
    if wrong and (sender.chosen or len(wrong) == len(seen)):
        detail = "; ".join(selector.fault for selector in wrong)
        return DomainCheck("KM706", "fail", detail, _remedy(sender), _suggestion(sender, wrong[0]), records)
    return DomainCheck("KM706", "unknown", next(each.fault for each in faults if not each.answer.known))


def _remedy(sender: Sender) -> str:
    provider = sender.provider
    if provider is None:
        return "publish the key that your mail server signs with, or correct `email.sender.dkim_selectors`"
    remedy = f"publish the DKIM records that {provider.title} shows for the domain; see {provider.documentation}"
    other = "" if sender.chosen else "; if it gave you other selectors, write them into `email.sender.dkim_selectors`"
    return remedy + other


def _suggestion(sender: Sender, wrong: _Selector) -> str:
    """The record but for its content, which only the signer knows; providers mostly have an alias to their own name.

    Beside an alias that leads nowhere no other record may stand (RFC 1034, section 3.6.2): the key belongs where it
    leads, or the alias has to lead elsewhere.
    """
    aliases = wrong.answer.aliases
    if sender.provider is None:
        where = aliases[-1] if aliases else wrong.name
        return f'{where}. IN TXT "v=DKIM1; k=rsa; p=<the key that your mail server shows>"'
    selector, _, domain = wrong.name.partition("._domainkey.")
    return _alias(sender.provider, selector, domain, only=bool(aliases))


def _alias(provider: Provider, selector: str, domain: str, *, only: bool) -> str:
    """The record of a provider's key, as far as it can be known; ``only`` leaves it no other type."""
    name = f"{selector}._domainkey.{domain}."
    if provider.dkim_alias:
        return f"{name} IN CNAME {provider.dkim_alias.replace('{selector}', selector)}."
    alias = f"{name} IN CNAME <the name that {provider.title} shows>"
    return alias if only else f"{alias}, or TXT <the key that it shows>"


def _without_selectors(sender: Sender, ask: Ask) -> DomainCheck:
    if sender.free_mail:
        detail = f"the keys of {quoted(sender.domain)} are its owner's, who signs what is sent through it"
        return DomainCheck("KM706", "note", detail, "send from a domain of your own")
    remedy = "write the selectors that sign your mail into `email.sender.dkim_selectors`"
    name = f"_domainkey.{sender.signing_domains[0]}"
    answers = [ask(f"_domainkey.{domain}", "TXT") for domain in sender.signing_domains]
    unknown = next((answer for answer in answers if not answer.known), None)
    if unknown is not None:
        return DomainCheck("KM706", "unknown", unknown.detail)
    if all(answer.kind == "nxdomain" for answer in answers):
        # RFC 8020: where a name does not exist, there is nothing below it either.
        suggestion = _suggestion(sender, _look(sender.selectors[0], sender, ask)) if sender.selectors else _form(sender)
        detail = f"there is no DKIM key: {quoted(name)} does not exist"
        return DomainCheck("KM706", "fail", detail, _remedy(sender), suggestion)
    whose = sender.provider.title if sender.provider is not None else "the mail server"
    usual = f"; none is under {listed(sender.selectors)}, as is usual" if sender.selectors else ""
    detail = f"there are DKIM keys, but which of them {whose} signs with is not known{usual}"
    return DomainCheck("KM706", "unknown", detail, remedy)


def _form(sender: Sender) -> str:
    """The record under a selector that the provider makes for each customer, empty where its form is not known."""
    provider = sender.provider
    if provider is None or not provider.dkim_selector_form:
        return ""
    return _alias(provider, provider.dkim_selector_form, sender.signing_domains[0], only=False)


def _strength(seen: list[_Selector]) -> Iterator[DomainCheck]:
    """KM707, where there is a key to look at."""
    keys = [(selector.name, selector.key) for selector in seen if selector.key is not None]
    if not keys:
        return
    short = [(name, key.bits) for name, key in keys if key.bits is not None and key.bits < _WEAK]
    said = "; ".join(f"the RSA key at {quoted(name)} has {bits} bits" for name, bits in short)
    remedy = f"have the provider make one of {_WEAK} bits, and publish it under a new selector"
    if any(bits < _BROKEN for _, bits in short):
        yield DomainCheck("KM707", "fail", f"{said}: receivers ignore what is signed with it", remedy)
    elif short:
        yield DomainCheck("KM707", "warn", f"{said}, and {_WEAK} are due", remedy)
    elif any(key.testing for _, key in keys):
        name = next(name for name, key in keys if key.testing)
        detail = f"{quoted(name)} says `t=y`: receivers may treat what is signed with it as unsigned"
        yield DomainCheck("KM707", "warn", detail, "publish the key without `t=y` once signing works")
    else:
        yield DomainCheck("KM707", "pass", ", ".join(dict.fromkeys(_described(key) for _, key in keys)))


def _described(key: DkimKey) -> str:
    return f"RSA, {key.bits} bits" if key.kind == "rsa" else "Ed25519"
