"""Targets elsewhere: what they hold, what they answer and what opens them is shown and kept nowhere."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.meta.canary.lines import FORMS, LOUD
from tests.meta.canary.scene import LOGIN_VARIABLE
from tests.servers.settings_api import Key, SettingsApi

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.cli.running import Ran
    from tests.mail.servers import Server
    from tests.meta.canary.scene import Scene
    from tests.servers.aws import AwsServer
    from tests.servers.vault.server import VaultServer

PLACE = "keymanager/development/mail"
STORY = (
    ("plan", "development", "--save", "{root}/plan.json"),
    ("apply", "development", "--yes", "--no-test-send", "there are many tests", "--approve", "host-change"),
    ("drift", "development"),
    ("import", "--from-target", "development", "--dry-run"),
    ("rollback", "development", "--yes", "--no-test-send", "there are many tests", "--approve", "host-change"),
    ("history", "development", "--verify"),
)


@pytest.fixture
def in_vault(scene: Scene, vault: VaultServer) -> str:
    vault.policy("reader", {"secret/*": ["create", "read", "update", "patch", "delete", "list"]})
    vault.put(PLACE, {"MAIL_HOST": "localhost", "MAIL_PASSWORD": scene.live.value, "DB_PASSWORD": scene.live.value})
    return f"vault: {{path: {PLACE}, laravel: 10}}"


@pytest.fixture
def in_aws(scene: Scene, cloud: AwsServer) -> str:
    cloud.put_secret(PLACE, json.dumps({"MAIL_PASSWORD": scene.live.value, "DB_PASSWORD": scene.live.value}))
    scene.forget_log()
    return f"aws: {{ssm_prefix: /{PLACE}, secret_id: {PLACE}, laravel: 10}}"


@pytest.fixture
def behind_an_interface(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv(LOGIN_VARIABLE, scene.login.value)
    with SettingsApi() as api:
        api.keys = {scene.login.value: Key()}
        api.secrets["smtp_password"] = scene.live.value
        yield f"settings_api: {{url: '{api.url}', api_key: {{env: {LOGIN_VARIABLE}}}}}"


@pytest.fixture
def in_manifests(scene: Scene) -> str:
    return "kubernetes: {directory: deploy, namespace: keymanager, name: mail, secrets: secret_ref}"


TARGETS = ("in_vault", "in_aws", "behind_an_interface", "in_manifests")


def told(scene: Scene, form: str) -> list[Ran]:
    """The whole story, as loud as can be."""
    lines = [[word.format(root=scene.root) for word in words] for words in STORY]
    return [scene.call(*words, *LOUD, "-C", scene.root, "--format", form) for words in lines]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("target", TARGETS)
def test_from_plan_to_rollback(
    scene: Scene, request: pytest.FixtureRequest, server: Callable[..., Server], target: str, form: str
) -> None:
    wanted = request.getfixturevalue(target)
    with server() as running:
        scene.settings(running.port, target=wanted)
        runs = told(scene, form)
    codes = [ran.code for ran in runs]
    assert codes[:2] == [0, 0], runs[1].err
    assert {70, 7}.isdisjoint(codes), [ran.err for ran in runs]
    assert scene.overheard(*runs) == {}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("prefix", ["secret/data", "secret/metadata"])
def test_a_proxy_before_vault_that_shows_everything(
    scene: Scene, in_vault: str, vault: VaultServer, prefix: str, form: str
) -> None:
    vault.garbage(f"<p>{scene.live.value} {scene.login.value} {{token}}</p>", path_prefix=prefix, status=200)
    scene.settings(1025, target=in_vault)
    runs = told(scene, form)
    assert runs[1].code == 5
    assert scene.overheard(*runs) == {}


@pytest.mark.parametrize("form", FORMS)
def test_errors_of_aws_that_repeat_the_secret(scene: Scene, in_aws: str, cloud: AwsServer, form: str) -> None:
    for operation in ("GetSecretValue", "PutSecretValue", "UpdateSecret", "GetParametersByPath", "PutParameter"):
        cloud.refuse(operation, "AccessDeniedException", f"not {scene.live.value} with {scene.login.value}")
    scene.settings(1025, target=in_aws)
    runs = told(scene, form)
    assert [ran.code for ran in runs[:2]] == [5, 5]
    assert scene.overheard(*runs) == {}
