"""Several files, one after the other: cut short anywhere, it can be told what happened, and all of it put back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kmconfig.errors import CouldNotCheck, Refused
from kmconfig.targets.keeping.folder import FileFence
from kmconfig.targets.kubernetes import open_keeper
from tests.deploy.faults import fault
from tests.targets.kubernetes.site import CONFIG, KUSTOMIZATION, SECRET, Interrupted, KilledBefore

if TYPE_CHECKING:
    from tests.targets.kubernetes.site import Site


def test_cut_short_it_is_known_how_far_it_came_and_goes_back(site: Site) -> None:
    seen = []
    for at in (1, 2, 3, 4):
        writer = site.writer()
        snapshot = writer.capture()
        staged = writer.stage()
        if at == 4:
            writer.write(KilledBefore(at))
        else:
            with pytest.raises(Interrupted):
                writer.write(KilledBefore(at))
        # Another process has to tell it, with nothing but the journal.
        later = site.writer()
        seen.append(later.state(snapshot, [staged]))
        later.restore(snapshot, FileFence())
        assert later.state(snapshot, ()) == "before"
        assert site.files() == {}
    assert seen == ["before", "partial", "partial", "after"]


def test_a_change_cut_short_goes_back_byte_for_byte(site: Site) -> None:
    site.apply()
    before = site.files()
    site.configure(secrets="secret_ref", sender="Somebody Else")
    for at in (1, 2, 3):
        writer = site.writer()
        snapshot = writer.capture()
        staged = writer.stage()
        with pytest.raises(Interrupted):
            writer.write(KilledBefore(at))
        listed = site.manifest(KUSTOMIZATION)["resources"]
        assert all((site.folder / name).exists() for name in listed)
        later = site.writer()
        assert later.state(snapshot, ["unknown", staged]) == ("before" if at == 1 else "partial")
        if at > 1:
            with pytest.raises(Interrupted):
                later.restore(snapshot, KilledBefore(at - 1))
        site.writer().restore(snapshot, FileFence())
        assert site.files() == before


def test_a_file_that_somebody_else_changed_is_none_of_the_known_states(site: Site) -> None:
    writer = site.writer()
    snapshot = writer.capture()
    staged = writer.stage()
    writer.write(FileFence())
    (site.folder / SECRET).write_text("kind: ExternalSecret\n", encoding="utf-8")
    assert writer.state(snapshot, [staged]) == "other"


def test_of_two_runs_the_files_may_be_from_both(site: Site) -> None:
    first = site.writer()
    snapshot = first.capture()
    one = first.stage()
    first.write(FileFence())
    other = site.configure(sender="Somebody Else", refresh_interval="15m").writer()
    two = other.stage()
    with pytest.raises(Interrupted):
        other.write(KilledBefore(2))
    assert other.state(snapshot, [one]) == "other"
    assert other.state(snapshot, [one, two]) == "partial"


@pytest.mark.parametrize("name", [CONFIG, SECRET, KUSTOMIZATION])
@pytest.mark.parametrize("step", ["capture", "stage", "write"])
def test_a_change_after_the_plan_is_refused(site: Site, name: str, step: str) -> None:
    site.apply()
    writer = site.configure(sender="Somebody Else").writer()
    if step == "write":
        writer.stage()
    path = site.folder / name
    path.write_bytes(path.read_bytes().replace(b"\nkind: ", b"\nchanged: by hand\nkind: "))
    with pytest.raises(Refused, match="changed after"):
        writer.write(FileFence()) if step == "write" else getattr(writer, step)()
    assert b"Somebody Else" not in site.files()[CONFIG]


def test_a_file_that_changes_between_two_writes_is_not_overwritten(site: Site) -> None:
    class Meanwhile(FileFence):
        def check(self) -> None:
            (site.folder / SECRET).write_text("kind: ExternalSecret\n", encoding="utf-8")

    writer = site.writer()
    writer.stage()
    with pytest.raises(Refused):
        writer.write(Meanwhile())
    assert site.files()[SECRET] == b"kind: ExternalSecret\n"


def test_what_killed_runs_left_is_swept(site: Site) -> None:
    site.apply()
    leftover = site.folder / f".{SECRET}.kmconfig-tmp-0123456789ab"
    leftover.write_text("half", encoding="utf-8")
    site.writer()
    assert not leftover.exists()


def test_a_snapshot_that_nobody_can_read(site: Site) -> None:
    site.apply()
    for snapshot in (b"", b"[]", b'{"files": {"a": "!"}}', b"\xff"):
        with pytest.raises(CouldNotCheck, match="snapshot"):
            site.writer().state(snapshot, ())


def test_lock_and_journal_are_hidden_from_git(site: Site) -> None:
    keeper = open_keeper(site.reader)
    assert keeper.journal() is None
    keeper.ensure()
    keeper.ensure()
    assert (site.folder / ".kmconfig/.gitignore").read_bytes() == b"*\n"
    assert (site.folder / ".kmconfig").stat().st_mode & 0o777 == 0o700


def test_manifests_are_readable_for_others(site: Site) -> None:
    site.apply()
    assert {(site.folder / name).stat().st_mode & 0o777 for name in site.files()} == {0o666 & ~0o022}


def test_a_folder_that_cannot_be_made(site: Site) -> None:
    (site.root / "deploy").write_text("a file", encoding="utf-8")
    with pytest.raises(CouldNotCheck, match="cannot be made"):
        open_keeper(site.reader).ensure()


def test_a_folder_in_which_nobody_can_write(site: Site) -> None:
    writer = site.writer()
    with fault(1, site.folder), pytest.raises(CouldNotCheck, match="cannot write manifests"):
        writer.prepare()


def test_an_environment_of_the_same_folder_has_files_of_its_own(site: Site) -> None:
    site.apply()
    first = site.files()
    site.configure(name="other-mail").apply()
    assert {name: content for name, content in site.files().items() if name in first} == first
    assert "other-mail-configmap.yaml" in site.files()
    assert any("add to `resources`" in note for note in site.compare().notes)
