"""With a signing key, only what the platform has signed just now is believed."""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from kmconfig.errors import CouldNotCheck
from tests.servers import settings_api_faults as faults
from tests.servers.settings_api import SettingsApi
from tests.targets.settings_api.asking import Fence, apply, reader_of, wanted, writer_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    from kmconfig.targets.goal import Candidate
    from tests.servers.settings_api import Handler, Misbehaviour

PEM = "platform.pem"


def huge_time(handler: Handler) -> None:
    """Sign a time that no clock shows."""
    api = handler.api
    handler.reply(200, json.dumps(api.envelope(649, settings=api.shown(), timestamp=10**400)).encode())


def test_a_time_that_no_clock_shows(tmp_path: Path, signed: SettingsApi) -> None:
    signed.misbehave["GET"].append(huge_time)
    with pytest.raises(CouldNotCheck, match="does not say when"):
        reader_of(checked(tmp_path, signed), tmp_path).live()


def test_a_key_that_is_no_file_is_not_waited_for(tmp_path: Path, api: SettingsApi) -> None:
    os.mkfifo(tmp_path / PEM)
    with pytest.raises(CouldNotCheck, match="not a regular file"):
        reader_of(checked(tmp_path, api), tmp_path).live()
    assert api.requests == []


@pytest.fixture
def signed(tmp_path: Path, signing: RSAPrivateKey) -> Iterator[SettingsApi]:
    write_public(tmp_path, signing)
    with SettingsApi(signing=signing) as running:
        yield running


def write_public(root: Path, key: Any) -> None:
    pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (root / PEM).write_bytes(pem)


def checked(root: Path, api: SettingsApi) -> Candidate:
    return wanted(root, api, signing_key_file=PEM)


def test_signed_answers_are_believed(tmp_path: Path, signed: SettingsApi) -> None:
    goal = checked(tmp_path, signed)
    apply(reader_of(goal, tmp_path), goal)
    assert signed.writes == 1


FORGED = {
    "no signature": (faults.altered(signature=None), "no `signature`"),
    "an empty signature": (faults.altered(signature=""), "no `signature`"),
    "a signature that is no base64": (faults.altered(signature="%%%"), "no `signature`"),
    "another signature": (faults.altered(signature="AAAA"), "not from the key"),
    "nothing that is signed": (faults.altered(response_base64=None), "no `response_base64`"),
    "something else that is signed": (faults.altered(response_base64="e30="), "not from the key"),
    "another response": (faults.forged, "not what it says"),
}


@pytest.mark.parametrize(("fault", "words"), FORGED.values(), ids=FORGED.keys())
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_anything_else_is_not(
    tmp_path: Path, signed: SettingsApi, method: str, fault: Misbehaviour, words: str
) -> None:
    signed.misbehave[method].append(fault)
    goal = checked(tmp_path, signed)
    with pytest.raises(CouldNotCheck, match=f"cannot be believed: .*{words}"):
        apply(reader_of(goal, tmp_path), goal)


def test_a_server_that_does_not_sign(tmp_path: Path, api: SettingsApi, signing: RSAPrivateKey) -> None:
    write_public(tmp_path, signing)
    with pytest.raises(CouldNotCheck, match="cannot be believed"):
        reader_of(checked(tmp_path, api), tmp_path).live()


def test_an_old_answer_sent_again(tmp_path: Path, signed: SettingsApi, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the write the settings were others; said again after it, that must not pass for what is live."""
    goal = checked(tmp_path, signed)
    reader = reader_of(goal, tmp_path)
    writer = writer_of(reader, goal)
    writer.stage()
    later = time.time() + 5
    monkeypatch.setattr("tests.servers.settings_api.time.time", lambda: later)
    writer.write(Fence())
    signed.misbehave["GET"].append(faults.replayed(0))
    with pytest.raises(CouldNotCheck, match="signed at another time"):
        reader.compare(goal)


@pytest.mark.parametrize("offset", [-301, 301])
def test_an_answer_from_another_time(
    tmp_path: Path, signed: SettingsApi, monkeypatch: pytest.MonkeyPatch, offset: int
) -> None:
    then = time.time() + offset * 1.01
    monkeypatch.setattr("tests.servers.settings_api.time.time", lambda: then)
    with pytest.raises(CouldNotCheck, match="signed at another time"):
        reader_of(checked(tmp_path, signed), tmp_path).live()


def test_the_answer_of_a_read_is_none_to_a_write(tmp_path: Path, signed: SettingsApi) -> None:
    goal = checked(tmp_path, signed)
    writer = writer_of(reader_of(goal, tmp_path), goal)
    writer.stage()
    signed.misbehave["PUT"].append(faults.replayed(-1))
    with pytest.raises(CouldNotCheck, match="not confirmed"):
        writer.write(Fence())


@pytest.mark.parametrize("content", [None, b"", b"no key", "ec", "small"])
def test_a_key_that_cannot_check_refuses_before_anything_is_sent(
    tmp_path: Path, signed: SettingsApi, content: bytes | str | None
) -> None:
    (tmp_path / PEM).unlink()
    if isinstance(content, bytes):
        (tmp_path / PEM).write_bytes(content)
    elif content == "ec":
        write_public(tmp_path, ec.generate_private_key(ec.SECP256R1()))
    elif content == "small":
        write_public(tmp_path, rsa.generate_private_key(public_exponent=65537, key_size=1024))  # noqa: S505 - is refused
    with pytest.raises(CouldNotCheck, match="signing key"):
        reader_of(checked(tmp_path, signed), tmp_path).live()
    assert signed.requests == []
