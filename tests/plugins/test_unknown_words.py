"""Words of packages where the project does not allow plugins: refused, with a hint at where they come from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from kmconfig.environment.words import FROM_PACKAGES
from tests.cli.running import write

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.running import Call

ENVIRONMENT = """\
version: 1
tier: production
email:
  smtp:
    host: relay.acme.example
    username: eu-mailer
    password: {acme_folder: smtp/production#password}
  sender: {email: licensing@acme.example}
stores: {acme_folder: {path: /etc/acme/secrets}}
target: {acme_toml: {path: /etc/acme/mail.toml, more: 1}}
"""
PROJECT = """\
version: 1
lint: {rules: {KM901: error}}
policy:
  providers: [acme-relay, x]
  secret_sources: {production: [acme_folder]}
"""


@pytest.fixture
def findings(tmp_path: Path, kmconfig: Call) -> list[dict[str, Any]]:
    """What lint says of words that no package here brings."""
    write(tmp_path / "repository", {"kmconfig.yaml": PROJECT, "environments/production.yaml": ENVIRONMENT})
    found: list[dict[str, Any]] = kmconfig("lint", "--format", "json").document["findings"]
    return found


def test_every_word_has_the_hint(findings: list[dict[str, Any]]) -> None:
    refused = {(one["path"], one["line"]) for one in findings if (one["help"] or "").endswith(FROM_PACKAGES)}
    environment, project = "environments/production.yaml", "kmconfig.yaml"
    assert refused == {*((environment, line) for line in (7, 9, 10)), *((project, line) for line in (2, 4, 5))}


def test_a_provider_that_is_like_one_of_ours_has_it_too(findings: list[dict[str, Any]]) -> None:
    first, second = (one["help"] for one in findings if one["message"].startswith("there is no provider"))
    assert first == f"did you mean `workspace-relay`? others {FROM_PACKAGES}"
    assert second.startswith("there are: sendgrid, ")


def test_keys_that_no_package_can_bring_have_none(tmp_path: Path, kmconfig: Call) -> None:
    text = ENVIRONMENT.replace("acme_toml: {path: /etc/acme/mail.toml, more: 1}", "file: {path: a.json, qqqq: 1}")
    text = f"{text}zzzz: 1\n"
    write(tmp_path / "repository", {"kmconfig.yaml": "version: 1\n", "environments/production.yaml": text})
    found = kmconfig("lint", "--format", "json").document["findings"]
    helps = {one["line"]: one["help"] for one in found if one["code"] == "KM104"}
    assert helps[10] == "known here: path"
    assert FROM_PACKAGES not in helps[11]


def test_explain_has_it(root: Path, kmconfig: Call) -> None:
    ran = kmconfig("explain", "--provider", "acme-relay")
    assert ran.code == 64
    assert FROM_PACKAGES in " ".join(ran.err.split())
