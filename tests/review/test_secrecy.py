"""No secret that stands in a file, on either side of a change, is in what is printed about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.running import Call
    from tests.review.repository import Repository

PASSWORD = "correct-horse-battery-staple"
KEY = "SG." + "a1B2c3D4e5F6g7H8i9J0k1" + "." + "z9Y8x7W6v5U4t3S2r1Q0p9O8n7M6l5K4j3I2h1G0f9E"
PRODUCTION = "environments/production.yaml"
REFERENCE = "{vault: keymanager/production/smtp#password, max_age: 90d}"


def all_output(kmconfig: Call, *arguments: str) -> str:
    """Everything that the command prints about a change, in every format and direction."""
    told = []
    for form in ("text", "json", "markdown"):
        for revisions in (("HEAD~1", "HEAD"), ("HEAD", "HEAD~1"), ("HEAD~1",)):
            ran = kmconfig("diff", *revisions, "--format", form, "-v", "-v", "-v", *arguments)
            assert ran.code in (0, 2)
            told += [ran.out, ran.err]
    return "\n".join(told)


def assert_silent(text: str, *secrets: str) -> None:
    for secret in secrets:
        assert secret not in text
        assert secret[:10] not in text
        assert secret[-10:] not in text


@pytest.mark.parametrize("secret", [PASSWORD, KEY, f'"{PASSWORD}"', f"'it''s {PASSWORD}'"])
def test_a_password_in_the_place_of_its_reference(repository: Repository, kmconfig: Call, secret: str) -> None:
    repository.replace(PRODUCTION, REFERENCE, secret)
    repository.commit()
    told = all_output(kmconfig)
    assert_silent(told, secret.strip("'\""))
    assert "(plain text, hidden)" in told
    assert "revoke it" in told
    assert "the old secret stays in the history" in told


def test_a_password_that_changes(repository: Repository, kmconfig: Call) -> None:
    """Nobody is told whether it is the same either, but that it is text."""
    repository.replace(PRODUCTION, REFERENCE, PASSWORD)
    repository.commit()
    repository.replace(PRODUCTION, PASSWORD, f"{PASSWORD}-2")
    repository.commit()
    assert_silent(all_output(kmconfig), PASSWORD)


def test_a_password_that_moves_to_another_setting(repository: Repository, kmconfig: Call) -> None:
    repository.replace(PRODUCTION, REFERENCE, PASSWORD)
    repository.commit()
    repository.replace(PRODUCTION, PASSWORD, REFERENCE)
    repository.replace(PRODUCTION, "Mail of production", f"used to be {PASSWORD}")
    repository.commit()
    told = all_output(kmconfig)
    assert_silent(told, PASSWORD)
    assert "used to be ***" in told


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Mail of production", f"our key is {KEY}"),
        ("out/production.json", f"out/{KEY}.json"),
        ("kmconfig-production", KEY),
        ("email:\n", f"email:\n  sender: {{name: '{KEY}'}}\n"),
        ("email:\n", f"email:\n  '{KEY}': 1\n"),
        ("version: 1\n", f"version: 1  # {KEY}\n"),
        ("email:\n", f"# kmconfig: ignore[KM302] it is {KEY}\nemail:\n"),
        (
            "target:\n  file: {path: ",
            f"target:\n  laravel_env:\n    laravel: 12\n    reload: [[echo, '{KEY}']]\n    path: {{x: ",
        ),
        ("target:\n  file: {path: out/production.json}", f"target: {{laravel_env: {{path: a, reload: [[x, {KEY}]]}}}}"),
    ],
)
def test_a_key_where_it_has_no_business(repository: Repository, kmconfig: Call, old: str, new: str) -> None:
    repository.replace(PRODUCTION, old, new)
    repository.commit()
    assert_silent(all_output(kmconfig), KEY)


def test_a_key_in_the_project_file(repository: Repository, kmconfig: Call) -> None:
    repository.write({"kmconfig.yaml": "version: 1\npolicy: {commands: [php]}\n"})
    repository.commit()
    repository.replace("kmconfig.yaml", "[php]", f"[php, '{KEY}']")
    repository.commit()
    assert_silent(all_output(kmconfig), KEY)


def test_two_environments(repository: Repository, kmconfig: Call) -> None:
    repository.replace(PRODUCTION, "Mail of production", f"our key is {KEY}")
    for form in ("text", "json", "markdown"):
        ran = kmconfig("diff", "--environments", "staging", "production", "--format", form, "-v", "-v", "-v")
        assert ran.code == 0
        assert_silent(ran.out + ran.err, KEY)


def test_variables_are_not_read(repository: Repository, kmconfig: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KM_PASSWORD", PASSWORD)
    repository.replace(PRODUCTION, REFERENCE, "{env: KM_PASSWORD}")
    repository.commit()
    told = all_output(kmconfig)
    assert_silent(told, PASSWORD)
    assert "env: KM_PASSWORD" in told
