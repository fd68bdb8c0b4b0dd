"""Where lock, journal and snapshots of an interface lie."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

from kmconfig.errors import CouldNotCheck, Locked
from kmconfig.targets.keeping.interface import Holder
from kmconfig.targets.registry import keeper_for
from tests.targets.settings_api.asking import reader_of, wanted

if TYPE_CHECKING:
    from pathlib import Path

    from tests.servers.settings_api import SettingsApi


def test_in_the_state_folder(tmp_path: Path, api: SettingsApi) -> None:
    keeper = keeper_for(reader_of(wanted(tmp_path, api), tmp_path))
    other = keeper_for(reader_of(wanted(tmp_path, api, path="/settings/other"), tmp_path))
    assert keeper.journal() is None
    state = tmp_path / ".kmconfig/state"
    assert not state.exists()
    keeper.ensure()
    other.ensure()
    assert stat.S_IMODE(state.stat().st_mode) == 0o700
    holder = Holder.here(run="20261122T100000Z-abcdef", environment="staging")
    with keeper.hold(holder), other.hold(holder):
        keeper.record(b"journal")
        assert (keeper.journal(), other.journal()) == (b"journal", None)
        with pytest.raises(Locked), keeper_for(reader_of(wanted(tmp_path, api), tmp_path)).hold(holder):
            pytest.fail("it was locked")
        name = keeper.keep(holder.run, b"snapshot")
        assert keeper.kept(name) == b"snapshot"
    assert api.requests == []


def test_a_state_folder_that_cannot_be(tmp_path: Path, api: SettingsApi) -> None:
    (tmp_path / ".kmconfig").write_text("in the way", encoding="utf-8")
    with pytest.raises(CouldNotCheck, match="cannot be created"):
        keeper_for(reader_of(wanted(tmp_path, api), tmp_path)).ensure()
