"""Asking PHP: what Laravel reads in a ``.env``, and whether its mailers send with it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.servers.requirements import find_program, require

if TYPE_CHECKING:
    from collections.abc import Mapping

PACKAGES = "php-cli php-mbstring php-laravel-framework php-symfony-mailer"

_HERE = Path(__file__).parent
_SECONDS = 60


class LaravelRefusedError(Exception):
    """The application does not start with this ``.env``; the text is what it printed."""


def read_through_laravel(env_dir: Path, environment: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return the ``app``, ``mail`` and ``services`` settings that an application has with ``env_dir/.env``.

    A password is ``{"type": …, "sha256": …}``. *environment* holds variables of the process, which beat
    the file. Raises :class:`LaravelRefusedError` where the application does not start.
    """
    return _php("send_mail.php", str(env_dir), environment=environment)


def send_through_laravel(
    env_dir: Path, recipient: str, ca_file: Path, *, subject: str = "Sent by Laravel"
) -> dict[str, Any]:
    """Send one mail by Laravel 8's own mailer, trusting *ca_file*; settings as in :func:`read_through_laravel`.

    ``sent`` says whether the server took it; if not, ``error`` holds the exception's ``class`` and ``message``.
    """
    return _php(
        "send_mail.php",
        *(str(env_dir), recipient, subject),
        environment={"SSL_CERT_FILE": str(ca_file)},
    )


def send_through_symfony(
    settings: Mapping[str, object], *, sender: str, recipient: str, ca_file: Path, subject: str
) -> dict[str, Any]:
    """Send one mail by Symfony Mailer, as Laravel 9 and later do.

    *settings* are ``scheme`` (``smtp`` or ``smtps``), ``host``, ``port``, ``username`` and ``password``.
    The answer holds ``sent``, ``error``, and ``starttls``: whether the connection was upgraded.
    """
    return _php(
        "symfony_send.php",
        *(sender, recipient, subject),
        environment={"SSL_CERT_FILE": str(ca_file)},
        text=json.dumps(settings),
    )


def _php(script: str, *arguments: str, environment: Mapping[str, str] | None = None, text: str = "") -> dict[str, Any]:
    answer = json.loads(_run_php(script, *arguments, environment=environment, text=text))
    if not isinstance(answer, dict):
        raise TypeError(f"{script} printed no object: {answer!r}")
    return answer


def _run_php(script: str, *arguments: str, environment: Mapping[str, str] | None, text: str) -> str:
    require(
        "reading with PHP",
        packages=PACKAGES,
        programs=("php",),
        files=(
            "/usr/share/php/Illuminate/autoload.php",
            "/usr/share/php/Symfony/Component/Mailer/autoload.php",
        ),
    )
    done = subprocess.run(
        [str(find_program("php")), str(_HERE / script), *arguments],
        input=text,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=_SECONDS,
        check=False,
        env={"PATH": "/usr/bin:/bin", **(environment or {})},
    )
    if done.returncode != 0:
        raise LaravelRefusedError((done.stdout + done.stderr).strip())
    return done.stdout
