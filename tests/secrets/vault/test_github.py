"""The identity of a job of GitHub Actions, from a runner on loopback."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.secrets.vault.asking import VALUE, method, opened, problem, text
from tests.secrets.vault.identities import AUDIENCE, JWT, let_jwt_in, signed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.secrets.secret import Secret
    from tests.servers.vault.server import VaultServer


class Runner(HTTPServer):
    """What hands out identities to the jobs of GitHub Actions."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Identity)
        self.seen: list[tuple[str, str | None, str | None]] = []
        self.answer: tuple[int, object] = (200, {"value": signed()})

    @property
    def environ(self) -> dict[str, str]:
        url = f"http://127.0.0.1:{self.server_port}/token?api-version=2.0"
        bearer = {"ACTIONS_ID_TOKEN_REQUEST_TOKEN": "runner-token-for-this-job"}
        return {"GITHUB_ACTIONS": "true", "ACTIONS_ID_TOKEN_REQUEST_URL": url, **bearer}


class Identity(BaseHTTPRequestHandler):
    server: Runner

    def do_GET(self) -> None:
        self.server.seen.append((self.path, self.headers["Authorization"], self.headers["X-Vault-Token"]))
        status, document = self.server.answer
        content = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args: object) -> None:
        """Keep standard error clean."""


@pytest.fixture
def runner() -> Iterator[Runner]:
    server = Runner()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("audience", [AUDIENCE, None])
def test_in_github_actions_the_jobs_identity_is_fetched(
    vault: VaultServer, runner: Runner, audience: str | None
) -> None:
    let_jwt_in(vault)
    known: list[Secret] = []
    login = method("jwt", role="kmconfig", audience=audience)
    with opened(vault, login=login, environ=runner.environ, register=known.append) as store:
        assert text(store) == VALUE
    ((target, authorization, vault_token),) = runner.seen
    query = {"api-version": ["2.0"]} | ({"audience": [audience]} if audience else {})
    assert parse_qs(urlsplit(target).query) == query
    assert (authorization, vault_token) == ("Bearer runner-token-for-this-job", None)
    assert runner.answer[1] in [{"value": secret.reveal()} for secret in known]
    assert "runner-token-for-this-job" in [secret.reveal() for secret in known]


def test_a_given_jwt_goes_before_github(vault: VaultServer, runner: Runner) -> None:
    let_jwt_in(vault)
    login = method("jwt", role="kmconfig", secret=JWT)
    with opened(vault, login=login, secrets={JWT: signed()}, environ=runner.environ) as store:
        assert text(store) == VALUE
    assert runner.seen == []


@pytest.mark.parametrize(
    "answer", [(500, {}), (307, {}), (403, {"message": VALUE}), (200, {"value": ""}), (200, {"value": 7}), (200, [])]
)
def test_github_giving_no_identity_is_said(vault: VaultServer, runner: Runner, answer: tuple[int, object]) -> None:
    runner.answer = answer
    with opened(vault, login=method("jwt", role="kmconfig"), environ=runner.environ) as store:
        found = problem(store)
    assert f"GitHub gave no identity token (status {answer[0]})" in found.message
    assert (len(runner.seen), vault.requests) == (1, [])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"ACTIONS_ID_TOKEN_REQUEST_URL": ""}, "may not ask for an identity"),
        ({"ACTIONS_ID_TOKEN_REQUEST_TOKEN": ""}, "may not ask for an identity"),
        ({"ACTIONS_ID_TOKEN_REQUEST_URL": "", "GITHUB_ACTIONS": ""}, "no job of GitHub Actions"),
        ({"ACTIONS_ID_TOKEN_REQUEST_URL": "http://runner.acme.example/token"}, "is unusable"),
        ({"ACTIONS_ID_TOKEN_REQUEST_URL": "https://[broken"}, "is unusable"),
        ({"ACTIONS_ID_TOKEN_REQUEST_URL": "https://user:word@runner.example/"}, "no plain web address"),
        ({"ACTIONS_ID_TOKEN_REQUEST_TOKEN": "two\r\nlines"}, "is unusable"),
        ({"ACTIONS_ID_TOKEN_REQUEST_URL": "http://127.0.0.1:1/"}, "refuses the connection"),
    ],
)
def test_a_job_that_cannot_ask_for_its_identity(
    vault: VaultServer, runner: Runner, change: dict[str, str], said: str
) -> None:
    with opened(vault, login=method("jwt", role="kmconfig"), environ=runner.environ | change) as store:
        assert said in problem(store).message
    assert (runner.seen, vault.requests) == ([], [])
