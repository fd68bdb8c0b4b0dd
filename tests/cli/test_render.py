"""What a target would hold: printed without asking any store, and without writing anything."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from kmconfig.targets.registry import _KINDS as REGISTERED
from kmconfig.targets.rendering import KINDS
from tests.cli.running import Call, caller, write
from tests.cli.validity import assert_valid
from tests.deploy.site import everything
from tests.targets.kubernetes.validity import assert_valid as assert_manifest

if TYPE_CHECKING:
    from pathlib import Path

REFERENCE = "vault:keymanager/staging/smtp#password"
EMAIL: dict[str, Any] = {
    "smtp": {
        "host": "smtp.sendgrid.net",
        "username": "apikey",
        "password": {"vault": "keymanager/staging/smtp#password", "version": 3},
    },
    "sender": {"email": "licensing@acme.example", "name": "Müller \u00ad Söhne"},
    "test": {"recipients": ["mail-test@acme.example"]},
}
KUBERNETES = {"directory": "deploy/staging", "namespace": "keymanager", "name": "mail"}


@pytest.fixture
def kmconfig(capsys: pytest.CaptureFixture[str]) -> Call:
    return caller(capsys)


def configure(root: Path, email: dict[str, Any] = EMAIL, **settings: Any) -> Path:
    application = {"name": "Acme", "url": "https://licenses.acme.example"}
    text = json.dumps(
        {"version": 1, "tier": "staging", "application": application, "email": email, **settings}, ensure_ascii=False
    )
    return write(root, {"environments/staging.yaml": text})


def test_manifests_as_a_plugin_hands_them_on(tmp_path: Path, kmconfig: Call) -> None:
    configure(tmp_path, target={"kubernetes": KUBERNETES})
    ran = kmconfig("render", "staging", "-C", tmp_path)
    assert (ran.code, ran.err) == (0, "")
    config, secret = yaml.safe_load_all(ran.out)
    assert (config["metadata"]["name"], config["metadata"]["namespace"]) == ("mail", "keymanager")
    assert config["data"]["MAIL_FROM_NAME"] == EMAIL["sender"]["name"]
    assert secret["spec"]["data"][0]["remoteRef"]["version"] == "3"
    for manifest in (config, secret):
        assert_manifest(manifest)
    assert kmconfig("render", "staging", "-C", tmp_path).out == ran.out


def test_manifests_are_those_that_apply_writes(tmp_path: Path, kmconfig: Call) -> None:
    from tests.targets.kubernetes.site import CONFIG, SECRET, Site  # noqa: PLC0415

    site = Site(tmp_path).configure()
    site.apply()
    rendered = list(yaml.safe_load_all(kmconfig("render", "staging", "-C", tmp_path).out))
    assert rendered == [site.manifest(CONFIG), site.manifest(SECRET)]


def test_manifests_for_an_environment_with_another_target(tmp_path: Path, kmconfig: Call) -> None:
    configure(tmp_path, target={"laravel_env": {"path": "/var/www/keymanager/.env"}})
    config, _ = yaml.safe_load_all(kmconfig("render", "staging", "--target", "kubernetes", "-C", tmp_path).out)
    assert config["metadata"]["name"] == "keymanager-mail"
    assert "namespace" not in config["metadata"]
    assert_manifest(config)


def test_the_lines_of_an_env_file(tmp_path: Path, kmconfig: Call) -> None:
    configure(tmp_path, target={"laravel_env": {"path": "app/.env", "laravel": 10}})
    lines = kmconfig("render", "staging", "-C", tmp_path).out.splitlines()
    assert lines[0] == "# for Laravel 10"
    assert f'MAIL_PASSWORD="<{REFERENCE}>"' in lines
    assert {"MAIL_HOST=smtp.sendgrid.net", "MAIL_ENCRYPTION=tls", "# MAIL_URL goes, where it stands"} <= set(lines)


@pytest.mark.parametrize(("lock", "laravel"), [("v9.52.0", 9), ("v12.1.0", 12), (None, 13)])
def test_the_version_of_the_application_beside_it(
    tmp_path: Path, kmconfig: Call, lock: str | None, laravel: int
) -> None:
    configure(tmp_path, target={"laravel_env": {"path": "app/.env"}})
    if lock is not None:
        package = {"name": "laravel/framework", "version": lock}
        write(tmp_path, {"app/composer.lock": json.dumps({"packages": [package]})})
    assert kmconfig("render", "staging", "-C", tmp_path).out.startswith(f"# for Laravel {laravel}\n")


@pytest.mark.parametrize(
    ("kind", "key"), [("vault", "MAIL_PASSWORD"), ("aws", "MAIL_PASSWORD"), ("settings_api", "smtp_password")]
)
def test_keys_and_values_with_references(tmp_path: Path, kmconfig: Call, kind: str, key: str) -> None:
    configure(tmp_path)
    ran = kmconfig("render", "staging", "--target", kind, "-C", tmp_path)
    assert ran.document[key] == {"reference": REFERENCE}
    assert EMAIL["sender"]["name"] in ran.document.values()
    assert "\u00ad" not in ran.out


def test_the_settings_as_a_file_holds_them(tmp_path: Path, kmconfig: Call) -> None:
    configure(tmp_path)
    settings = kmconfig("render", "staging", "--target", "file", "-C", tmp_path).document["settings"]
    assert settings["email"]["smtp"]["password"] == {"reference": REFERENCE}
    assert settings["email"]["smtp"]["port"] == 587


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_fits_the_schema_and_writes_nothing(tmp_path: Path, kmconfig: Call, kind: str) -> None:
    configure(tmp_path)
    before = everything(tmp_path)
    ran = kmconfig("render", "staging", "--target", kind, "--format", "json", "-C", tmp_path)
    assert ran.code == 0
    assert_valid(ran.document, "render")
    assert (ran.document["environment"], ran.document["target"]) == ("staging", kind)
    assert everything(tmp_path) == before


def test_every_kind_of_target_can_be_rendered() -> None:
    assert set(KINDS) == set(REGISTERED)


@pytest.mark.parametrize("source", [{"env": "KM_PASSWORD"}, {"dotenv": "KM_PASSWORD"}, {"file": "/run/secrets/smtp"}])
def test_no_secret_is_read(
    tmp_path: Path, kmconfig: Call, monkeypatch: pytest.MonkeyPatch, source: dict[str, str]
) -> None:
    monkeypatch.setenv("KM_PASSWORD", "correct horse battery")
    write(tmp_path, {".env": "KM_PASSWORD='correct horse battery'\n"})
    configure(tmp_path, {**EMAIL, "smtp": {**EMAIL["smtp"], "password": source}}, tier="development")
    for kind in KINDS:
        ran = kmconfig("render", "staging", "--target", kind, "-vvv", "-C", tmp_path)
        assert "correct horse" not in ran.out + ran.err
        assert ran.code == (65 if kind == "kubernetes" else 0)
        if kind == "kubernetes":
            assert "`email.smtp.password` refers to" in ran.err
            assert "environments/staging.yaml:1:" in ran.err
            assert ran.out == ""


def test_an_incomplete_call_says_what_is_missing(tmp_path: Path, kmconfig: Call) -> None:
    configure(tmp_path)
    assert (ran := kmconfig("render", "staging", "-C", tmp_path)).code == 65
    assert "has no `target`" in ran.err
    assert "--target laravel_env|" in ran.err
    assert kmconfig("render", "stagin", "-C", tmp_path).code == 65
    assert kmconfig("render", "-C", tmp_path).code == 64
    assert kmconfig("render", "staging", "--target", "ftp", "-C", tmp_path).code == 64


def test_the_result_goes_to_a_file(tmp_path: Path, kmconfig: Call) -> None:
    configure(tmp_path, target={"kubernetes": KUBERNETES})
    shown = kmconfig("render", "staging", "-C", tmp_path).out
    ran = kmconfig("render", "staging", "--output", tmp_path / "manifests.yaml", "-C", tmp_path)
    assert (ran.code, ran.out) == (0, "")
    assert (tmp_path / "manifests.yaml").read_text(encoding="utf-8") == shown
