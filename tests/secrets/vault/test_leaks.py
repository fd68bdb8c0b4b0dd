"""Neither tokens nor values come out: in problems, logs, representations, and tracebacks that show locals."""

from __future__ import annotations

import logging
import traceback
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from kmconfig.environment.reference import SecretRef
from kmconfig.secrets.secret import Secret
from tests.secrets.vault.asking import PASSWORD, PATH, SECRET_ID, VALUE, Rush, approle, let_approle_in, opened, text

if TYPE_CHECKING:
    from tests.servers.vault.server import VaultServer

TOKEN_CANARY = "hvs.canary-of-a-token-0123456789"
SECRET_ID_CANARY = "canary-of-a-secret-id-0123456789"
SECRETS = {SecretRef("env", "SECRET_ID"): SECRET_ID_CANARY}


class Interrupted(Rush):
    def sleep(self, seconds: float) -> None:
        raise KeyboardInterrupt


def with_locals(error: BaseException) -> str:
    return "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())


def test_an_interrupt_shows_no_token_even_with_locals(vault: VaultServer) -> None:
    vault.fail_next(None, status=429, path_prefix="secret/")
    with opened(vault, environ={"VAULT_TOKEN": TOKEN_CANARY}, rush=Interrupted()) as store:
        with pytest.raises(KeyboardInterrupt) as caught:
            store.resolve((PASSWORD,))
        shown = with_locals(caught.value)
    assert "read_secret_version" in shown
    assert TOKEN_CANARY not in shown


def test_an_interrupted_login_shows_no_secret_id_even_with_locals(vault: VaultServer) -> None:
    vault.fail_next(None, status=429, path_prefix="auth/")
    with opened(vault, login=approle(), secrets=SECRETS, environ={"OTHER": TOKEN_CANARY}, rush=Interrupted()) as store:
        with pytest.raises(KeyboardInterrupt) as caught:
            store.resolve((PASSWORD,))
        shown = with_locals(caught.value)
    assert "approle" in shown
    assert SECRET_ID_CANARY not in shown
    assert TOKEN_CANARY not in shown


def test_no_logger_says_a_token_or_a_value(vault: VaultServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    let_approle_in(vault)
    vault.fail_next(1, status=503, body={"errors": [VALUE]}, path_prefix="secret/")
    known: list[Secret] = []
    with opened(vault, login=approle(), secrets=SECRET_ID, register=known.append) as store:
        text(store)
        store.describe((SecretRef("vault", "other", "k"),))
    shown = caplog.text
    assert "urllib3" in shown
    for canary in (VALUE, "the-secret-id", *(secret.reveal() for secret in known)):
        assert canary not in shown


@pytest.mark.parametrize("path_prefix", ["secret/", "auth/", "sys/"])
@pytest.mark.parametrize("status", [200, 307, 400, 403, 404, 405, 429, 500, 503])
def test_what_a_server_writes_is_never_repeated(vault: VaultServer, path_prefix: str, status: int) -> None:
    hostile = f"{VALUE} {{token}}"
    body = {"errors": [hostile], "warnings": [hostile], "data": {"data": hostile, "metadata": {"version": hostile}}}
    vault.fail_next(
        None,
        status=status,
        body=body,
        headers={"Retry-After": VALUE, "Location": f"https://{VALUE}/"},
        path_prefix=path_prefix,
    )
    token = vault.token()
    with opened(vault, environ={"VAULT_TOKEN": token}) as store:
        found = [*store.resolve((PASSWORD,)).values(), *store.describe((PASSWORD,)).values(), store.identity()]
    assert token not in repr(found)
    if status != 307:
        assert VALUE not in repr(found)


def test_requests_at_the_same_time_read_once(vault: VaultServer) -> None:
    let_approle_in(vault)
    with opened(vault, login=approle(), secrets=SECRET_ID) as store, ThreadPoolExecutor(8) as pool:
        values = list(pool.map(lambda _: text(store), range(16)))
    assert values == [VALUE] * 16
    assert [seen.path for seen in vault.requests] == [
        "auth/approle/login",
        f"secret/data/{PATH}",
        "auth/token/revoke-self",
    ]


def test_twenty_references_cost_one_login_and_a_read_for_each_path(vault: VaultServer) -> None:
    let_approle_in(vault)
    refs = [SecretRef("vault", f"path-{number % 4}", f"k{number}") for number in range(20)]
    for ref in refs:
        vault.put(ref.name, {f"k{number}": f"{VALUE}-{number}" for number in range(20)})
    with opened(vault, login=approle(), secrets=SECRET_ID) as store:
        assert all(isinstance(answer, Secret) for answer in store.resolve(refs).values())
    assert (len(vault.logins), len(vault.reads), len(vault.requests)) == (1, 4, 6)
