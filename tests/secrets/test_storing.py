"""References for secrets, and the commands that store them: they run, and the value is in no argument."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from kmconfig.environment.reference import SecretRef
from kmconfig.errors import UsageError
from kmconfig.secrets.new_place import secret_place
from kmconfig.secrets.storing import store_command
from tests.importing.applications import SAMPLES, imported, settings

if TYPE_CHECKING:
    from pathlib import Path

VALUE = '  open \' sesame "$HOME" \\n %s `id` '
SETTING = "email.smtp.password"


@pytest.mark.parametrize(
    ("option", "reference"),
    [
        ("env", "env:ACME_EU_1_SMTP_PASSWORD"),
        ("env:KM", "env:KM_SMTP_PASSWORD"),
        ("dotenv", "dotenv:ACME_EU_1_SMTP_PASSWORD"),
        ("file:/run/secrets", "file:/run/secrets/smtp-password"),
        ("vault:keymanager/production/smtp", "vault:keymanager/production/smtp#password"),
        ("aws_secret:km/prod", "aws_secret:km/prod/smtp/password"),
        ("ssm:/km/prod", "ssm:/km/prod/smtp/password"),
    ],
)
def test_references(option: str, reference: str) -> None:
    place = secret_place(option, environment="acme/eu-1", tier="development")
    assert str(place.reference(SETTING)) == reference


@pytest.mark.parametrize(
    "option",
    [
        *("", "keyring", "vault", "vault:", "file:", "aws_secret", "ssm", "ssm:relative", "vault:/x", "vault:a#b"),
        *("vault:a b", "env:A B", "env:1A", "file:/run/x#y", "file:/run/\x1b", "vault:$(id)", "ssm:/a'b"),
    ],
)
def test_a_place_that_cannot_be_is_refused(option: str) -> None:
    with pytest.raises(UsageError) as caught:
        secret_place(option, environment="x", tier="development")
    assert caught.value.help


def test_dotenv_is_for_development() -> None:
    with pytest.raises(UsageError, match="production"):
        secret_place("dotenv", environment="x", tier="production")


@pytest.fixture
def bin_folder(tmp_path: Path) -> Path:
    """Programs that write down their arguments and what they are given."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("vault", "aws"):
        program = folder / name
        program.write_text(f'#!/bin/sh\nprintf "%s\\n" {name} "$@" >> ../arguments\ncat > ../given\n')
        program.chmod(0o755)
    return folder


def run(line: str, bin_folder: Path) -> subprocess.CompletedProcess[str]:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("needs bash: apt-get install bash")
    return subprocess.run(
        [bash, "-c", line],
        input=f"{VALUE}\n",
        capture_output=True,
        text=True,
        cwd=bin_folder,
        env={"PATH": f"{bin_folder}:/usr/bin:/bin"},
        check=False,
    )


@pytest.mark.parametrize(
    ("ref", "arguments"),
    [
        (
            SecretRef("vault", "km/it's/smtp", key="password"),
            ["vault", "kv", "put", "-cas=0", "-mount=secret", "km/it's/smtp", "password=-"],
        ),
        (
            SecretRef("aws_secret", "km/prod"),
            ["aws", "secretsmanager", "create-secret", "--name", "km/prod", "--secret-string", "file:///dev/stdin"],
        ),
        (
            SecretRef("ssm", "/km/prod"),
            [
                "aws",
                "ssm",
                "put-parameter",
                "--name",
                "/km/prod",
                "--type",
                "SecureString",
                "--value",
                "file:///dev/stdin",
            ],
        ),
    ],
)
def test_the_value_goes_through_a_pipe(bin_folder: Path, ref: SecretRef, arguments: list[str]) -> None:
    ran = run(store_command(ref), bin_folder)
    assert ran.returncode == 0, ran.stderr
    assert (bin_folder.parent / "given").read_text() == VALUE
    assert (bin_folder.parent / "arguments").read_text().splitlines() == arguments
    assert "sesame" not in ran.stdout + ran.stderr


def test_the_value_goes_into_a_private_file(bin_folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "it's here" / "smtp-password"
    line = store_command(SecretRef("file", str(file)))
    assert run(line, bin_folder).returncode == 0
    assert file.read_text() == VALUE
    assert file.stat().st_mode & 0o777 == 0o600
    again = run(line, bin_folder)
    assert "cannot overwrite" in again.stderr
    assert file.read_text() == VALUE


def test_the_value_goes_into_a_variable(bin_folder: Path) -> None:
    ran = run(f'{store_command(SecretRef("env", "KM_PASSWORD"))}; printf %s "$KM_PASSWORD"', bin_folder)
    assert ran.stdout == VALUE


def test_a_second_secret_of_a_path_is_added_to_it() -> None:
    first, second = (store_command(SecretRef("vault", "km/ses", key=key), first=key == "a") for key in ("a", "b"))
    assert "vault kv put -cas=0" in first
    assert "vault kv patch -mount" in second


def test_secrets_stand_as_references(tmp_path: Path) -> None:
    result = imported(tmp_path, SAMPLES["SES"], secrets="vault:km/ses")
    assert settings(result)["email"]["ses"] == {
        "region": "eu-west-1",
        "access_key_id": {"vault": "km/ses#access_key_id"},
        "secret_access_key": {"vault": "km/ses#secret_access_key"},
    }
