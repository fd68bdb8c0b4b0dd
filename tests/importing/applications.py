"""Laravel applications with their `.env`, and imports of them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import yaml

from kmconfig.environment.project import Project
from kmconfig.importing.importer import Wish, import_env
from tests.cli.running import write

if TYPE_CHECKING:
    from pathlib import Path

    from kmconfig.importing.item import Item
    from kmconfig.importing.result import Imported

TODAY = date(2026, 11, 22)

SENDER = "MAIL_FROM_ADDRESS=licensing@acme.example\nMAIL_FROM_NAME=Acme\n"

#: What applications have in their `.env`: every way to send, old keys and new ones, and what people make of it.
SAMPLES = {
    "a fresh Laravel 12": """\
APP_NAME=Laravel
APP_ENV=local
MAIL_MAILER=log
MAIL_SCHEME=null
MAIL_HOST=127.0.0.1
MAIL_PORT=2525
MAIL_USERNAME=null
MAIL_PASSWORD=null
MAIL_FROM_ADDRESS="hello@example.com"
MAIL_FROM_NAME="${APP_NAME}"
AWS_ACCESS_KEY_ID=
AWS_SECRET_ACCESS_KEY=
AWS_DEFAULT_REGION=us-east-1
AWS_BUCKET=
""",
    "a server with a login": f"""\
MAIL_MAILER=smtp
MAIL_HOST=smtp.sendgrid.net
MAIL_PORT=587
MAIL_USERNAME=apikey
MAIL_PASSWORD='open # sesame = $1'
MAIL_ENCRYPTION=tls
{SENDER}""",
    "a server by MAIL_SCHEME": f"""\
MAIL_MAILER=smtp
MAIL_SCHEME=smtps
MAIL_HOST=mail.acme.example
MAIL_PORT=465
MAIL_USERNAME=licensing@acme.example
MAIL_PASSWORD=opensesame # not the old one
{SENDER}""",
    "MAIL_URL beside other keys": f"""\
MAIL_MAILER=smtp
MAIL_SCHEME=smtp
MAIL_URL=smtp://licensing%40acme.example:open%2Fsesame@mail.acme.example:2525
MAIL_HOST=old.acme.example
MAIL_PORT=25
MAIL_USERNAME=old
MAIL_PASSWORD=older-password
{SENDER}""",
    "the keys of Laravel 5": """\
APP_NAME=Acme
MAIL_DRIVER=smtp
MAIL_HOST=mail.acme.example
MAIL_PORT=25
MAIL_ENCRYPTION=null
MAIL_FROM=licensing@acme.example
MAIL_NAME="Acme licenses"
MAIL_PRETEND=1
MAIL_REPLYTO_ADDR=support@acme.example
MAIL_REPLYTO_NAME=Support
""",
    "Postmark's API": f"MAIL_MAILER=postmark\nPOSTMARK_TOKEN=0123abcd-aaaa-bbbb-cccc-0123456789ab\n{SENDER}",
    "Resend's API": f"MAIL_MAILER=resend\nRESEND_API_KEY=re_0123456789abcdefghij\n{SENDER}",
    "Mailgun": f"""\
MAIL_MAILER=mailgun
MAIL_HOST=smtp.mailgun.org
MAILGUN_DOMAIN=mg.acme.example
MAILGUN_SECRET=key-0123456789abcdef0123456789abcdef
MAILGUN_ENDPOINT=https://api.eu.mailgun.net
{SENDER}""",
    "SES": f"""\
MAIL_MAILER=ses
AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE
AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY
AWS_DEFAULT_REGION=eu-west-1
AWS_SESSION_TOKEN=FwoGZXIvYXdzEXAMPLE
AWS_BUCKET=uploads
{SENDER}""",
    "sendmail": f"MAIL_MAILER=sendmail\nMAIL_SENDMAIL_PATH='/usr/lib/sendmail -t -i'\n{SENDER}",
    "sendmail by default": f"MAIL_MAILER=sendmail\n{SENDER}",
    "several mailers": f"MAIL_MAILER=failover\nMAIL_HOST=mail.acme.example\nMAIL_PASSWORD=half\n{SENDER}",
    "said twice": f"MAIL_HOST=a.acme.example\nMAIL_MAILER=smtp\n{SENDER}MAIL_HOST=b.acme.example\nMAIL_PORT=587\n",
    "nothing filled in": "MAIL_MAILER={{MAILER}}\nMAIL_HOST=<host>\nMAIL_PORT=587|465\nMAIL_TIMEOUT=soon\n",
    "from the process": "MAIL_MAILER=smtp\nMAIL_HOST=${HOST}\nMAIL_PASSWORD=${PASS}\nMAIL_FROM_ADDRESS=${ME}\n",
    "keys of others": f"""\
MAIL_MAILER=smtp
MAIL_HOST=mail.acme.example
MAIL_PORT=587
MAIL_TIMEOUT=15
MAIL_EHLO_DOMAIN=acme.example
MAIL_LOG_CHANNEL=mail
MAIL_TLS_VERIFY_PEER=false
MAIL_RECEIVER_DRIVER=graph
SENDGRID_API_KEY=SG.unused
mail_lower=1
export MAIL_EXPORTED=1
{SENDER}""",
}


def application(root: Path, text: str, *, laravel: int | None = None) -> Path:
    """An application below a root, with the given `.env`; composer.lock says its version, if it is known."""
    files = {"app/.env": text, "app/artisan": ""}
    if laravel is not None:
        lock = f'{{"packages": [{{"name": "laravel/framework", "version": "v{laravel}.1.0"}}]}}'
        files["app/composer.lock"] = lock
    return write(root, files) / "app" / ".env"


def imported(root: Path, text: str, *, laravel: int | None = None, **wish: Any) -> Imported:
    """Import a text as the `.env` of an application below a root."""
    file = application(root, text, laravel=laravel)
    wanted = {"environment": "imported", "tier": "staging", **wish}
    return import_env(Project(root), Wish(file=file, shown="app/.env", **wanted), today=TODAY)


def settings(result: Imported) -> dict[str, Any]:
    """The new file as data."""
    data = yaml.safe_load(result.text)
    assert isinstance(data, dict)
    return data


def email(result: Imported) -> dict[str, Any]:
    """The email settings of the new file."""
    found = settings(result)["email"]
    assert isinstance(found, dict)
    return found


def item(result: Imported, key: str) -> Item:
    """The only thing said of a key."""
    (found,) = [item for item in result.items if item.key == key]
    return found
