"""Stores that fail, and that repeat in their answers what opens them or what lies in them."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING

import botocore.endpoint
import pytest

from tests.meta.canary.lines import FORMS, LOUD, READING
from tests.meta.canary.scene import VAULT_PATH

if TYPE_CHECKING:
    from tests.meta.canary.scene import Scene
    from tests.servers.aws import AwsServer
    from tests.servers.vault.server import VaultServer

LOGIN, DATA, METADATA = "auth/userpass/login", "secret/data", "secret/metadata"
PAGE = "<html><body>You sent {token} and {login}, and it holds {secret}</body></html>"


@pytest.fixture(autouse=True)
def _without_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody pauses before asking again."""
    monkeypatch.setattr(botocore.endpoint, "time", SimpleNamespace(sleep=lambda _: None))
    monkeypatch.setattr("kmconfig.secrets.vault.patience._FIRST_PAUSE", 0.0)


#: How a command ends that a store gives nothing.
FAILING = {1, 5}


def asked(scene: Scene, source: str) -> tuple[set[int], dict[str, set[str]]]:
    """Run every command that asks stores: how they end, and what is overheard."""
    scene.settings(1025, source=source)
    runs = [scene.call(*line) for command in READING for form in FORMS for line in scene.lines(command, form)]
    return {ran.code for ran in runs}, scene.overheard(*runs)


def page(scene: Scene) -> str:
    return PAGE.replace("{login}", scene.login.value).replace("{secret}", scene.canary.value)


@pytest.mark.parametrize("status", [200, 400, 403, 404])
@pytest.mark.parametrize("prefix", [LOGIN, "secret/"])
def test_a_proxy_before_vault_that_shows_everything(scene: Scene, vault: VaultServer, prefix: str, status: int) -> None:
    vault.garbage(page(scene), path_prefix=prefix, status=status)
    codes, overheard = asked(scene, "vault")
    assert codes <= FAILING
    assert overheard == {}


@pytest.mark.parametrize("prefix", [LOGIN, "secret/"])
def test_errors_of_vault_that_repeat_the_secret(scene: Scene, vault: VaultServer, prefix: str) -> None:
    errors = {"errors": [page(scene), "{token}"], "warnings": [scene.canary.value]}
    vault.fail_next(None, status=403, body=errors, path_prefix=prefix)
    codes, overheard = asked(scene, "vault")
    assert codes <= FAILING
    assert overheard == {}


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"passwort": "{secret}"},
        {"password": ["{secret}"]},
        {"password": {"value": "{secret}"}},
        {"password": "{secret}\0"},
    ],
)
def test_a_secret_in_vault_that_is_none(scene: Scene, vault: VaultServer, data: dict[str, object]) -> None:
    text = json.dumps(data).replace("{secret}", json.dumps(scene.canary.value)[1:-1])
    vault.put(VAULT_PATH, json.loads(text))
    _codes, overheard = asked(scene, "vault")
    assert overheard == {}


def test_a_redirect_of_vault_to_somebody_else(scene: Scene, vault: VaultServer) -> None:
    vault.redirect(to=f"http://somebody.example/{scene.canary.halves[0]}", path_prefix="secret/")
    codes, overheard = asked(scene, "vault")
    assert codes <= FAILING
    assert overheard == {}


@pytest.mark.parametrize("happens", ["gone", "sealed", "no policy", "deleted", "login refused"])
def test_vault_says_no(scene: Scene, vault: VaultServer, happens: str) -> None:
    match happens:
        case "gone":
            vault.stop()
        case "sealed":
            vault.seal()
        case "no policy":
            vault.policy("reader", {"other/*": ["read"]})
        case "deleted":
            vault.delete(VAULT_PATH)
        case _:
            vault.userpass("deployer", password="another", policies=("reader",))
    codes, overheard = asked(scene, "vault")
    assert codes <= FAILING
    assert overheard == {}


OPERATIONS = {
    "aws_secret": ("GetSecretValue", "BatchGetSecretValue", "DescribeSecret", "ListSecretVersionIds"),
    "ssm": ("GetParameters", "GetParameter", "DescribeParameters", "GetParameterHistory"),
}


@pytest.mark.parametrize("source", OPERATIONS)
@pytest.mark.parametrize("code", ["AccessDeniedException", "InvalidRequestException", "Odd"])
def test_errors_of_aws_that_repeat_the_secret(scene: Scene, cloud: AwsServer, source: str, code: str) -> None:
    for operation in OPERATIONS[source]:
        cloud.refuse(operation, code, page(scene))
    codes, overheard = asked(scene, source)
    assert codes <= FAILING
    assert overheard == {}


@pytest.mark.parametrize("source", OPERATIONS)
@pytest.mark.parametrize("kind", ["text/html", "application/x-amz-json-1.1"])
def test_a_proxy_before_aws_that_shows_everything(scene: Scene, cloud: AwsServer, source: str, kind: str) -> None:
    for operation in OPERATIONS[source]:
        cloud.garble(operation, page(scene).encode(), content_type=kind)
    codes, overheard = asked(scene, source)
    assert codes <= FAILING
    assert overheard == {}


@pytest.mark.parametrize(
    "text", ["{{secret}", '{"password": 7, "{secret}": 1}', '{"passwort": "{secret}"}', "{secret}"]
)
def test_a_secret_in_aws_that_is_none(scene: Scene, cloud: AwsServer, text: str) -> None:
    cloud.put_secret("keymanager/development/smtp", text.replace("{secret}", scene.canary.halves[0]))
    scene.forget_log()
    _codes, overheard = asked(scene, "aws_secret")
    assert overheard == {}


@pytest.mark.parametrize("source", ["vault", "aws_secret", "ssm"])
def test_linting_online_shows_none(scene: Scene, stored: str) -> None:
    scene.settings(1025, source=stored)
    runs = [scene.call("lint", "--online", *LOUD, "-C", scene.root, "--format", form) for form in ("text", "json")]
    assert scene.overheard(*runs) == {}
