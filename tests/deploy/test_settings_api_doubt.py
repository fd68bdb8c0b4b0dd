"""What apply says of a write that nobody confirmed, or that was refused since somebody else was faster."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.deploy.endings import APPLY, complies
from tests.deploy.settings_apis import aim, applied, set_keys
from tests.servers.settings_api import Offers, SettingsApi
from tests.servers.settings_api_faults import HTML

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cli.running import Call
    from tests.deploy.site import Site
    from tests.servers.settings_api import Handler


@pytest.fixture
def api(request: pytest.FixtureRequest, site: Site, monkeypatch: pytest.MonkeyPatch) -> Iterator[SettingsApi]:
    set_keys(monkeypatch)
    with SettingsApi(offers=getattr(request, "param", Offers())) as running:
        running.secrets.clear()
        aim(site, running)
        yield running


def in_another_form(handler: Handler) -> None:
    """Take what is asked with another name of the sender, and answer with a page."""
    handler.usual()
    handler.api.settings["sender_name"] = "ACME"
    handler.reply(500, HTML)


def password_by_hand(handler: Handler) -> None:
    """Somebody sets a password just before the request comes in."""
    handler.api.change(smtp_password="by hand")
    handler.reply(412, b"")


@pytest.mark.parametrize("api", [Offers(), Offers(etag=False)], indirect=True)
def test_what_may_be_of_others_needs_a_person(site: Site, api: SettingsApi, kmconfig: Call) -> None:
    api.misbehave["PUT"].append(in_another_form)
    ran = kmconfig(*APPLY)
    assert (ran.code, ran.result["result"]) == (7, "unknown"), ran.err
    assert complies(ran.document, "receipt")
    assert "nothing was changed" not in ran.result["message"]
    assert "nobody can tell whose" in ran.result["message"]
    assert kmconfig(*APPLY).code == 0
    assert api.everything == applied(site)


@pytest.mark.parametrize("api", [Offers(marks=True)], indirect=True)
def test_what_is_certainly_ours_is_put_back(site: Site, api: SettingsApi, kmconfig: Call) -> None:
    before = api.everything
    api.misbehave["PUT"].append(in_another_form)
    ran = kmconfig(*APPLY)
    assert (ran.code, ran.result["result"]) == (6, "rolled_back"), ran.err
    assert api.everything == before
    assert site.leftovers() == []


@pytest.mark.parametrize("api", [Offers(), Offers(versions=True, marks=True)], indirect=True)
def test_a_password_that_others_set_in_that_moment_is_left_alone(site: Site, api: SettingsApi, kmconfig: Call) -> None:
    before = api.everything
    api.misbehave["PUT"].append(password_by_hand)
    ran = kmconfig(*APPLY)
    assert (ran.code, ran.result["result"]) == (3, "failed"), ran.err
    assert api.everything == {**before, "smtp_password": "by hand"}
    assert api.requests.count("PUT") == 1
    assert site.leftovers() == []
