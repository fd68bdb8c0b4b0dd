"""What only the in-process server can do: its clock, seal, standbys and faults."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import hvac
import hvac.exceptions
import pytest
import requests

from tests.servers.vault.clock import FakeClock
from tests.servers.vault.server import VaultServer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PATH = "keymanager/production/smtp"
CANARY = "correct-horse-battery"


@pytest.fixture
def vault() -> Iterator[VaultServer]:
    with VaultServer() as server:
        server.put(PATH, {"password": CANARY})
        server.policy("reader", {"secret/data/keymanager/*": ["read"]})
        yield server


def _get(
    server: VaultServer, path: str = f"secret/data/{PATH}", *, headers: Mapping[str, str] | None = None
) -> requests.Response:
    """Read with the root token over a connection of its own, without following redirects."""
    return requests.get(
        f"{server.address}/v1/{path}",
        headers={"X-Vault-Token": server.root_token, "Connection": "close"} | dict(headers or {}),
        timeout=10,
        allow_redirects=False,
    )


def _threads() -> set[threading.Thread]:
    return set(threading.enumerate())


def test_starts_at_once_and_leaves_nothing_behind() -> None:
    before, begun = _threads(), time.perf_counter()
    with VaultServer() as server, requests.Session() as session:
        took = time.perf_counter() - begun
        assert session.get(f"{server.address}/v1/sys/health", timeout=5).status_code == 200
        assert _threads() > before
    assert _threads() == before
    assert took < 0.5


def test_fault_inside_the_server_fails_the_test(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise LookupError("no answer")

    server = VaultServer()
    monkeypatch.setattr("tests.servers.vault.server.answer", broken)
    with pytest.raises(ExceptionGroup, match="failed") as caught, server, pytest.raises(requests.ConnectionError):
        _get(server)
    assert [str(error) for error in caught.value.exceptions] == ["no answer"]


def test_records_what_clients_send_without_the_token(vault: VaultServer) -> None:
    token = vault.token(policies=["reader"])
    with requests.Session() as session:
        client = hvac.Client(url=vault.address, token=token, namespace="platform", session=session)
        client.secrets.kv.v2.read_secret_version(PATH, raise_on_deleted_version=True)
    (seen,) = vault.requests
    assert (seen.method, seen.path, seen.status) == ("GET", f"secret/data/{PATH}", 200)
    assert (seen.headers["x-vault-request"], seen.headers["x-vault-namespace"]) == ("true", "platform")
    assert (seen.token_sent, seen.accessor) == (True, vault.accessor(token))
    assert token not in repr(seen)
    assert (len(vault.reads), vault.logins) == (1, [])


def test_tokens_expire_with_the_clock(vault: VaultServer) -> None:
    token = vault.token(policies=["reader"], ttl=60)
    assert _get(vault, headers={"X-Vault-Token": token}).status_code == 200
    vault.advance(61)
    answer = _get(vault, headers={"X-Vault-Token": token})
    assert (answer.status_code, "invalid token" in answer.text, vault.alive(token)) == (403, True, False)
    assert vault.revoked == []


def test_versions_expire_with_the_clock() -> None:
    start = datetime(2026, 8, 14, 9, 30, tzinfo=UTC)
    with VaultServer(clock=FakeClock(start)) as server, requests.Session() as session:
        client = hvac.Client(url=server.address, token=server.root_token, session=session)
        server.mount("secret")
        client.secrets.kv.v2.update_metadata(PATH, delete_version_after="30s")
        server.put(PATH, {"password": CANARY})
        metadata = _get(server).json()["data"]["metadata"]
        assert metadata["created_time"].startswith("2026-08-14T09:30:00.")
        assert metadata["deletion_time"].startswith("2026-08-14T09:30:30.")
        server.advance(31)
        assert (_get(server).status_code, _get(server).json()["data"]["data"]) == (404, None)


def test_json_is_written_as_vault_writes_it(vault: VaultServer) -> None:
    vault.put("odd", {"z": "<a>&\u2028é", "a": 1})
    body = _get(vault, "secret/data/odd").content
    assert b'"data":{"a":1,"z":"\\u003ca\\u003e\\u0026\\u2028\xc3\xa9"}' in body
    assert body.endswith(b'"auth":null}\n')


def test_only_revocation_by_a_client_counts(vault: VaultServer) -> None:
    vault.approle(role_id="role", secret_id="secret", policies=["reader"])
    supplied = vault.token(policies=["reader"])
    with requests.Session() as session:
        client = hvac.Client(url=vault.address, token="", session=session)
        client.auth.approle.login("role", "secret")
        client.auth.token.revoke_self()
    vault.revoke(supplied)
    assert (len(vault.logins), vault.revoked) == (1, vault.issued)
    assert _get(vault, headers={"X-Vault-Token": supplied}).status_code == 403


def test_sealed_and_uninitialised(vault: VaultServer) -> None:
    vault.seal()
    assert _get(vault).json() == {"errors": ["error performing token check: Vault is sealed"]}
    login = requests.post(f"{vault.address}/v1/auth/approle/login", json={}, timeout=5)
    assert (login.status_code, login.json()) == (503, {"errors": ["Vault is sealed"]})
    health = _get(vault, "sys/health")
    assert (health.status_code, health.json()["sealed"], "errors" in health.json()) == (503, True, False)
    assert _get(vault, "sys/seal-status").json()["sealed"] is True
    vault.uninitialise()
    assert (_get(vault, "sys/health").status_code, _get(vault).status_code) == (501, 503)
    vault.unseal()
    assert _get(vault).status_code == 200


def test_standby_forwards_or_points_to_the_leader(vault: VaultServer) -> None:
    with VaultServer() as standby:
        standby.standby(leader=vault)
        assert [_get(standby, f"sys/health{query}").status_code for query in ("", "?standbyok=true")] == [429, 200]
        own = {"X-Vault-Token": vault.root_token}
        assert _get(standby, headers=own).json()["data"]["data"] == {"password": CANARY}
        pointed = _get(standby, f"secret/data/{PATH}?version=1", headers={"X-Vault-No-Request-Forwarding": "1"})
        assert (pointed.status_code, pointed.content) == (307, b"")
        assert pointed.headers["Location"] == f"{vault.address}/v1/secret/data/{PATH}?version=1"
        vault.stop()
        assert _get(standby, headers=own).headers["Location"].startswith(vault.address)
        standby.standby(leader=None)
        answer = _get(standby)
        assert (answer.status_code, answer.json()) == (503, {"errors": ["no active Vault instance found"]})


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (412, "required index state not present"),
        (429, f'request path "secret/data/{PATH}": rate limit quota exceeded'),
        (500, "internal error"),
    ],
)
def test_faults_come_as_often_as_asked(vault: VaultServer, status: int, error: str) -> None:
    vault.fail_next(2, status=status, headers={"Retry-After": "1"}, path_prefix="secret/")
    assert _get(vault, "sys/health").status_code == 200
    first, second, third = (_get(vault) for _ in range(3))
    assert (first.status_code, first.json(), first.headers["Retry-After"]) == (status, {"errors": [error]}, "1")
    assert (second.status_code, third.status_code) == (status, 200)


def test_fault_with_a_body_of_its_own(vault: VaultServer) -> None:
    vault.fail_next(None, status=502)
    assert _get(vault).headers["Content-Type"] == "text/html"
    vault.heal()
    vault.fail_next(1, status=503, body={"errors": ["Vault is sealed"]})
    assert _get(vault).json() == {"errors": ["Vault is sealed"]}
    vault.garbage("<p>you sent {token}</p>", path_prefix="secret/")
    assert _get(vault).text == f"<p>you sent {vault.root_token}</p>"
    vault.heal()
    assert _get(vault).status_code == 200


def test_redirect_to_another_host_shows_whether_the_token_went_along(vault: VaultServer) -> None:
    with VaultServer() as other:
        vault.redirect(to=other.address, path_prefix="secret/")
        assert _get(vault).headers["Location"] == f"{other.address}/v1/secret/data/{PATH}"
        followed = requests.get(
            f"{vault.address}/v1/secret/data/{PATH}", headers={"X-Vault-Token": vault.root_token}, timeout=5
        )
        assert followed.status_code == 403
        (seen,) = other.requests
        # This is the client's default behaviour, which users of the server are there to prevent.
        assert (seen.token_sent, seen.accessor) == (True, "")


def test_slow_server_runs_into_the_clients_timeout_and_stops_at_once(vault: VaultServer) -> None:
    vault.latency(60, path_prefix="secret/")
    with pytest.raises(requests.ReadTimeout):
        requests.get(f"{vault.address}/v1/secret/data/{PATH}", timeout=(5, 0.05))
    begun = time.perf_counter()
    vault.stop()
    assert time.perf_counter() - begun < 5


def test_openbao_has_namespaces_and_vault_ignores_them(vault: VaultServer) -> None:
    assert _get(vault, headers={"X-Vault-Namespace": "platform"}).status_code == 200
    with VaultServer(flavour="openbao", version="2.3.1") as bao:
        bao.namespace("platform")
        bao.put(PATH, {"password": CANARY}, namespace="platform")
        bao.policy("reader", {"secret/data/*": ["read"]}, namespace="platform")
        token = bao.token(policies=["reader"], namespace="platform")
        inside = {"X-Vault-Namespace": "platform/", "X-Vault-Token": token}
        assert _get(bao, headers=inside).json()["data"]["data"] == {"password": CANARY}
        assert _get(bao, f"platform/secret/data/{PATH}", headers={"X-Vault-Token": token}).status_code == 200
        assert _get(bao, headers={"X-Vault-Token": token}).status_code == 403
        unknown = _get(bao, headers={"X-Vault-Namespace": "other"})
        assert (unknown.status_code, unknown.json()) == (404, {"errors": ["namespace not found"]})


def test_wrapped_text_expires(vault: VaultServer) -> None:
    token, late = vault.wrap({"secret_id": CANARY}), vault.wrap({"secret_id": CANARY}, ttl=10)
    with requests.Session() as session:
        client = hvac.Client(url=vault.address, token=token, session=session)
        assert client.sys.unwrap()["data"] == {"secret_id": CANARY}
        vault.advance(11)
        with pytest.raises(hvac.exceptions.InvalidRequest, match="not valid or does not exist"):
            client.sys.unwrap(late)


def test_many_clients_at_once(vault: VaultServer) -> None:
    url, headers = f"{vault.address}/v1/secret/data/shared", {"X-Vault-Token": vault.root_token}

    def write(number: int) -> int:
        answer = requests.post(url, json={"data": {"number": number}}, headers=headers, timeout=10)
        return int(answer.json()["data"]["version"])

    with ThreadPoolExecutor(16) as pool:
        assert sorted(pool.map(write, range(64))) == list(range(1, 65))
    assert len(vault.requests) == 64
