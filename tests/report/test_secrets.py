"""The table of secrets, for people and for machines."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import pytest

from kmconfig.environment.reference import SecretRef
from kmconfig.lint.observed import Scopes, SecretState, ShapeVerdict
from kmconfig.lint.rules.secret_age import Age
from kmconfig.report.secrets import Waiting, secrets_object, secrets_text
from kmconfig.report.style import Style, without_colors
from kmconfig.secrets.inventory import Entry, Inventory
from kmconfig.secrets.stores import Login
from kmconfig.source.value import Value
from tests.cli.validity import assert_valid
from tests.report.fixed import HOSTILE

PLAIN = Style(enabled=False)
MADE = datetime(2026, 8, 14, 9, 30, tzinfo=UTC)
SHAPE = ShapeVerdict(False, "SendGrid", "an API key: `SG.…`", "https://docs.example", seen="an AWS secret key")


def entry(setting: str, ref: SecretRef, state: SecretState, age: Age) -> Entry:
    return Entry(Value(ref, tuple(setting.split("."))), state, age)


def found(version: str | None = None, created: datetime | None = MADE) -> SecretState:
    return SecretState("found", version=version, created=created)


INVENTORY = Inventory(
    "eu/production",
    (
        entry(
            "email.smtp.username",
            SecretRef("env", "SMTP_USER"),
            found(created=None),
            Age("unknown", detail="the store does not say when it was made"),
        ),
        entry(
            "email.smtp.password",
            SecretRef("vault", "km/prod/smtp", key="password", max_age="90d"),
            found("7")._replace(value="read", shape=SHAPE),
            Age("ok", "90d", timedelta(days=12)),
        ),
        entry(
            "email.test.confirm.password",
            SecretRef("aws_secret", "km/prod/imap", key="password"),
            found("a1b2c3d4-5e6f-7a8b-9c0d-112233445566")._replace(scopes=Scopes(("alerts.read",))),
            Age("due_soon", "90d", timedelta(days=80)),
        ),
        entry(
            "target.settings_api.api_key",
            SecretRef("ssm", "/km/prod/api"),
            found("3")._replace(value="denied", unread="no permission to decrypt `ssm:/km/prod/api`"),
            Age("overdue", "90d", timedelta(days=91)),
        ),
        entry(
            "stores.vault.auth.token.token",
            SecretRef("file", "/run/secrets/role"),
            SecretState("missing", detail="`/run/secrets/role` does not exist", help="mount the secret there"),
            Age("unknown"),
        ),
        entry(
            "email.mailgun.api_key",
            SecretRef("vault", "km/prod/mailgun", key="key"),
            SecretState("denied", detail="no permission to read `km/prod/mailgun`"),
            Age("unknown", "90d"),
        ),
    ),
    (Login("vault", "https://vault.acme.example", "token from VAULT_TOKEN"), Login("ssm", "", "role kmconfig")),
)

TEXT = """\
eu/production
  setting                        reference                         version   created     age         status
  email.smtp.username            env:SMTP_USER                                           ?           unknown
    the store does not say when it was made
    no limit holds for it
  email.smtp.password            vault:km/prod/smtp#password       v7        2026-08-14  12d of 90d  ok, wrong form
    it does not look like what SendGrid issues: it is an AWS secret key; expected is an API key: `SG.…`
  email.test.confirm.password    aws_secret:km/prod/imap#password  a1b2c3d4  2026-08-14  80d of 90d  due soon
    whether it has the key `password` is not checked without --values
    the key may do more than send: alerts.read
  target.settings_api.api_key    ssm:/km/prod/api                  v3        2026-08-14  91d of 90d  overdue
    no permission to decrypt `ssm:/km/prod/api`
  stores.vault.auth.token.token  file:/run/secrets/role                                              missing
    `/run/secrets/role` does not exist
    help: mount the secret there
  email.mailgun.api_key          vault:km/prod/mailgun#key                                           denied
    no permission to read `km/prod/mailgun`
  vault at https://vault.acme.example: token from VAULT_TOKEN
  aws: role kmconfig
  1 due soon, 1 overdue, 1 unknown, 1 missing, 1 denied, 1 of the wrong form
"""


def test_the_table() -> None:
    assert "".join(f"{line}\n" for line in secrets_text(INVENTORY, style=PLAIN)) == TEXT


def test_colour_changes_nothing_else() -> None:
    coloured = list(secrets_text(INVENTORY, style=Style(enabled=True)))
    assert [without_colors(line) for line in coloured] == TEXT.splitlines()
    assert Style(enabled=True)("note", "unknown") in coloured[2]
    assert Style(enabled=True)("good", "ok") in coloured[5]


def test_the_document() -> None:
    document = secrets_object(INVENTORY)
    assert_valid({"version": 1, "results": [document]}, "secrets")
    first, second, third, *_ = document["references"]
    assert first == {
        "setting": "email.smtp.username",
        "source": "env",
        "reference": "SMTP_USER",
        "status": "unknown",
        "version": None,
        "created": None,
        "age_days": None,
        "max_age": None,
        "detail": "the store does not say when it was made; no limit holds for it",
        "shape": None,
    }
    assert (second["reference"], second["created"], second["age_days"]) == (
        "km/prod/smtp#password",
        "2026-08-14T09:30:00+00:00",
        12,
    )
    assert second["shape"] == {
        "fits": False,
        "provider": "SendGrid",
        "expected": "an API key: `SG.…`",
        "confirmed": True,
        "seen": "an AWS secret key",
    }
    assert third["version"] == "a1b2c3d4-5e6f-7a8b-9c0d-112233445566"
    assert document["stores"][1] == {"store": "aws", "where": "", "identity": "role kmconfig"}


def test_an_environment_without_secrets() -> None:
    assert list(secrets_text(Inventory("local", ()), style=PLAIN)) == ["local", "  refers to no secret"]


def test_text_from_elsewhere_stays_on_its_line() -> None:
    state = SecretState("error", detail=HOSTILE, help=HOSTILE, version=HOSTILE)
    hostile = entry(HOSTILE, SecretRef("vault", HOSTILE, key=HOSTILE), state, Age("unknown"))
    lines = list(secrets_text(Inventory(HOSTILE, (hostile,), (Login("vault", HOSTILE, HOSTILE),)), style=PLAIN))
    assert len(lines) == 7
    for line in lines:
        assert not set(line) & {"\n", "\r", "\x1b", "\u202e"}


class Terminal(io.StringIO):
    """A stream with somebody in front of it."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("stream", "quiet"), [(io.StringIO(), False), (Terminal(), True)])
def test_nobody_waits_without_a_terminal(stream: io.StringIO, quiet: bool) -> None:
    waiting = Waiting(stream, quiet=quiet)
    waiting("Vault")
    waiting.over()
    assert stream.getvalue() == ""


def test_a_terminal_is_left_as_it_was() -> None:
    stream = Terminal()
    waiting = Waiting(stream, quiet=False)
    waiting("AWS Secrets Manager")
    waiting("Vault")
    waiting.over()
    waiting.over()
    first, second, blank, end = stream.getvalue().removeprefix("\r").split("\r")
    assert first == "asking AWS Secrets Manager …"
    assert second == "asking Vault …".ljust(len(first))
    assert (blank, end) == (" " * len(first), "")
