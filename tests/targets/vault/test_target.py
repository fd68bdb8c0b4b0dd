"""The whole way through the target, at every server that has to answer alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from kmconfig.errors import CouldNotCheck, Locked, Refused
from kmconfig.targets.interface import WritePermit
from kmconfig.targets.registry import writer_for
from tests.targets.settings import HOST, PASSWORD, Open, candidate, holder, permit
from tests.targets.vault.site import PATH, earlier

if TYPE_CHECKING:
    from tests.servers.vault.contract import Subject
    from tests.targets.vault.site import VaultSite

KEYS = {
    "MAIL_MAILER": "smtp",
    "MAIL_HOST": HOST,
    "MAIL_PORT": "587",
    "MAIL_USERNAME": "apikey",
    "MAIL_PASSWORD": PASSWORD,
    "MAIL_SCHEME": "smtp",
    "MAIL_FROM_ADDRESS": "licensing@acme.example",
    "MAIL_FROM_NAME": "Acme License Portal",
}


def held(subject: Subject, site: VaultSite) -> dict[str, Any]:
    """What lies at the target."""
    found: dict[str, Any] = subject.must("GET", f"{site.mount}/data/{PATH}")["data"]["data"]
    return found


def test_a_new_path_takes_all_settings(subject: Subject, anywhere: VaultSite) -> None:
    environment = anywhere.environment()
    reader = anywhere.reader(environment)
    planned = reader.compare(candidate(environment))
    assert {op.key: op.action for op in planned.operations} == dict.fromkeys(KEYS, "add")
    assert planned.live.base == "absent"
    assert planned.facts.host == HOST
    writer = anywhere.writer(reader, candidate(environment))
    writer.prepare()
    assert writer.capture() is None
    writer.stage()
    fence = Open()
    writer.write(fence)
    assert held(subject, anywhere) == KEYS
    assert fence.checks == 1


def test_a_second_apply_has_nothing_to_do_and_writes_nothing(subject: Subject, anywhere: VaultSite) -> None:
    anywhere.apply()
    base = anywhere.reader().live().base
    environment = anywhere.environment()
    reader = anywhere.reader(environment)
    assert reader.compare(candidate(environment)).operations == ()
    anywhere.apply()
    assert reader.live().base == base


def test_what_others_keep_at_the_path_stays_as_it_is(subject: Subject, anywhere: VaultSite) -> None:
    foreign = {"APP_KEY": "base64:3q2+7w==", "FLAGS": {"beta": [1, 2.5, None, True]}, "MAIL_URL": "smtp://old.example"}
    subject.must("POST", f"{anywhere.mount}/data/{PATH}", {"data": foreign})
    snapshot, _ = anywhere.apply()
    del foreign["MAIL_URL"]
    assert held(subject, anywhere) == foreign | KEYS
    assert snapshot is not None
    assert b"3q2" not in snapshot


def test_going_back_writes_the_old_version_as_a_new_one(subject: Subject, anywhere: VaultSite) -> None:
    before = {"MAIL_HOST": "old.example", "MAIL_PORT": 25, "OTHER": "x"}
    subject.must("POST", f"{anywhere.mount}/data/{PATH}", {"data": before})
    environment = anywhere.environment()
    reader = anywhere.reader(environment)
    writer = anywhere.writer(reader, candidate(environment))
    snapshot, staged = writer.capture(), writer.stage()
    assert writer.state(snapshot, {staged}) == "before"
    writer.write(Open())
    assert writer.state(snapshot, {staged}) == "after"
    writer.restore(snapshot, Open())
    assert held(subject, anywhere) == before
    assert writer.state(snapshot, ()) == "before"
    assert subject.must("GET", f"{anywhere.mount}/metadata/{PATH}")["data"]["current_version"] == 3


def test_another_process_tells_the_state_from_snapshot_and_digest_alone(anywhere: VaultSite) -> None:
    snapshot, staged = anywhere.apply()
    environment = anywhere.environment()
    reader = anywhere.reader(environment)
    late = anywhere.writer(reader, candidate(environment))
    assert late.state(snapshot, {staged}) == "after"
    late.restore(snapshot, Open())
    assert late.state(snapshot, {staged}) == "before"


def test_a_path_that_was_not_there_is_emptied_again(subject: Subject, anywhere: VaultSite) -> None:
    environment = anywhere.environment()
    reader = anywhere.reader(environment)
    writer = anywhere.writer(reader, candidate(environment))
    snapshot, staged = writer.capture(), writer.stage()
    writer.write(Open())
    writer.restore(snapshot, Open())
    assert held(subject, anywhere) == {}
    assert writer.state(snapshot, {staged}) == "before"


def test_a_version_in_between_is_refused_before_and_at_the_write(subject: Subject, anywhere: VaultSite) -> None:
    environment = anywhere.environment()
    reader = anywhere.reader(environment)
    writer = anywhere.writer(reader, candidate(environment))
    writer.stage()
    subject.put(anywhere.mount, PATH, OTHER="x")
    for attempt in (writer.capture, writer.stage, lambda: writer.write(Open())):
        with pytest.raises(Refused, match="changed after it was compared"):
            attempt()
    assert held(subject, anywhere) == {"OTHER": "x"}


def test_a_version_written_while_the_write_is_under_way_is_refused_by_vault(
    subject: Subject, anywhere: VaultSite
) -> None:
    class Racing(Open):
        def check(self) -> None:
            subject.put(anywhere.mount, PATH, OTHER="x")

    environment = anywhere.environment()
    writer = anywhere.writer(anywhere.reader(environment), candidate(environment))
    snapshot, staged = writer.capture(), writer.stage()
    with pytest.raises(Refused, match="by somebody else at the same time"):
        writer.write(Racing())
    assert held(subject, anywhere) == {"OTHER": "x"}
    assert writer.state(snapshot, {staged}) == "other"


def test_a_deleted_version_can_be_written_over_and_gone_back_to(subject: Subject, anywhere: VaultSite) -> None:
    subject.put(anywhere.mount, PATH, MAIL_HOST="old.example")
    subject.must("DELETE", f"{anywhere.mount}/data/{PATH}")
    environment = anywhere.environment()
    reader = anywhere.reader(environment)
    assert "deleted" in reader.live().base
    writer = anywhere.writer(reader, candidate(environment))
    writer.prepare()
    snapshot, staged = writer.capture(), writer.stage()
    writer.write(Open())
    assert held(subject, anywhere) == KEYS
    writer.restore(snapshot, Open())
    assert writer.state(snapshot, {staged}) == "before"


@pytest.mark.parametrize(
    ("how", "said", "remedy"),
    [("delete", "was deleted", "vault kv undelete -versions=1"), ("destroy", "was destroyed", "pick another run")],
)
def test_going_back_to_a_version_that_is_gone_says_so(
    subject: Subject, anywhere: VaultSite, how: str, said: str, remedy: str
) -> None:
    subject.put(anywhere.mount, PATH, MAIL_HOST="old.example")
    snapshot, staged = anywhere.apply()
    subject.must("POST", f"{anywhere.mount}/{how}/{PATH}", {"versions": [1]})
    environment = anywhere.environment()
    writer = anywhere.writer(anywhere.reader(environment), candidate(environment))
    assert writer.state(snapshot, {staged}) == "after"
    with pytest.raises(CouldNotCheck, match=f"version 1 of .* {said}") as raised:
        writer.restore(snapshot, Open())
    assert remedy in (raised.value.help or "")
    assert held(subject, anywhere) == KEYS


def test_going_back_to_a_version_that_is_no_longer_kept_says_so(subject: Subject, anywhere: VaultSite) -> None:
    subject.put(anywhere.mount, PATH, MAIL_HOST="old.example")
    snapshot, _ = anywhere.apply()
    subject.must("POST", f"{anywhere.mount}/metadata/{PATH}", {"max_versions": 2})
    subject.must("POST", f"{anywhere.mount}/data/{PATH}", {"data": KEYS})
    environment = anywhere.environment()
    with pytest.raises(CouldNotCheck, match=r"version 1 of .* is no longer kept"):
        anywhere.writer(anywhere.reader(environment), candidate(environment)).restore(snapshot, Open())


def test_an_earlier_run_is_gone_back_to_for_our_keys_only(subject: Subject, anywhere: VaultSite) -> None:
    subject.must(
        "POST", f"{anywhere.mount}/data/{PATH}", {"data": {"MAIL_HOST": "old.example", "MAIL_PASSWORD": "old secret"}}
    )
    snapshot, _ = anywhere.apply()
    subject.must("POST", f"{anywhere.mount}/data/{PATH}", {"data": KEYS | {"NEW": "of others"}})
    reader = anywhere.reader()
    goal = earlier(snapshot, *KEYS)
    planned = {op.key: op for op in reader.compare(goal).operations}
    assert (planned["MAIL_HOST"].before, planned["MAIL_HOST"].after) == (HOST, "old.example")
    assert (planned["MAIL_PASSWORD"].before, planned["MAIL_PASSWORD"].secret) == ("(set)", True)
    assert planned["MAIL_PASSWORD"].after == f"as before run {goal.run}"
    assert planned["MAIL_PORT"].action == "remove"
    assert reader.compare(goal).facts.host == "old.example"
    writer = anywhere.writer(reader, goal)
    writer.stage()
    writer.write(Open())
    assert held(subject, anywhere) == {"MAIL_HOST": "old.example", "MAIL_PASSWORD": "old secret", "NEW": "of others"}
    assert reader.compare(goal).operations == ()


def test_keys_of_an_earlier_driver_go_when_they_were_ours(subject: Subject, anywhere: VaultSite) -> None:
    subject.put(anywhere.mount, PATH, MAILGUN_SECRET="old", MAILGUN_DOMAIN="mg.acme.example", OTHER="x")
    environment = anywhere.environment()
    reader = anywhere.reader(environment)
    ours = frozenset({"MAILGUN_SECRET", "MAIL_SENDMAIL_PATH"})
    operations = {op.key: op for op in reader.compare(candidate(environment), formerly_ours=ours).operations}
    assert (operations["MAILGUN_SECRET"].action, operations["MAILGUN_SECRET"].before) == ("remove", "(set)")
    assert not {"MAILGUN_DOMAIN", "MAIL_SENDMAIL_PATH", "OTHER"} & operations.keys()
    writer = writer_for(reader, permit(reader.live()), candidate(environment), formerly_ours=ours)
    writer.stage()
    writer.write(Open())
    assert held(subject, anywhere) == KEYS | {"MAILGUN_DOMAIN": "mg.acme.example", "OTHER": "x"}


def test_the_environment_that_was_applied_is_noted_beside_what_others_note(
    subject: Subject, anywhere: VaultSite
) -> None:
    subject.put(anywhere.mount, PATH, OTHER="x")
    subject.must("POST", f"{anywhere.mount}/metadata/{PATH}", {"custom_metadata": {"team": "platform"}})
    anywhere.keeper().mark("staging")
    assert anywhere.reader().live().owner == ("staging" if subject.since("1.9") else None)
    if subject.since("1.9"):
        noted = subject.must("GET", f"{anywhere.mount}/metadata/{PATH}")["data"]["custom_metadata"]
        assert noted == {"team": "platform", "kmconfig-environment": "staging"}


def test_a_stale_permit_opens_nothing(anywhere: VaultSite) -> None:
    environment = anywhere.environment()
    writer = writer_for(
        anywhere.reader(environment), WritePermit("0" * 64, "1@then"), candidate(environment), formerly_ours=frozenset()
    )
    with pytest.raises(Refused):
        writer.stage()


def test_a_lease_is_held_by_one_and_journal_and_snapshots_are_found_by_all(anywhere: VaultSite) -> None:
    one, other = anywhere.keeper(), anywhere.keeper()
    one.ensure()
    with one.hold(holder()) as fence:
        assert fence.number == 1
        with (
            pytest.raises(Locked, match="run 20261122T150000Z-a1b2 of `staging` by deployer on ci-7"),
            other.hold(holder()),
        ):
            pass
        one.record(b'{"step": 1}')
        one.record(b'{"step": 2}')
        assert other.journal() == b'{"step": 2}'
        name = one.keep("20261122T150000Z-a1b2", b"version 7")
        assert other.kept(name) == b"version 7"
        one.close()
        assert other.journal() is None
    with other.hold(holder()) as fence:
        assert (fence.number, fence.took_over) == (2, None)
