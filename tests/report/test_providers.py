"""What `kmconfig explain --provider` says of every provider."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from kmconfig.providers.registry import PROVIDERS, provider_by_slug
from kmconfig.report.providers import provider_document, provider_text
from kmconfig.report.style import Style, without_colors

if TYPE_CHECKING:
    from kmconfig.providers.record import Provider

_EACH = pytest.mark.parametrize("record", PROVIDERS, ids=lambda record: record.slug)


@_EACH
def test_every_provider_has_its_ports_its_source_and_a_date(record: Provider) -> None:
    lines = list(provider_text(record, style=Style(enabled=False)))
    text = "\n".join(lines)
    for port, encryption in record.ports.items():
        assert f"{port} with `encryption: {encryption}`" in text
    for fact in (record.slug, record.limits, record.documentation, record.source, record.facts_of, *record.hosts):
        assert fact in text
    assert text.count(", recommended") == 1
    assert "\x1b" not in text


@_EACH
def test_the_document_can_be_read_by_machines(record: Provider) -> None:
    document = json.loads(json.dumps(provider_document(record)))
    assert (document["version"], document["provider"]) == (1, record.slug)
    assert {entry["port"]: entry["encryption"] for entry in document["ports"]} == dict(record.ports)
    assert document["username"]["exact"] == record.username.exact
    assert document["source"]
    assert document["facts_of"] == record.facts_of


def test_what_comes_to_an_end_is_said_with_its_source() -> None:
    record = provider_by_slug("microsoft365")
    assert record is not None
    assert record.password_login_ends is not None
    text = "\n".join(provider_text(record, style=Style(enabled=False)))
    assert "December 2026" in text
    assert record.password_login_ends.source in text


@pytest.mark.parametrize(
    ("slug", "said"),
    [
        ("mailgun", "include:mailgun.org"),
        ("ses", "include:amazonses.com, only in the record of a MAIL FROM domain of your own"),
        ("postmark", "no include is known to be needed"),
    ],
)
def test_what_spf_needs_depends_on_where_bounces_go(slug: str, said: str) -> None:
    record = provider_by_slug(slug)
    assert record is not None
    (line,) = [line for line in provider_text(record, style=Style(enabled=False)) if line.startswith("spf ")]
    assert line.removeprefix("spf").strip() == said
    assert provider_document(record)["own_bounces"] == (slug == "ses")


def test_colour_changes_nothing_else() -> None:
    plain = list(provider_text(PROVIDERS[0], style=Style(enabled=False)))
    coloured = list(provider_text(PROVIDERS[0], style=Style(enabled=True)))
    assert [without_colors(line) for line in coloured] == plain
    assert coloured != plain
