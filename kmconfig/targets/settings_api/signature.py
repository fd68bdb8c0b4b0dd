"""Signed answers: RSA with SHA-256 (PKCS #1 v1.5) over the text that `response_base64` holds."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from kmconfig.errors import CouldNotCheck
from kmconfig.secrets.http_answers import object_of
from kmconfig.targets.settings_api.endpoint import require_regular

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

LEAST_BITS: Final = 2048
TOLERANCE: Final = 300
"""Seconds by which the time of an answer may differ from ours."""

_LATEST: Final = 10**11

_HELP: Final = "give the platform's RSA public key as a PEM file in `target.settings_api.signing_key_file`"


class NotSigned(Exception):  # noqa: N818 - an event on the way, told to people by what asked
    """An answer that cannot be believed; the text says why."""


@dataclass(slots=True)
class Times:
    """When the newest answer was signed, in seconds since 1970, so that no older one is taken after it."""

    newest: int = 0


class Verifier:
    """Checks answers with the platform's public key."""

    def __init__(self, key: RSAPublicKey, *, times: Times, now: Callable[[], float]) -> None:
        self._key = key
        self._times = times
        self._now = now

    def signed(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """The response that the signature is for. Raises NotSigned for anything that is not proved to be sent now."""
        text = _decoded(body, "response_base64")
        signature = _decoded(body, "signature")
        self._require_signature(text, signature)
        response = object_of(text)
        if response is None or response != body.get("response"):
            raise NotSigned("what is signed is not what it says")
        self._require_new(response.get("timestamp"))
        return response

    def _require_signature(self, text: bytes, signature: bytes) -> None:
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - only where answers are signed
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15  # noqa: PLC0415
        from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415

        try:
            self._key.verify(signature, text, PKCS1v15(), SHA256())
        except InvalidSignature:
            raise NotSigned("its signature is not from the key in `signing_key_file`") from None

    def _require_new(self, timestamp: object) -> None:
        if isinstance(timestamp, bool) or not isinstance(timestamp, int) or not 0 <= timestamp < _LATEST:
            raise NotSigned("it does not say when it was signed")
        if abs(self._now() - timestamp) > TOLERANCE or timestamp < self._times.newest:
            raise NotSigned("it was signed at another time: an old answer sent again, or a clock that is wrong")
        self._times.newest = timestamp


def verifier_from(path: Path, *, times: Times, now: Callable[[], float]) -> Verifier:
    """What checks answers with the key in a file. Raises CouldNotCheck for a file that does not serve."""
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - only where answers are signed
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import load_pem_public_key  # noqa: PLC0415

    require_regular(path, "the signing key", help=_HELP)
    try:
        key = load_pem_public_key(path.read_bytes())
    except OSError as error:
        raise CouldNotCheck(f"the signing key {path} cannot be read: {error.strerror}", help=_HELP) from None
    except (ValueError, UnsupportedAlgorithm):
        raise CouldNotCheck(f"the signing key {path} is no public key", help=_HELP) from None
    if not isinstance(key, RSAPublicKey) or key.key_size < LEAST_BITS:
        raise CouldNotCheck(f"the signing key {path} is no RSA key of {LEAST_BITS} bits or more", help=_HELP)
    return Verifier(key, times=times, now=now)


def _decoded(body: Mapping[str, Any], name: str) -> bytes:
    value = body.get(name)
    try:
        content = base64.b64decode(value, validate=True) if isinstance(value, str) else b""
    except (binascii.Error, ValueError):
        content = b""
    if not content:
        raise NotSigned(f"it holds no `{name}`")
    return content
