from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from kmconfig.deploy.commands import run_command
from kmconfig.environment.reference import SecretRef
from kmconfig.environment.stores import AwsSettings, StoreSettings, VaultLogin, VaultSettings
from kmconfig.secrets.child_environment import LOGIN_SECRETS, login_references, scrubbed_environment

if TYPE_CHECKING:
    from pathlib import Path

VALUE = "hunter2-hunter3"
VAULT = VaultSettings(
    address="https://vault.acme.example",
    login=VaultLogin(
        "approle", "approle", name=SecretRef("env", "ROLE_ID"), secret=SecretRef("env", "WRAPPED_SECRET_ID")
    ),
)
STORES = StoreSettings(vault=VAULT, aws=AwsSettings(), fingerprint_key=SecretRef("env", "FINGERPRINTS"))


def test_a_child_does_not_inherit_the_variables_of_references() -> None:
    environ = {"PATH": "/bin", "A": "secret", "B": "kept", "C": "kept"}
    refs = [SecretRef("env", "A"), SecretRef("file", "B"), SecretRef("env", "ABSENT")]
    assert scrubbed_environment(environ, refs) == {"PATH": "/bin", "B": "kept", "C": "kept"}
    assert "A" in environ


def test_what_stores_are_opened_with_is_found() -> None:
    assert [ref.name for ref in login_references(STORES)] == ["ROLE_ID", "WRAPPED_SECRET_ID", "FINGERPRINTS"]
    named = VaultSettings(address=None, login=VaultLogin("userpass", "userpass", name="deployer"))
    assert list(login_references(StoreSettings(vault=named))) == []
    assert list(login_references(StoreSettings())) == []


@pytest.mark.parametrize("name", sorted({*LOGIN_SECRETS, "AWS_ACCESS_KEY_ID", "ROLE_ID", "WRAPPED_SECRET_ID", "MINE"}))
def test_a_real_child_sees_no_login_of_a_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, VALUE)
    monkeypatch.setenv("APP_ENV", "production")
    result = run_command(
        (sys.executable, "-c", "import os; print(dict(os.environ))"),
        folder=tmp_path,
        environ=scrubbed_environment(os.environ, [SecretRef("env", "MINE")], stores=STORES),
        mask=str,
    )
    assert result.ok
    assert VALUE not in result.detail
    assert "'APP_ENV': 'production'" in result.detail
    assert f"'PATH': {os.environ['PATH']!r}" in result.detail
