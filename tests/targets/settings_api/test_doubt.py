"""Writes that nobody confirmed, and changes by others at the same moment: whose is what is there now?"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from kmconfig.errors import CouldNotCheck, PartialOrUnknown, Refused
from tests.deploy.site import PASSWORD
from tests.servers import settings_api_faults as faults
from tests.servers.settings_api import Offers, SettingsApi
from tests.targets.settings_api.asking import Fence, reader_of, wanted, writer_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.servers.settings_api import Handler, Misbehaviour

OFFERS = [
    Offers(),
    Offers(etag=False),
    Offers(etag=False, versions=True),
    Offers(etag=False, marks=True),
    Offers(versions=True, marks=True),
]
NORMAL = {"sender_name": "ACME", "smtp_host": "SMTP.SENDGRID.NET"}


def normalising(*, confirmed: bool) -> Misbehaviour:
    """Take what is asked in another form, and answer with success or a page."""

    def answer(handler: Handler) -> None:
        handler.usual()
        handler.api.settings.update(NORMAL)
        handler.reply(200, json.dumps(handler.api.envelope(650)).encode() if confirmed else faults.HTML)

    return answer


class Meanwhile(Fence):
    """Somebody else does something just before the request leaves."""

    def __init__(self, act: Callable[[], None]) -> None:
        super().__init__()
        self.act = act

    def check(self) -> None:
        self.act()


@pytest.mark.parametrize("offers", [offers for offers in OFFERS if not offers.marks])
def test_what_was_taken_in_another_form_and_not_confirmed_may_be_of_others(tmp_path: Path, offers: Offers) -> None:
    with SettingsApi(offers=offers) as api:
        api.misbehave["PUT"].append(normalising(confirmed=False))
        goal = wanted(tmp_path, api)
        writer = writer_of(reader_of(goal, tmp_path), goal)
        snapshot, staged = writer.capture(), writer.stage()
        with pytest.raises(CouldNotCheck, match="not confirmed"):
            writer.write(Fence())
        with pytest.raises(CouldNotCheck, match="nobody can tell whose"):
            writer.state(snapshot, (staged,))


@pytest.mark.parametrize(
    ("offers", "confirmed"),
    [(Offers(marks=True), True), (Offers(etag=False, marks=True), False), (Offers(), True)],
)
def test_what_is_certainly_ours_is_put_back_in_whatever_form(
    tmp_path: Path, offers: Offers, *, confirmed: bool
) -> None:
    with SettingsApi(offers=offers) as api:
        api.secrets.clear()
        before = api.everything
        api.misbehave["PUT"].append(normalising(confirmed=confirmed))
        goal = wanted(tmp_path, api)
        writer = writer_of(reader_of(goal, tmp_path), goal)
        snapshot, staged = writer.capture(), writer.stage()
        if confirmed:
            writer.write(Fence())
        else:
            with pytest.raises(CouldNotCheck):
                writer.write(Fence())
        assert writer.state(snapshot, (staged,)) == "partial"
        writer.restore(snapshot, Fence())
        assert api.everything == before


@pytest.mark.parametrize("offers", [Offers(), Offers(versions=True), Offers(marks=True)])
@pytest.mark.parametrize("earlier", [None, "an older password"])
def test_a_password_of_others_outlives_a_write_that_was_refused(
    tmp_path: Path, offers: Offers, earlier: str | None
) -> None:
    with SettingsApi(offers=offers) as api:
        api.secrets = {} if earlier is None else {"smtp_password": earlier}
        goal = wanted(tmp_path, api)
        writer = writer_of(reader_of(goal, tmp_path), goal)
        snapshot, staged = writer.capture(), writer.stage()
        with pytest.raises(Refused, match="changed after they were read"):
            writer.write(Meanwhile(lambda: api.change(smtp_password="by hand")))
        assert writer.state(snapshot, (staged,)) in ("before", "other")
        assert api.secrets == {"smtp_password": "by hand"}


@pytest.mark.parametrize("offers", OFFERS)
def test_a_password_of_others_before_anything_was_sent(tmp_path: Path, offers: Offers) -> None:
    with SettingsApi(offers=offers) as api:
        api.secrets.clear()
        goal = wanted(tmp_path, api)
        writer = writer_of(reader_of(goal, tmp_path), goal)
        snapshot, staged = writer.capture(), writer.stage()
        api.change(smtp_password="by hand")
        with pytest.raises(Refused, match="changed after they were compared"):
            writer.write(Fence())
        assert writer.state(snapshot, (staged,)) == "other"
        assert "PUT" not in api.requests


def test_the_same_settings_by_another_machine_are_not_taken_back(tmp_path: Path, api: SettingsApi) -> None:
    goal = wanted(tmp_path, api)
    writer = writer_of(reader_of(goal, tmp_path), goal)
    twin = writer_of(reader_of(goal, tmp_path), goal)
    snapshot, staged = writer.capture(), writer.stage()
    twin.stage()
    with pytest.raises(Refused):
        writer.write(Meanwhile(lambda: twin.write(Fence())))
    assert writer.state(snapshot, (staged,)) == "other"


def test_a_write_that_was_taken_although_it_was_throttled(tmp_path: Path, api: SettingsApi) -> None:
    api.secrets.clear()
    before = api.everything
    api.misbehave["PUT"].append(faults.busy(429, written=True, Retry_After="0"))
    goal = wanted(tmp_path, api)
    writer = writer_of(reader_of(goal, tmp_path), goal)
    snapshot, staged = writer.capture(), writer.stage()
    with pytest.raises(Refused):
        writer.write(Fence())
    assert writer.state(snapshot, (staged,)) == "after"
    writer.restore(snapshot, Fence())
    assert api.everything == before


def test_a_refusal_that_nobody_asked_for_is_not_believed(tmp_path: Path) -> None:
    with SettingsApi(offers=Offers(etag=False)) as api:
        api.misbehave["PUT"].append(faults.busy(412, written=True))
        goal = wanted(tmp_path, api)
        writer = writer_of(reader_of(goal, tmp_path), goal)
        snapshot, staged = writer.capture(), writer.stage()
        with pytest.raises(Refused):
            writer.write(Fence())
        assert writer.state(snapshot, (staged,)) == "after"


def test_a_password_that_cannot_come_back_is_named(tmp_path: Path) -> None:
    with SettingsApi(offers=Offers(versions=True)) as api:
        goal = wanted(tmp_path, api)
        writer = writer_of(reader_of(goal, tmp_path), goal)
        snapshot = writer.capture()
        writer.stage()
        writer.write(Fence())
        with pytest.raises(PartialOrUnknown) as caught:
            writer.restore(snapshot, Fence())
        assert str(caught.value) == (
            "the earlier `email.smtp.password` cannot come back, for nobody can read it; all else is as it was"
        )
        assert PASSWORD not in str(caught.value)


def test_a_password_that_may_have_been_written_is_named(tmp_path: Path) -> None:
    with SettingsApi(offers=Offers(etag=False)) as api:
        api.misbehave["PUT"].append(faults.partial("smtp_host"))
        goal = wanted(tmp_path, api)
        writer = writer_of(reader_of(goal, tmp_path), goal)
        snapshot = writer.capture()
        writer.stage()
        writer.write(Fence())
        with pytest.raises(PartialOrUnknown, match=r"^nobody can tell whether `email.smtp.password` was written"):
            writer.restore(snapshot, Fence())
        assert api.secrets == {"smtp_password": "an older password"}


LACKING: list[tuple[str, Callable[[dict[str, Any]], Any]]] = [
    ("driver", dict.clear),
    ("smtp_host", lambda told: told.pop("smtp_host")),
    ("smtp_password_set", lambda told: told.pop("smtp_password_set")),
]


@pytest.mark.parametrize(("name", "leave_out"), LACKING)
def test_what_a_server_leaves_out_is_not_empty(
    tmp_path: Path, api: SettingsApi, name: str, leave_out: Callable[[dict[str, Any]], Any]
) -> None:
    told = api.shown()
    leave_out(told)
    api.misbehave["GET"].append(faults.code(649, settings=told))
    with pytest.raises(CouldNotCheck, match=f"no usable `{name}`"):
        reader_of(wanted(tmp_path, api), tmp_path).read()


def test_a_server_without_another_driver(tmp_path: Path, api: SettingsApi) -> None:
    told = {name: value for name, value in api.shown().items() if not name.startswith(("mailgun", "ses", "sendmail"))}
    api.misbehave["GET"].extend([faults.code(649, settings=told)] * 2)
    smtp = wanted(tmp_path, api)
    assert reader_of(smtp, tmp_path).compare(smtp).operations != ()
    sendmail = wanted(tmp_path, api, "driver: sendmail\n  sendmail: {path: /usr/sbin/sendmail}")
    with pytest.raises(CouldNotCheck, match="no usable `sendmail_command`"):
        reader_of(sendmail, tmp_path).compare(sendmail)


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ({"smtp_host": "\ud800"}, "smtp_host"),
        ({"managed": {"by": "x\r\n::set-output name=x::y", "change": "1"}}, "managed"),
        ({"managed": {"by": "x\u202e", "change": "1"}}, "managed"),
        ({"managed": {"by": "x", "change": "\x1b[31m"}}, "managed"),
    ],
)
def test_text_that_is_none(tmp_path: Path, api: SettingsApi, told: dict[str, Any], name: str) -> None:
    api.misbehave["GET"].append(faults.code(649, settings=api.shown() | told))
    with pytest.raises(CouldNotCheck, match=f"no usable `{name}`"):
        reader_of(wanted(tmp_path, api), tmp_path).read()
