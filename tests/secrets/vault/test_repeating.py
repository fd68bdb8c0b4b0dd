from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import pytest

from kmconfig.environment.reference import SecretRef
from kmconfig.environment.stores import VaultSettings
from kmconfig.secrets.vault.patience import Clock, Limits, Patience, retry_after
from tests.secrets.vault.asking import (
    PASSWORD,
    PATH,
    SECRET_ID,
    VALUE,
    Rush,
    approle,
    let_approle_in,
    opened,
    problem,
    text,
)
from tests.servers.ports import choose_ports

if TYPE_CHECKING:
    from tests.servers.vault.server import VaultServer


@pytest.mark.parametrize("status", [412, 429, 500, 502, 503, 504])
def test_what_may_pass_is_tried_three_times(vault: VaultServer, status: int) -> None:
    vault.fail_next(2, status=status, path_prefix="secret/")
    rush = Rush()
    with opened(vault, rush=rush) as store:
        assert text(store) == VALUE
    assert len(vault.reads) == 3
    assert rush.pauses == [0.5, 1.0]


@pytest.mark.parametrize("status", [412, 429, 500, 502, 503, 504])
def test_what_does_not_pass_is_said(vault: VaultServer, status: int) -> None:
    vault.fail_next(None, status=status, path_prefix="secret/")
    with opened(vault) as store:
        found = problem(store)
        problem(store, PASSWORD._replace(key="username"))
    assert found.kind == "unreachable"
    assert len(vault.reads) == 3


def test_pauses_are_spread_by_chance(vault: VaultServer) -> None:
    pauses: list[float] = []
    for chance in (0.0, 0.999):
        clock = Clock(monotonic=lambda: 0.0, sleep=pauses.append, chance=partial(float, chance))
        Patience(Limits(), clock).pause(1, asked=None)
    assert pauses[0] == pytest.approx(0.25)
    assert pauses[1] == pytest.approx(0.75, abs=0.01)


@pytest.mark.parametrize("status", [429, 503])
def test_the_server_may_ask_for_a_longer_pause(vault: VaultServer, status: int) -> None:
    vault.fail_next(1, status=status, headers={"Retry-After": "7"}, path_prefix="secret/")
    rush = Rush()
    with opened(vault, rush=rush) as store:
        assert text(store) == VALUE
    (pause,) = rush.pauses
    assert 7 <= pause < 8


def test_a_pause_longer_than_the_budget_is_not_waited_for(vault: VaultServer) -> None:
    vault.fail_next(None, status=429, headers={"Retry-After": "3600"}, path_prefix="secret/")
    rush = Rush()
    with opened(vault, rush=rush) as store:
        assert "throttling" in problem(store).message
    assert (rush.pauses, len(vault.reads)) == ([], 1)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 0.0),
        (" 12 ", 12.0),
        ("Sun, 22 Nov 2026 12:00:30 GMT", 30.0),
        ("Sun, 22 Nov 2026 11:00:00 GMT", 0.0),
        ("-1", None),
        ("1.5", None),
        ("soon", None),
        ("", None),
        ("²", None),
        (None, None),
    ],
)
def test_what_retry_after_may_say(header: str | None, seconds: float | None) -> None:
    assert retry_after(header, datetime(2026, 11, 22, 12, tzinfo=UTC)) == seconds


def test_all_waiting_of_a_store_has_one_budget(vault: VaultServer) -> None:
    vault.fail_next(None, status=429, headers={"Retry-After": "4"}, path_prefix="secret/")
    rush = Rush()
    with opened(vault, rush=rush) as store:
        refs = [SecretRef("vault", f"path-{number}", "k") for number in range(20)]
        answers = store.resolve(refs)
    assert len(answers) == 20
    assert sum(rush.pauses) <= 30


def test_requests_that_take_long_spend_the_budget(vault: VaultServer) -> None:
    slow = Rush()

    def clock() -> float:
        slow.seconds += 6
        return slow.seconds

    patience = Patience(Limits(), Clock(monotonic=clock))
    allowed = []
    while (seconds := patience.attempt()) is not None:
        allowed.append(seconds)
        patience.charge(patience.start())
    assert allowed == [15, 15, 15, 15, 10, 5]


def test_a_server_that_is_gone_is_asked_no_more(vault: VaultServer) -> None:
    with opened(vault) as store:
        text(store)
        vault.stop()
        rush_before = problem(store, SecretRef("vault", "other", "k"))
        assert problem(store, SecretRef("vault", "third", "k")).message.endswith(rush_before.message[-40:])
        assert text(store) == VALUE
    assert rush_before.kind == "unreachable"


def test_a_refused_connection_is_tried_three_times_once() -> None:
    rush = Rush()
    with opened(f"http://127.0.0.1:{choose_ports().smtps}", rush=rush) as store:
        store.resolve([SecretRef("vault", f"path-{number}", "k") for number in range(5)])
    assert rush.pauses == [0.5, 1.0]


@pytest.mark.parametrize("status", [412, 429, 503])
def test_a_login_that_was_turned_away_is_tried_again(vault: VaultServer, status: int) -> None:
    let_approle_in(vault)
    vault.fail_next(1, status=status, path_prefix="auth/approle")
    with opened(vault, login=approle(), secrets=SECRET_ID) as store:
        assert text(store) == VALUE
    assert len(vault.logins) == 2


@pytest.mark.parametrize("status", [400, 403, 404, 500, 502, 504])
def test_a_login_that_may_have_counted_is_not_tried_again(vault: VaultServer, status: int) -> None:
    let_approle_in(vault)
    vault.fail_next(None, status=status, path_prefix="auth/approle")
    with opened(vault, login=approle(), secrets=SECRET_ID) as store:
        assert problem(store).kind == "unreachable"
        problem(store, SecretRef("vault", "other", "k"))
    assert len(vault.logins) == 1


def test_sealed_is_never_tried_again(vault: VaultServer) -> None:
    vault.seal()
    rush = Rush()
    with opened(vault, rush=rush) as store:
        found = problem(store)
        problem(store, SecretRef("vault", "other", "k"))
    assert "Vault is sealed" in found.message
    assert (rush.pauses, [seen.path for seen in vault.requests]) == ([], [f"secret/data/{PATH}", "sys/seal-status"])


@pytest.mark.parametrize(
    "body",
    [
        {"errors": ["Vault is sealed"]},
        {"errors": ["error performing token check: Vault is sealed"]},
        {"initialized": True, "sealed": True, "standby": True, "version": "1.17.0"},
    ],
)
def test_sealed_is_said_where_the_state_cannot_be_asked(vault: VaultServer, body: object) -> None:
    vault.fail_next(None, body=body)
    rush = Rush()
    with opened(vault, rush=rush) as store:
        found = problem(store)
    assert "Vault is sealed" in found.message
    assert "`vault operator unseal`" in (found.help or "")
    assert rush.pauses == []


def test_a_login_at_a_sealed_server_is_not_tried_again(vault: VaultServer) -> None:
    vault.seal()
    with opened(vault, login=approle(), secrets=SECRET_ID) as store:
        assert "Vault is sealed" in problem(store).message
    assert len(vault.logins) == 1


def test_ending_a_login_is_tried_once(vault: VaultServer, caplog: pytest.LogCaptureFixture) -> None:
    let_approle_in(vault)
    rush = Rush()
    vault.fail_next(None, status=429, path_prefix="auth/token/revoke-self")
    with opened(vault, login=approle(), secrets=SECRET_ID, rush=rush) as store:
        text(store)
    assert rush.pauses == []
    assert len(caplog.records) == 1


def test_namespaces_are_asked_for_once_more_when_the_server_is_throttling(vault: VaultServer) -> None:
    rush = Rush()
    with opened(
        f"http://127.0.0.1:{choose_ports().smtps}", settings=VaultSettings(None, namespace="platform"), rush=rush
    ) as store:
        assert "refuses the connection" in problem(store).message
    assert len(rush.pauses) == 2


def test_a_spent_budget_is_said_without_asking(vault: VaultServer) -> None:
    with opened(vault, limits=Limits(budget=0.01)) as store:
        assert "used up the time that a run waits for it" in problem(store).message
    assert vault.requests == []


class Slow(Rush):
    """A clock on which every request takes five seconds."""

    def clock(self, vault: VaultServer | None = None) -> Clock:
        return replace(super().clock(vault), monotonic=self._later)

    def _later(self) -> float:
        self.seconds += 5
        return self.seconds


def test_a_login_is_ended_even_when_all_time_is_spent(vault: VaultServer) -> None:
    let_approle_in(vault)
    with opened(vault, login=approle(), secrets=SECRET_ID, rush=Slow(), limits=Limits(budget=8)) as store:
        text(store)
        assert "used up the time" in problem(store, SecretRef("vault", "other", "k")).message
    assert vault.revoked == vault.issued
