"""A candidate whose secrets may not be read is compared as far as that goes, and never written."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import pytest

from kmconfig.secrets.fingerprint import FingerprintKey
from kmconfig.secrets.secret import Secret
from kmconfig.secrets.store import Description
from kmconfig.targets.files.local import LocalFile
from kmconfig.targets.interface import WritePermit
from kmconfig.targets.json_file import JsonFileReader
from kmconfig.targets.keeping.folder import FileFence
from kmconfig.targets.laravel_env import LaravelEnvReader
from kmconfig.targets.registry import writer_for
from kmconfig.targets.secret_changes import Written
from tests.deploy.site import PASSWORD
from tests.targets.candidates import candidate

if TYPE_CHECKING:
    from pathlib import Path

    from kmconfig.targets.goal import Candidate
    from kmconfig.targets.interface import Reader

SETTING = "email.smtp.password"
REFERENCE = "env:KM_TARGET_SECRET"
KEY = FingerprintKey(Secret("a key of more than sixteen bytes", reference="env:KEY"))
PRINT = KEY.of(Secret(PASSWORD, reference=REFERENCE), setting=SETTING, reference=REFERENCE)


@pytest.fixture(params=["laravel_env", "file"])
def reader(request: pytest.FixtureRequest, tmp_path: Path) -> Reader:
    """The reader of a target that holds the settings already."""
    path = tmp_path / "application" / "settings"
    (path.parent / ".kmconfig" / "snapshots").mkdir(parents=True)
    made: Reader = JsonFileReader(LocalFile(path, "settings"))
    if request.param == "laravel_env":
        path.write_text("APP_NAME=x\n", encoding="utf-8")
        made = LaravelEnvReader(LocalFile(path, "settings"), laravel=10)
    writer = writer_for(made, WritePermit("digest", made.live().base), candidate(tmp_path), formerly_ours=frozenset())
    writer.stage()
    writer.write(FileFence())
    return made


def unread(root: Path, *, version: str | None = "7", key: FingerprintKey | None = KEY) -> Candidate:
    """The candidate of the same settings without its secret."""
    read = candidate(root)
    (ref,) = read.secrets
    return replace(
        read,
        secrets=MappingProxyType({}),
        descriptions={ref: Description(ref=ref, version=version)},
        unread=frozenset({ref}),
        key=key,
    )


def test_what_was_written_and_is_still_there_is_no_change(tmp_path: Path, reader: Reader) -> None:
    written = {SETTING: Written(REFERENCE, "7", PRINT)}
    assert reader.compare(unread(tmp_path), written=written).operations == ()


@pytest.mark.parametrize(
    ("written", "before", "compared"),
    [
        (None, None, False),
        (Written(REFERENCE, "6", PRINT), "6", True),
        (Written(REFERENCE, "6", None), "6", True),
        (Written(REFERENCE, "7", None), "7", False),
        (Written(REFERENCE, "7", "0" * 12), None, True),
        (Written(REFERENCE, None, PRINT), None, False),
        (Written("env:KM_OTHER", "7", PRINT), None, False),
    ],
)
def test_anything_else_is_one(
    tmp_path: Path, reader: Reader, written: Written | None, before: str | None, compared: bool
) -> None:
    known = {SETTING: written} if written is not None else {}
    (operation,) = reader.compare(unread(tmp_path), written=known).operations
    assert (operation.setting, operation.action, operation.secret) == (SETTING, "change", True)
    assert operation.change is not None
    assert (operation.change.before, operation.change.after) == (before, "7")
    assert operation.change.compared is compared
    assert operation.change.fingerprint_after is None


def test_without_a_key_or_a_version_no_change_is_never_claimed(tmp_path: Path, reader: Reader) -> None:
    written = {SETTING: Written(REFERENCE, "7", PRINT)}
    for wanted in (unread(tmp_path, key=None), unread(tmp_path, version=None)):
        (operation,) = reader.compare(wanted, written=written).operations
        assert operation.change is not None
        assert not operation.change.compared


def test_it_is_never_written(tmp_path: Path, reader: Reader) -> None:
    permit = WritePermit("digest", reader.live().base)
    writer = writer_for(reader, permit, unread(tmp_path), formerly_ours=frozenset())
    with pytest.raises(ValueError, match="planned, never written"):
        writer.stage()
    assert PASSWORD in [secret.reveal() for secret in reader.live_secrets()]


def test_the_mailbox_of_the_test_is_none_of_the_targets_business(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    smtp = """\
smtp: {host: smtp.acme.example, username: apikey, password: {env: KM_TARGET_SECRET}}
  test:
    confirm: {imap: "imaps://imap.acme.example", username: mail-test@acme.example, password: {env: KM_IMAP}}
"""
    wanted = candidate(tmp_path, smtp, test="")
    comparison = JsonFileReader(LocalFile(path, "settings.json")).compare(wanted)
    assert not [operation for operation in comparison.operations if "confirm" in operation.setting]
