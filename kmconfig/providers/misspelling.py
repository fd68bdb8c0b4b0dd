"""Which provider's host somebody meant to write."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kmconfig.providers.hosts import is_ip_address, is_loopback, is_mail_catcher, is_real_host
from kmconfig.providers.placeholders import is_placeholder_domain
from kmconfig.providers.registry import normal_host, provider_of_host, providers, remembered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.providers.record import Provider

#: What people put before a provider's domain instead of its host.
_WRONG_PREFIXES = frozenset(
    ("mail", "smtp", "smtps", "ssmtp", "esmtp", "smtp1", "smtp2", "smtpout", "out", "outgoing", "outbound", "send")
)

_OTHER_SERVICES = frozenset(("api", "imap", "imap4", "mx", "pop", "pop3", "www"))

#: Below this length a name two edits away is as likely to be somebody else's.
_SHORTEST_NAME = 5


class Guess(NamedTuple):
    """The host that was probably meant, and by how many edits it was missed."""

    host: str
    provider: Provider
    edits: int


@remembered
def likely_host(host: str) -> Guess | None:
    """The provider's host that ``host`` misses by a letter or two, by its prefix or by its ending; else None."""
    name = normal_host(host)
    if provider_of_host(name) is not None or is_real_host(name) or is_placeholder_domain(name):
        return None
    if is_ip_address(name) or is_loopback(name) or is_mail_catcher(name) or _is_other_service(name):
        return None
    guesses = [guess for guess in _guesses(name) if guess.edits == 1 or _is_long_enough(guess.host)]
    return min(guesses, key=lambda guess: guess.edits, default=None)


def _guesses(name: str) -> Iterator[Guess]:
    for provider in providers():
        for candidate in provider.example_hosts():
            if _has_wrong_prefix(name, candidate) or _has_wrong_ending(name, candidate):
                yield Guess(candidate, provider, 1)
            elif 0 < (edits := edit_distance(name, candidate, limit=2)) <= 2:
                yield Guess(candidate, provider, edits)


def _is_other_service(name: str) -> bool:
    """Whether the name begins as the provider's other services do, which is no slip of a finger."""
    return name.partition(".")[0] in _OTHER_SERVICES


def _has_wrong_prefix(name: str, candidate: str) -> bool:
    domain = candidate.partition(".")[2]
    prefix, _, rest = name.partition(".")
    return name == domain or (rest == domain and prefix in _WRONG_PREFIXES)


def _has_wrong_ending(name: str, candidate: str) -> bool:
    stem = candidate.rpartition(".")[0] + "."
    ending = name.removeprefix(stem)
    return name.startswith(stem) and len(ending) <= 6 and ending.count(".") <= 1


def _is_long_enough(host: str) -> bool:
    return max(len(label) for label in host.split(".")[1:]) >= _SHORTEST_NAME


def edit_distance(one: str, other: str, *, limit: int) -> int:
    """Letters inserted, deleted, replaced or swapped with their neighbour; ``limit`` + 1 if it takes more."""
    if abs(len(one) - len(other)) > limit:
        return limit + 1
    while one and other and one[0] == other[0]:
        one, other = one[1:], other[1:]
    while one and other and one[-1] == other[-1]:
        one, other = one[:-1], other[:-1]
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one):
        following = [i + 1]
        for j, expected in enumerate(other):
            cost = min(row[j + 1] + 1, following[j] + 1, row[j] + (letter != expected))
            if i and j and letter == other[j - 1] and one[i - 1] == expected:
                cost = min(cost, before[j - 1] + 1)
            following.append(cost)
        if min(following) > limit and min(row) > limit:
            return limit + 1
        before, row = row, following
    return min(row[-1], limit + 1)
