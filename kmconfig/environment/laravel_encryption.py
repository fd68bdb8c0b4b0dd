"""What the encryption setting really does in each Laravel version.

Laravel 8 sends with SwiftMailer, which does what it is told. From 9 on Symfony Mailer uses TLS from the first
byte on port 465 alone, and elsewhere STARTTLS if the server offers it; otherwise it goes on in clear text.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple, TypeAlias

Encryption: TypeAlias = Literal["tls", "ssl", "none"]
Mode: TypeAlias = Literal["implicit", "starttls-required", "starttls-opportunistic", "clear"]

OLDEST_WITH_EHLO_DOMAIN: Final = 9
"""Laravel reads `MAIL_EHLO_DOMAIN` from this version on."""

OLDEST_WITH_REQUIRE_TLS: Final = 11
"""`config/mail.php` can ask for TLS with `require_tls` from this version on, where Symfony Mailer is 7.3 or newer."""

_IMPLICIT_PORTS: Final = frozenset({465, 2465})
_STARTTLS_PORTS: Final = frozenset({25, 587, 588, 2525, 2587})


class EffectiveMode(NamedTuple):
    """How the application will talk to the server; ``problem`` says why it cannot, and then ``mode`` is None."""

    mode: Mode | None
    problem: str | None = None


def effective_mode(laravel: int, encryption: Encryption, port: int) -> EffectiveMode:
    """Return what an application of this major version does with ``encryption`` on ``port``."""
    if laravel == 8:
        return _swift(encryption, port)
    if laravel >= 11 and encryption == "ssl":
        return _wrong_version(laravel, port) if port in _STARTTLS_PORTS else EffectiveMode("implicit")
    if port == 465:
        return EffectiveMode("implicit")
    if port in _IMPLICIT_PORTS:
        return _hang(laravel, encryption, port)
    return EffectiveMode("starttls-opportunistic")


def _swift(encryption: Encryption, port: int) -> EffectiveMode:
    if encryption == "ssl":
        return _wrong_version(8, port) if port in _STARTTLS_PORTS else EffectiveMode("implicit")
    if port in _IMPLICIT_PORTS:
        return _hang(8, encryption, port)
    return EffectiveMode("starttls-required" if encryption == "tls" else "clear")


def _wrong_version(laravel: int, port: int) -> EffectiveMode:
    return EffectiveMode(
        None,
        f"Laravel {laravel} with `encryption: ssl` begins TLS at once, but port {port} begins in clear text: the "
        "connection fails with `wrong version number`",
    )


def _hang(laravel: int, encryption: Encryption, port: int) -> EffectiveMode:
    return EffectiveMode(
        None,
        f"Laravel {laravel} with `encryption: {encryption}` waits for a greeting in clear text, but port {port} "
        "begins with TLS: the connection hangs until the timeout",
    )
