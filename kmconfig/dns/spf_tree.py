"""What an SPF record leads to: all its includes, what they cost, and where they go wrong (RFC 7208, section 4.6.4)."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from kmconfig.dns.at_once import begin
from kmconfig.dns.names import normal, quoted
from kmconfig.dns.spf_record import LOOKUPS, parse_spf, spf_texts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kmconfig.dns.answer import Answer, Ask, RecordType
    from kmconfig.dns.spf_record import SpfRecord, Term

MOST_LOOKUPS: Final = 10
MOST_VOID: Final = 2
_MOST_HOSTS: Final = 10
_ASKED_FOR: Final[Mapping[str, RecordType]] = MappingProxyType(
    {"include": "TXT", "redirect": "TXT", "mx": "MX", "a": "A", "exists": "A"}
)
#: A record that costs more than this is not followed to its end.
_ENOUGH: Final = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A record, or a mechanism that asks for something else than a record.

    ``cause`` is the mechanism or modifier as written, empty at the root. ``record`` is None where there is none.
    ``lookups`` are those of everything below, and the one that led here.
    """

    cause: str
    domain: str
    record: str | None
    lookups: int
    problem: str = ""
    children: tuple[Node, ...] = ()


@dataclass(slots=True)
class SpfTree:
    """The tree of a domain's record, and what was met on the way.

    ``lookups`` and ``void`` count for the worst case: a sender that no mechanism fits before the last one.
    ``problems`` are faults for which receivers discard the record, ``unknown`` says what gave no answer, ``open`` are
    domains whose records let everybody pass. ``visited`` are the domains whose senders pass; ``macros`` says that
    more of them may, depending on the message. ``cut`` says that the tree costs so much that its end was not looked at.
    """

    root: Node | None = None
    lookups: int = 0
    void: int = 0
    problems: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    visited: set[str] = field(default_factory=set)
    macros: bool = False
    cut: bool = False


def grow_tree(domain: str, text: str, ask: Ask) -> SpfTree:
    """Follow a record of a domain to its end."""
    tree = SpfTree()
    tree.root = _Walk(ask, tree).record("", domain, text, above=(), passing=True)
    return tree


class _Walk:
    """Follows records, and writes down what it meets."""

    def __init__(self, ask: Ask, tree: SpfTree) -> None:
        self._ask = ask
        self._tree = tree

    def record(self, cause: str, domain: str, text: str, *, above: tuple[str, ...], passing: bool) -> Node:
        """The node of a record; ``passing`` says that whom it lets pass the root lets pass too."""
        tree = self._tree
        before = tree.lookups - (1 if cause else 0)
        parsed = parse_spf(text)
        if passing:
            tree.visited.add(normal(domain))
        where = f"the record of {quoted(domain)}: " if above else ""
        tree.problems += [f"{where}{problem}" for problem in parsed.problems]
        if passing and parsed.passes_everybody:
            tree.open.append(domain)
        children = self._children(parsed, domain, above=(*above, normal(domain)), passing=passing)
        return Node(
            cause=cause,
            domain=domain,
            record=text,
            lookups=tree.lookups - before,
            problem=parsed.problems[0] if parsed.problems else "",
            children=children,
        )

    def _children(self, parsed: SpfRecord, domain: str, *, above: tuple[str, ...], passing: bool) -> tuple[Node, ...]:
        self._ask_ahead(parsed, domain, above)
        nodes = [
            self._term(term, domain, above=above, passing=passing and term.qualifier == "+")
            for term in parsed.terms
            if term.name in LOOKUPS and self._goes_on()
        ]
        if parsed.redirect is not None and parsed.all is None and self._goes_on():
            nodes.append(self._other_record(parsed.redirect, above=above, passing=passing))
        return tuple(nodes)

    def _ask_ahead(self, parsed: SpfRecord, domain: str, above: tuple[str, ...]) -> None:
        """Ask all that the record itself leads to, so that the walk waits once and not for each in turn."""
        terms = [term for term in (*parsed.terms, parsed.redirect) if term is not None and not term.macro]
        wanted = {
            (normal(term.value or domain), kind)
            for term in terms
            if (kind := _ASKED_FOR.get(term.name)) is not None and normal(term.value) not in above
        }
        if 1 < len(wanted) <= _ENOUGH:
            for name, kind in wanted:
                begin(partial(self._ask, name, kind))

    def _goes_on(self) -> bool:
        if self._tree.lookups >= _ENOUGH:
            self._tree.cut = True
        return not self._tree.cut

    def _term(self, term: Term, domain: str, *, above: tuple[str, ...], passing: bool) -> Node:
        if term.name == "include":
            return self._other_record(term, above=above, passing=passing)
        self._tree.lookups += 1
        target = term.value or domain
        if term.macro:
            self._tree.macros = True
            return _leaf(term, target)
        problem = "" if term.name == "ptr" else self._look_at_hosts(term, target)
        return _leaf(term, target, problem)

    def _look_at_hosts(self, term: Term, target: str) -> str:
        """Why `a`, `mx` or `exists` comes to nothing; empty where it leads somewhere."""
        if term.name == "mx":
            answer = self._ask(target, "MX")
            if len(answer.records) > _MOST_HOSTS:
                self._tree.problems.append(f"{quoted(term.text)} leads to more than {_MOST_HOSTS} hosts")
        else:
            answer = self._ask(target, "A")
            if answer.kind == "empty" and term.name == "a":
                answer = self._ask(target, "AAAA")
        return self._void(answer, term, "leads to nothing")

    def _void(self, answer: Answer, term: Term, words: str) -> str:
        """Count a question without an answer."""
        if not answer.known:
            self._tree.unknown.append(answer.detail)
            return "could not be looked up"
        if answer.kind == "found":
            return ""
        self._tree.void += 1
        return f"{quoted(term.text)} {words}"

    def _other_record(self, term: Term, *, above: tuple[str, ...], passing: bool) -> Node:
        """The node of `include` or `redirect`."""
        tree = self._tree
        tree.lookups += 1
        target = normal(term.value)
        if term.macro:
            tree.macros = True
            return _leaf(term, target)
        if passing:
            tree.visited.add(target)
        if target in above:
            return self._fault(term, target, f"{quoted(term.text)} leads back to itself")
        if not target:
            return _leaf(term, target, "names no domain")
        answer = self._ask(target, "TXT")
        void = self._void(answer, term, "leads to no record")
        if not answer.known:
            return _leaf(term, target, void)
        texts = spf_texts(answer.records)
        if len(texts) == 1:
            return self.record(term.text, target, texts[0], above=above, passing=passing)
        return self._fault(
            term, target, f"{quoted(term.text)} leads to {'several SPF records' if texts else 'no SPF record'}"
        )

    def _fault(self, term: Term, target: str, problem: str) -> Node:
        self._tree.problems.append(problem)
        return _leaf(term, target, problem)


def _leaf(term: Term, target: str, problem: str = "") -> Node:
    return Node(cause=term.text, domain=target, record=None, lookups=1, problem=problem)
