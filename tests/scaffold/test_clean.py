"""What `init` writes lints clean at once: every provider, driver, tier, secret source and target."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

import pytest

from kmconfig.providers.registry import PROVIDERS
from kmconfig.report.initial_secrets import store_command
from kmconfig.scaffold.answers import SECRET_SOURCES, TARGETS, TIERS
from kmconfig.scaffold.environments import references
from tests.scaffold.answering import answers, made

if TYPE_CHECKING:
    from pathlib import Path

    from kmconfig.scaffold.scaffold import Scaffold

#: Which way mail goes, and what is needed beside the usual.
WAYS: dict[str, dict[str, Any]] = {
    **{provider.slug: {"driver": "smtp", "provider": provider.slug} for provider in PROVIDERS},
    "mailgun's API": {"driver": "mailgun", "provider": "mailgun", "region": "eu"},
    "SES's API": {"driver": "ses", "provider": "ses", "region": "eu-west-1"},
    "sendmail": {"driver": "sendmail", "provider": "self-hosted"},
}
WAYS["self-hosted"]["host"] = "mail.acme.example"
WAYS["ses"]["region"] = "eu-central-1"

#: Warnings that belong to the way itself.
INHERENT = {"microsoft365": {"KM313"}, "outlook": {"KM313"}, "sendmail": {"KM502"}}

ALL_TIERS = [chosen for count in (1, 2, 3) for chosen in combinations(TIERS, count)]


def findings(result: Scaffold) -> set[str]:
    assert result.outcome.crashes == []
    return {found.rule.code for found in result.outcome.findings}


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("way", WAYS)
def test_nothing_is_found(tmp_path: Path, way: str, target: str) -> None:
    for secrets in SECRET_SOURCES:
        for tiers in ALL_TIERS:
            result = made(tmp_path, **WAYS[way], target=target, secrets=secrets, tiers=tiers)
            assert findings(result) <= INHERENT.get(way, set()), (secrets, tiers)
            assert set(result.outcome.environments) == set(tiers)


@pytest.mark.parametrize("laravel", [None, 8, 11, 13])
@pytest.mark.parametrize("runtime", ["host", "container", "cloud"])
def test_versions_and_runtimes_raise_notes_at_most(tmp_path: Path, laravel: int | None, runtime: str) -> None:
    result = made(tmp_path, provider="sendgrid", laravel=laravel, runtime=runtime)
    assert not [found for found in result.outcome.findings if found.severity != "note"]


@pytest.mark.parametrize(("provider", "region"), [("sendgrid", "eu"), ("sendgrid", "us"), ("mailgun", "eu")])
def test_regions(tmp_path: Path, provider: str, region: str) -> None:
    assert findings(made(tmp_path, provider=provider, region=region)) == set()


def test_every_region_of_every_provider(tmp_path: Path) -> None:
    for provider in PROVIDERS:
        for region in provider.regions:
            some = {**WAYS[provider.slug], "region": region, "tiers": ("production",)}
            assert findings(made(tmp_path, **some)) <= INHERENT.get(provider.slug, set()), (provider.slug, region)


@pytest.mark.parametrize("secrets", SECRET_SOURCES)
@pytest.mark.parametrize("way", WAYS)
def test_every_reference_has_a_command(tmp_path: Path, way: str, secrets: str) -> None:
    some = {**WAYS[way], "secrets": secrets, "target": "settings_api"}
    result = made(tmp_path, **some)
    told = {str(ref) for ref in result.secrets}
    assert told == {str(ref) for ref in references(answers(**some))}
    text = "".join(result.files[f"environments/{tier}.yaml"] for tier in TIERS)
    written = {line for ref in result.secrets if (line := ref.name) in text}
    assert len(written) == len({ref.name for ref in result.secrets})
    assert all(store_command(ref) for ref in result.secrets)


def test_one_recipient_is_accepted_in_plain_sight(tmp_path: Path) -> None:
    single, several = (made(tmp_path, provider="sendgrid", **more) for more in ({"recipients": ()}, {}))
    assert findings(single) == findings(several) == set()
    assert "Add a recipient at another one" in single.files["kmconfig.yaml"]
    assert "one-test-provider" not in several.files["kmconfig.yaml"]
