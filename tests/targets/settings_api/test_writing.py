"""Writing through the interface, and putting back what was there."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from kmconfig.errors import CouldNotCheck, PartialOrUnknown, Refused
from kmconfig.targets.goal import Earlier
from kmconfig.targets.keeping.interface import LeaseLost
from kmconfig.targets.secret_changes import Written
from tests.deploy.site import PASSWORD
from tests.servers.settings_api import Offers, SettingsApi, as_installed
from tests.servers.settings_api_faults import partial
from tests.targets.settings_api.asking import FINGERPRINTS, Fence, apply, reader_of, wanted, writer_of

if TYPE_CHECKING:
    from pathlib import Path

    from kmconfig.targets.settings_api import SettingsApiWriter

WITHOUT_PASSWORD = "smtp: {host: smtp.acme.example, port: 465, encryption: ssl}"
OFFERS = [
    Offers(),
    Offers(etag=False),
    Offers(etag=False, versions=True),
    Offers(etag=False, marks=True),
    Offers(versions=True, marks=True),
]


def written(writer: SettingsApiWriter) -> tuple[bytes | None, str]:
    """A snapshot and the fingerprint of a write that was granted."""
    snapshot, staged = writer.capture(), writer.stage()
    writer.write(Fence())
    return snapshot, staged


@pytest.mark.parametrize("offers", OFFERS)
def test_everything_is_written_at_once(tmp_path: Path, offers: Offers) -> None:
    with SettingsApi(offers=offers) as api:
        goal = wanted(tmp_path, api)
        apply(reader_of(goal, tmp_path), goal)
        assert api.writes == 1
        assert api.everything == {
            "driver": "smtp",
            "smtp_host": "smtp.sendgrid.net",
            "smtp_port": 587,
            "smtp_username": "apikey",
            "smtp_password": PASSWORD,
            "encryption": "tls",
            "sender_name": "Acme License Portal",
            "sender_email": "licensing@acme.example",
        }
        assert (api.mark or {}).get("by") == ("staging" if offers.marks else None)


def test_a_password_that_stands_is_not_written_again(tmp_path: Path, api: SettingsApi) -> None:
    goal = wanted(tmp_path, api)
    reader = reader_of(goal, tmp_path)
    apply(reader, goal)
    api.change(smtp_host="other.example")
    assert [op.key for op in reader.compare(goal).operations] == ["smtp_host"]
    apply(reader, goal)
    assert api.versions["smtp_password"] == 2


@pytest.mark.parametrize("offers", OFFERS)
def test_a_password_that_a_receipt_knows_is_not_written_again(tmp_path: Path, offers: Offers) -> None:
    with SettingsApi(offers=offers) as api:
        goal = wanted(tmp_path, api)
        apply(reader_of(goal, tmp_path), goal)
        api.take({"smtp_host": "other.example", "managed": {"by": "staging", "change": "another of ours"}})
        ((ref, secret),) = goal.secrets.items()
        fingerprint = FINGERPRINTS.of(secret, setting="email.smtp.password", reference=str(ref))
        reader = reader_of(goal, tmp_path)
        written_last = {"email.smtp.password": Written(str(ref), None, fingerprint)}
        assert [op.key for op in reader.compare(goal, written=written_last).operations] == ["smtp_host"]
        apply(reader, goal)
        assert api.versions["smtp_password"] == 2


@pytest.mark.parametrize("offers", OFFERS)
def test_states_of_a_change_without_secrets(tmp_path: Path, offers: Offers) -> None:
    with SettingsApi(offers=offers) as api:
        api.secrets.clear()
        goal = wanted(tmp_path, api, WITHOUT_PASSWORD)
        writer = writer_of(reader_of(goal, tmp_path), goal)
        snapshot, staged = writer.capture(), writer.stage()
        assert writer.state(snapshot, (staged,)) == "before"
        writer.write(Fence())
        assert writer.state(snapshot, (staged,)) == "after"
        writer.restore(snapshot, Fence())
        assert writer.state(snapshot, ()) == "before"
        assert {name: api.settings[name] for name in as_installed()} == as_installed()


@pytest.mark.parametrize("offers", OFFERS)
def test_a_password_does_not_come_back_and_nobody_says_it_did(tmp_path: Path, offers: Offers) -> None:
    with SettingsApi(offers=offers) as api:
        goal = wanted(tmp_path, api)
        writer = writer_of(reader_of(goal, tmp_path), goal)
        snapshot, staged = written(writer)
        live, mark = dict(api.settings), api.mark
        resumed = writer_of(reader_of(goal, tmp_path), goal)
        for each in (writer, resumed):
            assert each.state(snapshot, (staged,)) == "after"
            with pytest.raises(PartialOrUnknown, match=r"`email\.smtp\.password`"):
                each.restore(snapshot, Fence())
            assert api.settings["smtp_host"] == "localhost"
            assert each.state(snapshot, ()) == "partial"
            api.change(**live)
            api.mark = mark


def test_a_first_password_is_taken_away_again(tmp_path: Path, api: SettingsApi) -> None:
    api.secrets.clear()
    goal = wanted(tmp_path, api)
    writer = writer_of(reader_of(goal, tmp_path), goal)
    snapshot, staged = written(writer)
    assert writer.state(snapshot, (staged,)) == "after"
    writer.restore(snapshot, Fence())
    assert api.secrets == {}
    assert writer.state(snapshot, ()) == "before"


@pytest.mark.parametrize(
    ("offers", "unwritten", "after"),
    [
        (Offers(), "before", "partial"),
        (Offers(etag=False), "partial", "partial"),
        (Offers(versions=True), "before", "after"),
        (Offers(etag=False, marks=True), "before", "after"),
    ],
)
def test_states_of_a_change_of_the_password_alone(tmp_path: Path, offers: Offers, unwritten: str, after: str) -> None:
    with SettingsApi(offers=offers) as api:
        goal = wanted(tmp_path, api)
        apply(reader_of(goal, tmp_path), goal)
        api.secrets["smtp_password"] = "rotated by others"
        reader = reader_of(goal, tmp_path)
        assert [op.key for op in reader.compare(goal).operations] == ["smtp_password"]
        writer = writer_of(reader, goal)
        snapshot, staged = writer.capture(), writer.stage()
        assert writer.state(snapshot, (staged,)) == "before"
        assert writer_of(reader_of(goal, tmp_path), goal).state(snapshot, (staged,)) == unwritten
        writer.write(Fence())
        assert api.secrets["smtp_password"] == PASSWORD
        assert writer_of(reader_of(goal, tmp_path), goal).state(snapshot, (staged,)) == after


@pytest.mark.parametrize("offers", OFFERS)
@pytest.mark.parametrize("fields", [("smtp_host",), ("smtp_host", "smtp_password"), ("sender_name", "sender_email")])
def test_a_write_that_was_taken_in_part(tmp_path: Path, offers: Offers, fields: tuple[str, ...]) -> None:
    with SettingsApi(offers=offers) as api:
        api.misbehave["PUT"].append(partial(*fields))
        goal = wanted(tmp_path, api)
        reader = reader_of(goal, tmp_path)
        writer = writer_of(reader, goal)
        snapshot, staged = written(writer)
        assert reader.compare(goal).operations != ()
        assert writer.state(snapshot, (staged,)) == "partial"
        with suppress(PartialOrUnknown):
            writer.restore(snapshot, Fence())
        assert {name: api.settings[name] for name in as_installed()} == as_installed()
        proved_untouched = offers.versions and "smtp_password" not in fields
        assert writer.state(snapshot, ()) == ("before" if proved_untouched else "partial")


def test_a_password_that_was_left_out_is_noticed(tmp_path: Path) -> None:
    with SettingsApi(offers=Offers(versions=True)) as api:
        goal = wanted(tmp_path, api)
        taken = [op.key for op in reader_of(goal, tmp_path).compare(goal).operations if not op.secret]
        api.misbehave["PUT"].append(partial(*taken))
        reader = reader_of(goal, tmp_path)
        writer = writer_of(reader, goal)
        snapshot, staged = written(writer)
        assert [op.key for op in reader.compare(goal).operations] == ["smtp_password"]
        assert writer.state(snapshot, (staged,)) == "partial"


@pytest.mark.parametrize("offers", [Offers(), Offers(versions=True), Offers(marks=True)])
def test_a_password_that_was_taken_alone_is_not_overlooked(tmp_path: Path, offers: Offers) -> None:
    with SettingsApi(offers=offers) as api:
        api.misbehave["PUT"].append(partial("smtp_password", confirmed=False))
        goal = wanted(tmp_path, api)
        writer = writer_of(reader_of(goal, tmp_path), goal)
        snapshot, staged = writer.capture(), writer.stage()
        with pytest.raises(CouldNotCheck):
            writer.write(Fence())
        assert writer.state(snapshot, (staged,)) == "partial"
        with pytest.raises(PartialOrUnknown, match=r"`email\.smtp\.password`"):
            writer.restore(snapshot, Fence())
        assert writer.state(snapshot, ()) == "partial"


def test_a_write_that_was_refused_has_not_written_the_password(tmp_path: Path, api: SettingsApi) -> None:
    goal = wanted(tmp_path, api)
    reader = reader_of(goal, tmp_path)
    writer = writer_of(reader, goal)
    snapshot, staged = writer.capture(), writer.stage()

    class Meanwhile(Fence):
        def check(self) -> None:
            api.change(smtp_password="by hand")

    with pytest.raises(Refused):
        writer.write(Meanwhile())
    assert writer.state(snapshot, (staged,)) == "before"


def test_going_back_does_not_claim_a_password_that_others_have_set(tmp_path: Path) -> None:
    with SettingsApi(offers=Offers(marks=True)) as api:
        goal = wanted(tmp_path, api)
        reader = reader_of(goal, tmp_path)
        snapshot = writer_of(reader, goal).capture()
        apply(reader, goal)
        api.change(smtp_password="by hand")
        earlier = Earlier(run="r1", snapshot=snapshot, keys=frozenset(reader.compare(goal).kept))
        apply(reader, earlier)
        assert api.mark == {"by": "staging", "change": None}
        apply(reader, goal)
        assert api.secrets["smtp_password"] == PASSWORD


def test_runs_that_were_killed_one_after_the_other(tmp_path: Path, api: SettingsApi) -> None:
    """The first wrote in part, and the files changed before the second."""
    api.secrets.clear()
    first = wanted(tmp_path, api, WITHOUT_PASSWORD)
    writer = writer_of(reader_of(first, tmp_path), first)
    api.misbehave["PUT"].append(partial("smtp_host"))
    snapshot, one = written(writer)
    second = wanted(tmp_path, api, "smtp: {host: smtp.other.example, port: 587}")
    later = writer_of(reader_of(second, tmp_path), second)
    two = later.stage()
    assert later.state(snapshot, (one, two)) == "partial"
    later.write(Fence())
    assert later.state(snapshot, (one, two)) == "after"
    assert later.state(snapshot, (one,)) == "other"


def test_something_else_is_nobodys_to_put_back(tmp_path: Path, api: SettingsApi) -> None:
    goal = wanted(tmp_path, api)
    writer = writer_of(reader_of(goal, tmp_path), goal)
    snapshot, staged = written(writer)
    api.change(smtp_host="by.hand.example")
    assert writer.state(snapshot, (staged,)) == "other"
    assert writer.state(snapshot, ()) == "other"


def test_settings_that_changed_since_the_plan(tmp_path: Path, api: SettingsApi) -> None:
    goal = wanted(tmp_path, api)
    writer = writer_of(reader_of(goal, tmp_path), goal)
    writer.stage()
    api.change(smtp_port=2525)
    for act in (writer.stage, writer.capture, lambda: writer.write(Fence())):
        with pytest.raises(Refused, match="changed after"):
            act()
    assert "PUT" not in api.requests


def test_settings_that_change_in_the_moment_of_the_write(tmp_path: Path, api: SettingsApi) -> None:
    goal = wanted(tmp_path, api)
    writer = writer_of(reader_of(goal, tmp_path), goal)
    writer.stage()

    class Meanwhile(Fence):
        def check(self) -> None:
            api.change(smtp_port=2525)

    with pytest.raises(Refused, match="changed after they were read"):
        writer.write(Meanwhile())
    assert api.settings["smtp_host"] == "localhost"


def test_a_lock_that_is_lost_stops_the_write(tmp_path: Path, api: SettingsApi) -> None:
    goal = wanted(tmp_path, api)
    writer = writer_of(reader_of(goal, tmp_path), goal)
    snapshot, _ = writer.capture(), writer.stage()

    class Lost(Fence):
        def check(self) -> None:
            raise LeaseLost("somebody else holds the lock")

    with pytest.raises(LeaseLost):
        writer.write(Lost())
    api.settings["smtp_port"] = 26
    with pytest.raises(LeaseLost):
        writer.restore(snapshot, Lost())
    assert "PUT" not in api.requests


@pytest.mark.parametrize("offers", OFFERS)
def test_going_back_to_what_was_before_a_run(tmp_path: Path, offers: Offers) -> None:
    with SettingsApi(offers=offers) as api:
        goal = wanted(tmp_path, api)
        reader = reader_of(goal, tmp_path)
        snapshot = writer_of(reader, goal).capture()
        apply(reader, goal)
        api.change(mailgun_domain="mg.acme.example")
        earlier = Earlier(run="r1", snapshot=snapshot, keys=frozenset(reader.compare(goal).kept))
        comparison = reader.compare(earlier)
        changes = {op.key: (op.action, op.before, op.after) for op in comparison.operations}
        assert changes["smtp_host"] == ("change", "smtp.sendgrid.net", "localhost")
        assert changes["smtp_username"] == ("remove", "apikey", None)
        assert "smtp_password" not in changes
        (note,) = comparison.notes
        assert "`email.smtp.password` stays" in note
        assert comparison.facts.host == "localhost"
        assert comparison.kept["smtp_password"].secret
        apply(reader, earlier)
        assert {name: api.settings[name] for name in as_installed()} == as_installed()
        assert api.settings["mailgun_domain"] == "mg.acme.example"
        assert api.secrets["smtp_password"] == PASSWORD


def test_going_back_to_no_password(tmp_path: Path, api: SettingsApi) -> None:
    api.secrets.clear()
    goal = wanted(tmp_path, api)
    reader = reader_of(goal, tmp_path)
    snapshot = writer_of(reader, goal).capture()
    apply(reader, goal)
    earlier = Earlier(run="r1", snapshot=snapshot, keys=frozenset({"smtp_password"}))
    (operation,) = reader.compare(earlier).operations
    assert (operation.key, operation.action, operation.before, operation.after) == (
        *("smtp_password", "remove", "(set)", None),
    )
    apply(reader, earlier)
    assert api.secrets == {}
    assert api.settings["smtp_host"] == "smtp.sendgrid.net"


def test_nothing_staged_is_nothing_to_write(tmp_path: Path, api: SettingsApi) -> None:
    goal = wanted(tmp_path, api)
    with pytest.raises(ValueError, match="staged"):
        writer_of(reader_of(goal, tmp_path), goal).write(Fence())


def test_a_candidate_without_its_secret_is_never_written(tmp_path: Path, api: SettingsApi) -> None:
    goal = wanted(tmp_path, api)
    unread = replace(goal, secrets={}, unread=frozenset(goal.secrets))
    reader = reader_of(goal, tmp_path)
    assert "smtp_password" in [op.key for op in reader.compare(unread).operations]
    with pytest.raises(ValueError, match="planned, never written"):
        writer_of(reader, unread).stage()


def test_what_is_kept_of_a_write_holds_no_secret(tmp_path: Path, api: SettingsApi) -> None:
    goal = wanted(tmp_path, api)
    writer = writer_of(reader_of(goal, tmp_path), goal)
    snapshot, staged = written(writer)
    for kept in (str(snapshot), staged, repr(writer), str(vars(writer))):
        assert PASSWORD not in kept
        assert "an older password" not in kept


def test_numbers_are_sent_as_numbers_and_nothing_as_null(tmp_path: Path, api: SettingsApi) -> None:
    api.settings["smtp_username"] = "apikey"
    goal = wanted(tmp_path, api, WITHOUT_PASSWORD)
    apply(reader_of(goal, tmp_path), goal)
    assert (api.settings["smtp_port"], api.settings["smtp_username"]) == (465, None)
    assert api.secrets == {}
