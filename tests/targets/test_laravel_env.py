"""The `.env` of an application as a target."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from kmconfig.errors import ConfigurationError, Refused
from kmconfig.targets.files.local import LocalFile
from kmconfig.targets.interface import WritePermit
from kmconfig.targets.keeping.folder import FileFence
from kmconfig.targets.laravel_env import LaravelEnvReader
from kmconfig.targets.registry import writer_for
from tests.targets.candidates import SMTP, candidate
from tests.targets.laravel import Case, PhpLaravel

if TYPE_CHECKING:
    from pathlib import Path

    from kmconfig.targets.goal import Candidate
    from kmconfig.targets.interface import Comparison

LIVE = b'APP_KEY=base64:3q2+7w==\nMAIL_MAILER=smtp\nMAIL_HOST="smtp.acme.example"\nMAIL_PASSWORD=old\n\nLAST=1'

SES = """\
driver: ses
  ses: {region: eu-west-1, access_key_id: {env: KM_TARGET_SECRET}, secret_access_key: {env: KM_TARGET_SECRET}}
"""

NASTY = [
    "p$a{b}s${HOME}",
    "quote \" and ' and \\",
    "hash # in it",
    " edges ",
    "null",
    "(empty)",
    "true",
    "0",
    "a=b==",
    "pässwörd ☃ 🔑",
    "'quoted'",
    '"quoted"',
    "`backtick` $(command)",
    "line\nbreak\ttab\rreturn",
    "\\n is no line break",
    "0123456789" * 40,
]


@pytest.fixture
def env(tmp_path: Path) -> Path:
    path = tmp_path / "application" / ".env"
    path.parent.mkdir()
    path.write_bytes(LIVE)
    return path


def reader_of(env: Path, laravel: str | int = 10) -> LaravelEnvReader:
    return LaravelEnvReader(LocalFile(env, "application/.env"), laravel=laravel)


def apply(env: Path, wanted: Candidate, *, laravel: int = 10, formerly_ours: frozenset[str] = frozenset()) -> None:
    """Write as an apply does, without its proofs."""
    reader = reader_of(env, laravel)
    permit = WritePermit("digest", reader.live().base)
    writer = writer_for(reader, permit, wanted, formerly_ours=formerly_ours)
    writer.prepare()
    writer.stage()
    writer.write(FileFence())


def actions(comparison: Comparison) -> dict[str, tuple[str, str | None, str | None]]:
    return {op.key: (op.action, op.before, op.after) for op in comparison.operations}


def test_what_would_change(tmp_path: Path, env: Path) -> None:
    comparison = reader_of(env).compare(candidate(tmp_path))
    assert actions(comparison) == {
        "MAIL_HOST": ("change", "smtp.acme.example", "smtp.sendgrid.net"),
        "MAIL_PORT": ("add", None, "587"),
        "MAIL_USERNAME": ("add", None, "apikey"),
        "MAIL_PASSWORD": ("change", "(set)", "env:KM_TARGET_SECRET"),
        "MAIL_ENCRYPTION": ("add", None, "tls"),
        "MAIL_FROM_ADDRESS": ("add", None, "licensing@acme.example"),
        "MAIL_FROM_NAME": ("add", None, "Acme License Portal"),
    }
    assert [op.setting for op in comparison.operations if op.secret] == ["email.smtp.password"]
    assert comparison.live.host == "smtp.acme.example"
    assert "correct horse" not in repr(comparison)


@pytest.mark.parametrize("laravel", range(8, 14))
def test_written_is_planned_no_more(tmp_path: Path, env: Path, laravel: int) -> None:
    wanted = candidate(tmp_path)
    apply(env, wanted, laravel=laravel)
    assert reader_of(env, laravel).compare(wanted).operations == ()
    assert env.read_bytes().startswith(b"APP_KEY=base64:3q2+7w==\n")
    assert env.read_bytes().endswith(b"\n\nLAST=1")


def test_every_secret_arrives_in_the_application(tmp_path: Path, env: Path, php_laravel: PhpLaravel) -> None:
    cases = []
    for secret in NASTY:
        env.write_bytes(LIVE)
        apply(env, candidate(tmp_path, secret=secret))
        cases.append(Case(env.read_bytes(), ("MAIL_PASSWORD", "MAIL_USERNAME", "APP_KEY", "LAST")))
    for secret, loaded in zip(NASTY, php_laravel.load(cases), strict=True):
        assert not loaded.refused
        assert loaded.env["MAIL_PASSWORD"] == secret.encode()
        assert loaded.env["MAIL_USERNAME"] == b"apikey"
        assert loaded.env["APP_KEY"] == b"base64:3q2+7w=="
        assert loaded.env["LAST"] == b"1"


def test_keys_shared_with_storage(tmp_path: Path, env: Path) -> None:
    wanted = candidate(tmp_path, SES)
    assert reader_of(env).compare(wanted).shared_changes == ()
    env.write_bytes(LIVE + b"\nAWS_DEFAULT_REGION=us-east-1\nAWS_ACCESS_KEY_ID=AKIAOTHER\n")
    assert set(reader_of(env).compare(wanted).shared_changes) == {"AWS_ACCESS_KEY_ID", "AWS_DEFAULT_REGION"}
    apply(env, wanted)
    formerly = frozenset({"AWS_ACCESS_KEY_ID", "MAIL_MAILER"})
    back = reader_of(env).compare(candidate(tmp_path, SMTP), formerly_ours=formerly)
    assert not [op for op in back.operations if op.key.startswith("AWS_")]


def test_keys_of_other_drivers_go_only_when_they_were_ours(tmp_path: Path, env: Path) -> None:
    env.write_bytes(LIVE + b"\nMAILGUN_DOMAIN=mg.acme.example\n")
    wanted = candidate(tmp_path)
    assert "MAILGUN_DOMAIN" not in actions(reader_of(env).compare(wanted))
    gone = reader_of(env).compare(wanted, formerly_ours=frozenset({"MAILGUN_DOMAIN", "MAILGUN_SECRET"}))
    assert actions(gone)["MAILGUN_DOMAIN"] == ("remove", "mg.acme.example", None)
    assert "MAILGUN_SECRET" not in actions(gone)
    apply(env, wanted, formerly_ours=frozenset({"MAILGUN_DOMAIN"}))
    assert b"MAILGUN" not in env.read_bytes()


def test_what_overrides_or_repeats_our_keys_goes(tmp_path: Path, env: Path) -> None:
    env.write_bytes(LIVE + b"\nMAIL_URL=smtp://a:b@c\nMAIL_HOST=second\nexport MAIL_HOST=third\n")
    apply(env, candidate(tmp_path))
    lines = env.read_bytes().splitlines()
    assert [line for line in lines if b"MAIL_URL" in line] == []
    assert [line for line in lines if b"MAIL_HOST" in line] == [b"MAIL_HOST=smtp.sendgrid.net"]


@pytest.mark.parametrize(
    ("lines", "host"),
    [
        (b"MAIL_HOST=a.example", "a.example"),
        (b"MAIL_MAILER=smtp\nMAIL_HOST=a.example", "a.example"),
        (b"MAIL_MAILER=failover\nMAIL_HOST=a.example", "a.example"),
        (b"MAIL_MAILER=log\nMAIL_HOST=a.example", None),
        (b"MAIL_MAILER=smtp\nMAIL_HOST=null", None),
        (b"MAIL_MAILER=smtp", None),
        (b"MAIL_HOST=a.example\nMAIL_URL=smtps://u:p@b.example:465", "b.example"),
        (b"MAIL_HOST=a.example\nMAIL_URL=null", "a.example"),
        (b"MAIL_HOST=a.example\nMAIL_URL=http://[", "a.example"),
    ],
)
def test_the_live_server(env: Path, lines: bytes, host: str | None) -> None:
    env.write_bytes(lines + b"\n")
    assert reader_of(env).live().host == host


def test_a_variable_that_shadows_the_file_is_noted(tmp_path: Path, env: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIL_HOST", "elsewhere.example")
    comparison = reader_of(env).compare(candidate(tmp_path))
    assert any("MAIL_HOST" in note for note in comparison.notes)
    assert actions(comparison)["MAIL_HOST"][1] == "smtp.acme.example"


def test_secrets_of_now_are_known_so_that_they_can_be_masked(env: Path) -> None:
    env.write_bytes(LIVE + b"\nDB_PASSWORD='of the database'\nAPP_URL=https://acme.example\n")
    secrets = {secret.reference: secret.reveal() for secret in reader_of(env).live_secrets()}
    assert secrets == {
        "live APP_KEY": "base64:3q2+7w==",
        "live MAIL_PASSWORD": "old",
        "live DB_PASSWORD": "of the database",
    }


@pytest.mark.parametrize(
    "line",
    [
        "STRIPE_SECRET_LIVE=canary-value",
        "SENTRY_LARAVEL_DSN=canary-value",
        "GITHUB_PAT=canary-value",
        "SLACK_WEBHOOK_URL=canary-value",
        "LICENSE_PRIVATE=canary-value",
        "FTP_PASS=canary-value",
        "AMQP=amqp://canary-value@queue.acme.example",
    ],
)
def test_secrets_of_other_parts_are_known_too(env: Path, line: str) -> None:
    env.write_text(f"{line}\n", encoding="utf-8")
    (secret,) = reader_of(env).live_secrets()
    assert "canary-value" in secret.reveal()


@pytest.mark.parametrize(
    "line", ["COMPASS=north-by-northwest", "PATH_PATTERN=some-pattern", "URL=https://a.example/@b"]
)
def test_what_is_no_secret(env: Path, line: str) -> None:
    env.write_text(f"{line}\n", encoding="utf-8")
    assert reader_of(env).live_secrets() == ()


@pytest.mark.parametrize(
    ("lock", "problem"),
    [
        (None, ConfigurationError),
        ({"packages": []}, ConfigurationError),
        ({"packages": [{"name": "laravel/framework", "version": "v7.30.6"}]}, ConfigurationError),
    ],
)
def test_a_version_that_is_not_known(
    tmp_path: Path, env: Path, lock: object, problem: type[ConfigurationError]
) -> None:
    if lock is not None:
        (env.parent / "composer.lock").write_text(json.dumps(lock), encoding="utf-8")
    with pytest.raises(problem, match=r"composer\.lock|not known"):
        reader_of(env, "auto").compare(candidate(tmp_path))


@pytest.mark.parametrize(("version", "key"), [("v8.83.27", "MAIL_ENCRYPTION"), ("v11.0.3", "MAIL_SCHEME")])
def test_the_version_is_found_beside_the_file(tmp_path: Path, env: Path, version: str, key: str) -> None:
    lock = {"packages": [{"name": "laravel/framework", "version": version}]}
    (env.parent / "composer.lock").write_text(json.dumps(lock), encoding="utf-8")
    assert key in actions(reader_of(env, "auto").compare(candidate(tmp_path)))


def test_a_composer_lock_that_is_no_text(tmp_path: Path, env: Path) -> None:
    (env.parent / "composer.lock").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigurationError, match=r"composer\.lock"):
        reader_of(env, "auto").compare(candidate(tmp_path))


def test_a_file_that_changed_is_not_written(tmp_path: Path, env: Path) -> None:
    reader = reader_of(env)
    writer = writer_for(
        reader, WritePermit("digest", reader.live().base), candidate(tmp_path), formerly_ours=frozenset()
    )
    writer.stage()
    env.write_bytes(LIVE + b"\n")
    for act in (lambda: writer.write(FileFence()), writer.stage, writer.capture):
        with pytest.raises(Refused, match="changed after"):
            act()
    assert env.read_bytes() == LIVE + b"\n"


def test_what_the_file_holds(tmp_path: Path, env: Path) -> None:
    reader = reader_of(env)
    (env.parent / ".kmconfig" / "snapshots").mkdir(parents=True)
    writer = writer_for(
        reader, WritePermit("digest", reader.live().base), candidate(tmp_path), formerly_ours=frozenset()
    )
    snapshot = writer.capture()
    staged = writer.stage()
    assert writer.state(snapshot, (staged,)) == "before"
    writer.write(FileFence())
    assert writer.state(snapshot, (staged,)) == "after"
    assert writer.state(snapshot, ()) == "other"
    writer.restore(snapshot, FileFence())
    assert (writer.state(snapshot, (staged,)), env.read_bytes()) == ("before", LIVE)


def test_nothing_staged_is_nothing_to_write(tmp_path: Path, env: Path) -> None:
    reader = reader_of(env)
    writer = writer_for(
        reader, WritePermit("digest", reader.live().base), candidate(tmp_path), formerly_ours=frozenset()
    )
    with pytest.raises(ValueError, match="staged"):
        writer.write(FileFence())
