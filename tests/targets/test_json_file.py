"""The settings as a JSON file."""

from __future__ import annotations

import json
import stat
from typing import TYPE_CHECKING

import pytest

from kmconfig.errors import CouldNotCheck
from kmconfig.targets.files.local import LocalFile
from kmconfig.targets.interface import WritePermit
from kmconfig.targets.json_file import JsonFileReader
from kmconfig.targets.keeping.folder import FileFence
from kmconfig.targets.registry import writer_for
from tests.targets.candidates import candidate

if TYPE_CHECKING:
    from pathlib import Path

    from kmconfig.targets.goal import Candidate
    from kmconfig.targets.interface import Writer


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "platform" / ".kmconfig" / "snapshots").mkdir(parents=True)
    return tmp_path / "platform" / "settings.json"


def reader_of(place: Path) -> JsonFileReader:
    return JsonFileReader(LocalFile(place, "platform/settings.json"))


def writer_of(place: Path, wanted: Candidate) -> Writer:
    reader = reader_of(place)
    return writer_for(reader, WritePermit("digest", reader.live().base), wanted, formerly_ours=frozenset())


def write(place: Path, wanted: Candidate) -> None:
    writer = writer_of(place, wanted)
    writer.stage()
    writer.write(FileFence())


def test_the_settings_with_their_values(tmp_path: Path, place: Path) -> None:
    wanted = candidate(tmp_path, secret='"☃"\n')
    write(place, wanted)
    document = json.loads(place.read_bytes())
    assert document["environment"] == "staging"
    assert document["settings"]["email"]["smtp"] == {
        "host": "smtp.sendgrid.net",
        "username": "apikey",
        "password": '"☃"\n',
        "port": 587,
        "encryption": "tls",
        "timeout": "30s",
    }
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert reader_of(place).compare(wanted).operations == ()
    assert reader_of(place).live().host == "smtp.sendgrid.net"


def test_what_would_change_shows_no_secret(tmp_path: Path, place: Path) -> None:
    write(place, candidate(tmp_path, secret="the old password"))
    other = (
        "smtp: {host: smtp.acme.example, password: {env: KM_TARGET_SECRET}, username: apikey, fallback_ports: [2525]}"
    )
    comparison = reader_of(place).compare(candidate(tmp_path, other, secret="the new password"))
    found = {op.key: (op.action, op.before, op.after) for op in comparison.operations}
    assert found["email.smtp.host"] == ("change", "smtp.sendgrid.net", "smtp.acme.example")
    assert found["email.smtp.password"] == ("change", "(set)", "env:KM_TARGET_SECRET")
    assert found["email.smtp.fallback_ports"] == ("add", None, "2525")
    assert "the old password" not in repr(comparison)
    assert "the new password" not in repr(comparison)


def test_blocks_of_other_drivers_are_left_out_and_go(tmp_path: Path, place: Path) -> None:
    write(place, candidate(tmp_path))
    sendmail = "driver: sendmail\n  smtp: {host: smtp.acme.example}"
    comparison = reader_of(place).compare(candidate(tmp_path, sendmail))
    found = {op.key: op for op in comparison.operations}
    assert found["email.smtp.password"].action == "remove"
    assert found["email.smtp.password"].secret
    assert found["email.smtp.host"].action == "remove"
    write(place, candidate(tmp_path, sendmail))
    assert "smtp" not in json.loads(place.read_bytes())["settings"]["email"]
    assert reader_of(place).live().host is None


def test_no_file_is_a_state_that_can_be_put_back(tmp_path: Path, place: Path) -> None:
    writer = writer_of(place, candidate(tmp_path))
    snapshot = writer.capture()
    staged = writer.stage()
    writer.write(FileFence())
    assert writer.state(snapshot, (staged,)) == "after"
    writer.restore(snapshot, FileFence())
    assert not place.exists()
    assert writer.state(snapshot, (staged,)) == "before"


def test_secrets_of_now_are_known_so_that_they_can_be_masked(tmp_path: Path, place: Path) -> None:
    write(place, candidate(tmp_path, secret="correct horse battery"))
    (secret,) = reader_of(place).live_secrets()
    assert secret.reveal() == "correct horse battery"


@pytest.mark.parametrize("text", ["", "[]", "{", '{"settings": []}', '{"version": 1}', "[" * 100_000, "\xff"])
def test_a_file_of_somebody_else(tmp_path: Path, place: Path, text: str) -> None:
    place.write_text(text, encoding="latin-1")
    with pytest.raises(CouldNotCheck, match="no settings written by kmconfig"):
        reader_of(place).compare(candidate(tmp_path))
    with pytest.raises(CouldNotCheck):
        reader_of(place).live()
