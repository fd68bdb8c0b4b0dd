"""Telling secret values apart without showing them, where a store has no versions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kmconfig.errors import CouldNotCheck

if TYPE_CHECKING:
    from kmconfig.secrets.secret import Secret

LEAST_BYTES: Final = 16
DIGITS: Final = 12


class FingerprintKey:
    """The key under which values become fingerprints. Without it nobody can try out which value has one.

    ``secret`` is the key itself. Raises CouldNotCheck for one below 16 bytes, which could itself be tried out.
    """

    __slots__ = ("secret",)

    def __init__(self, key: Secret) -> None:
        self.secret = key
        if _is_short(key):
            raise CouldNotCheck(
                f"the fingerprint key `{key.reference}` is too short: it has fewer than {LEAST_BYTES} bytes",
                help="make one with `openssl rand -base64 32`, and put it where `stores.fingerprint_key` points",
            )

    def __repr__(self) -> str:
        return f"<fingerprint key {self.secret.reference}>"

    def of(self, secret: Secret, *, setting: str, reference: str) -> str:
        """Twelve hexadecimal digits of an HMAC-SHA256 (RFC 2104) over a value.

        It is bound to the setting and the reference: equal values elsewhere have other fingerprints.
        """
        import hmac  # noqa: PLC0415 - brings hashlib and OpenSSL, which most commands never need

        digest = hmac.new(_bytes(self.secret), digestmod="sha256")
        for part in (setting, reference):
            digest.update(part.encode("utf-8", "surrogatepass") + b"\0")
        digest.update(_bytes(secret))
        return digest.hexdigest()[:DIGITS]


def _is_short(key: Secret) -> bool:
    return len(_bytes(key)) < LEAST_BYTES


def _bytes(secret: Secret) -> bytes:
    # "surrogatepass", because an encoding error would carry the value with it.
    return secret.reveal().encode("utf-8", "surrogatepass")
