"""Whom the key is given to: a server whose certificate is verified."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from kmconfig.errors import CouldNotCheck
from tests.mail.certificates import Certificates
from tests.servers.settings_api import SettingsApi
from tests.targets.settings_api.asking import apply, reader_of, wanted

if TYPE_CHECKING:
    from pathlib import Path

CA = "ca.pem"


@pytest.fixture(scope="module")
def certificates() -> Certificates:
    return Certificates()


def test_an_authority_of_ones_own(tmp_path: Path, certificates: Certificates) -> None:
    certificates.write_authority(tmp_path / CA)
    with SettingsApi(tls=certificates.good()) as api:
        goal = wanted(tmp_path, api, ca_file=CA)
        apply(reader_of(goal, tmp_path), goal)
        assert api.writes == 1


def test_the_authority_of_the_system(
    tmp_path: Path, certificates: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates.write_authority(tmp_path / CA)))
    with SettingsApi(tls=certificates.good()) as api:
        assert reader_of(wanted(tmp_path, api), tmp_path).live().host == "localhost"


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("expired", "expired|another name"),
        ("unknown_issuer", "not trusted|another name"),
        ("self_signed", "not trusted|another name"),
    ],
)
def test_certificates_that_do_not_serve(tmp_path: Path, certificates: Certificates, kind: str, words: str) -> None:
    certificates.write_authority(tmp_path / CA)
    with SettingsApi(tls=getattr(certificates, kind)()) as api:
        with pytest.raises(CouldNotCheck, match=words):
            reader_of(wanted(tmp_path, api, ca_file=CA), tmp_path).live()
        assert api.sent_keys == []


def test_another_name(tmp_path: Path, certificates: Certificates) -> None:
    certificates.write_authority(tmp_path / CA)
    with SettingsApi(tls=certificates.named("elsewhere.test")) as api:
        with pytest.raises(CouldNotCheck, match="for another name"):
            reader_of(wanted(tmp_path, api, ca_file=CA), tmp_path).live()
        assert api.sent_keys == []


def test_an_authority_that_is_no_file_is_not_waited_for(tmp_path: Path, api: SettingsApi) -> None:
    os.mkfifo(tmp_path / CA)
    with pytest.raises(CouldNotCheck, match="not a regular file"):
        reader_of(wanted(tmp_path, api, ca_file=CA), tmp_path).live()
    assert api.requests == []


@pytest.mark.parametrize("content", [None, b"no certificate"])
def test_an_authority_that_cannot_be_read(tmp_path: Path, api: SettingsApi, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / CA).write_bytes(content)
    with pytest.raises(CouldNotCheck, match=r"ca\.pem"):
        reader_of(wanted(tmp_path, api, ca_file=CA), tmp_path).live()
    assert api.requests == []
