"""Signed JSON web tokens: made for tests with a private key, verified by the server with the public one."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PublicKey: TypeAlias = rsa.RSAPublicKey | ec.EllipticCurvePublicKey

_HALF = 32  # bytes of each number in an ES256 signature


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key as an issuer of identity tokens has it."""

    private: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

    @classmethod
    def generate(cls, algorithm: str = "ES256") -> SigningKey:
        """Return a new key for ``ES256`` (made at once) or ``RS256`` (takes a moment)."""
        if algorithm == "RS256":
            return cls(rsa.generate_private_key(public_exponent=65537, key_size=2048))
        return cls(ec.generate_private_key(ec.SECP256R1()))

    @property
    def public_pem(self) -> str:
        """The public key, as a server is given it."""
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        return self.private.public_key().public_bytes(serialization.Encoding.PEM, form).decode()

    def sign(self, claims: Mapping[str, Any]) -> str:
        """Return a compact token that carries *claims* (RFC 7515)."""
        algorithm = "ES256" if isinstance(self.private, ec.EllipticCurvePrivateKey) else "RS256"
        text = f"{_encode({'alg': algorithm, 'typ': 'JWT'})}.{_encode(claims)}"
        return f"{text}.{_base64(self._signature(text.encode()))}"

    def _signature(self, message: bytes) -> bytes:
        if isinstance(self.private, rsa.RSAPrivateKey):
            return self.private.sign(message, padding.PKCS1v15(), hashes.SHA256())
        first, second = decode_dss_signature(self.private.sign(message, ec.ECDSA(hashes.SHA256())))
        return first.to_bytes(_HALF, "big") + second.to_bytes(_HALF, "big")


def load_public_key(pem: str) -> PublicKey:
    """Read a public key; raise ``ValueError`` where it is no PEM, ``TypeError`` for another kind."""
    key = serialization.load_pem_public_key(pem.encode())
    if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        raise TypeError("neither RSA nor ECDSA")
    return key


def verify(token: str, keys: Iterable[PublicKey]) -> dict[str, Any]:
    """Return the claims of a token that one of *keys* signed; raise ``ValueError`` with the reason otherwise."""
    try:
        header_text, claims_text, signature_text = token.split(".")
        header, claims = json.loads(_unbase64(header_text)), json.loads(_unbase64(claims_text))
        signature = _unbase64(signature_text)
    except ValueError:
        raise ValueError("compact JWS format must have three parts") from None
    message = f"{header_text}.{claims_text}".encode()
    if not any(_signed_by(key, str(header.get("alg")), message, signature) for key in keys):
        raise ValueError("no known key successfully validated the token signature")
    return dict(claims)


def _signed_by(key: PublicKey, algorithm: str, message: bytes, signature: bytes) -> bool:
    try:
        if isinstance(key, rsa.RSAPublicKey) and algorithm == "RS256":
            key.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
            return True
        if isinstance(key, ec.EllipticCurvePublicKey) and algorithm == "ES256" and len(signature) == 2 * _HALF:
            numbers = int.from_bytes(signature[:_HALF], "big"), int.from_bytes(signature[_HALF:], "big")
            key.verify(encode_dss_signature(*numbers), message, ec.ECDSA(hashes.SHA256()))
            return True
    except InvalidSignature:
        return False
    return False


def _encode(document: Mapping[str, Any]) -> str:
    return _base64(json.dumps(document, separators=(",", ":")).encode())


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _unbase64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
