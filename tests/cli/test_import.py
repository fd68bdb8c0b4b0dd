"""`kmconfig import` from end to end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml

from tests.cli.running import write
from tests.cli.validity import assert_valid
from tests.importing.applications import SAMPLES, application
from tests.meta.canary.spellings import Canary

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.running import Call

LOGIN = SAMPLES["a server with a login"]
ASK = ("import", "app/.env", "--environment", "production")
FILE = "environments/production.yaml"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository without environments, with an application beside them."""
    root = tmp_path / "repository"
    application(root, LOGIN, laravel=10)
    (root / ".git").mkdir()
    monkeypatch.chdir(root)
    return root


def test_a_file_becomes_an_environment(folder: Path, kmconfig: Call) -> None:
    ran = kmconfig(*ASK)
    assert ran.code == 0, ran.err
    assert ran.err == ""
    text = (folder / FILE).read_text(encoding="utf-8")
    first, second = text.splitlines()[:2]
    assert first == "# yaml-language-server: $schema=../schema/kmconfig.v1.schema.json"
    assert second.startswith("# Imported from app/.env.")
    assert yaml.safe_load(text)["email"]["smtp"]["password"] == {"env": "PRODUCTION_SMTP_PASSWORD", "max_age": "90d"}
    assert "MAIL_HOST" in ran.out
    assert "IFS= read -rs PRODUCTION_SMTP_PASSWORD" in ran.out
    assert "plan against the same file will show no changes" in ran.out
    assert "kmconfig plan production" in ran.out
    assert kmconfig("lint", FILE).code == 0
    assert kmconfig("show", "production").code == 0


def test_the_file_that_is_read_stays_as_it_is(folder: Path, kmconfig: Call) -> None:
    before = (folder / "app/.env").stat()
    kmconfig(*ASK)
    after = (folder / "app/.env").stat()
    assert (after.st_mtime_ns, after.st_ino, after.st_size) == (before.st_mtime_ns, before.st_ino, before.st_size)


@pytest.mark.parametrize("existing", [FILE, "environments/production.yml"])
def test_an_environment_that_exists_is_refused(folder: Path, kmconfig: Call, existing: str) -> None:
    write(folder, {existing: "version: 1\n"})
    ran = kmconfig(*ASK)
    assert ran.code == 3
    assert "never overwritten" in ran.err
    assert (folder / existing).read_text() == "version: 1\n"


def test_a_dry_run_prints_the_yaml_alone(folder: Path, kmconfig: Call) -> None:
    ran = kmconfig(*ASK, "--dry-run")
    assert ran.code == 0
    assert yaml.safe_load(ran.out)["tier"] == "production"
    assert "would import app/.env" in ran.err
    assert not (folder / "environments").exists()
    assert kmconfig(*ASK, "--dry-run", "-q").err == ""


def test_a_dry_run_into_a_file(folder: Path, kmconfig: Call) -> None:
    ran = kmconfig(*ASK, "--dry-run", "--output", "draft.yaml")
    assert (ran.code, ran.out) == (0, "")
    assert yaml.safe_load((folder / "draft.yaml").read_text())["tier"] == "production"


@pytest.mark.parametrize("name", SAMPLES)
def test_json_is_valid(folder: Path, kmconfig: Call, name: str) -> None:
    (folder / "app/.env").write_text(SAMPLES[name], encoding="utf-8")
    ran = kmconfig(*ASK, "--format", "json")
    assert ran.code == 0, ran.err
    assert_valid(ran.document, "import")
    assert ran.document["written"] is True
    assert ran.document["text"] == (folder / FILE).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("import",), 64, "name the `.env`"),
        (("import", "app/.env"), 64, "--environment"),
        (("import", "nothing.env", "--environment", "production"), 65, "nothing.env"),
        (("import", "app", "--environment", "production"), 65, "name the `.env` in it: app/.env"),
        (("import", "/dev/null", "--environment", "production"), 65, "name the `.env` of the application"),
        (("import", "app/.env", "--environment", "-x"), 64, "begins with a letter"),
        (("import", "app/.env", "--environment", "production.yaml"), 64, "write --environment production\n"),
        (("import", "app/.env", "--environment", "x" * 300), 64, "at most 200 characters"),
        ((*ASK, "--secrets", "vault:a/../b"), 64, "`..`"),
        ((*ASK, "--secrets", "vault:-x"), 64, "take for an option"),
        ((*ASK, "--secrets", "x" * 5000), 64, "what `--secrets` says"),
        (("import", "app/artisan", "--environment", "production"), 65, "no key about mail"),
        (("import", "app/.env", "--environment", "../x"), 64, "name consists of"),
        (("import", "app/.env", "--environment", "eu"), 64, "--tier"),
        ((*ASK, "--secrets", "keyring"), 64, "keyring"),
        ((*ASK, "--secrets", "dotenv"), 64, "development"),
        ((*ASK, "--laravel", "7"), 64, "--laravel"),
        ((*ASK, "--from-target", "production"), 64, "takes the place of FILE"),
        (("import", "--from-target", "production", "--dry-run"), 65, "production"),
        ((*ASK, "--output", "no/such/folder/x"), 64, "no/such/folder"),
    ],
)
def test_calls_that_cannot_work(folder: Path, kmconfig: Call, arguments: tuple[str, ...], code: int, told: str) -> None:
    ran = kmconfig(*arguments)
    assert ran.code == code, ran.err
    assert told in ran.err
    assert len(ran.err) < 1000
    assert "YAML text" not in ran.err
    assert not (folder / "environments").exists()


def test_nothing_is_said_of_a_password_that_is_none(folder: Path, kmconfig: Call) -> None:
    (folder / "app/.env").write_text(LOGIN.replace("'open # sesame = $1'", "null"))
    assert kmconfig(*ASK).err == ""


def test_a_weak_password_is_told_once(folder: Path, kmconfig: Call) -> None:
    (folder / "app/.env").write_text(LOGIN.replace("'open # sesame = $1'", "short"))
    assert kmconfig(*ASK).err == "kmconfig: `env:PRODUCTION_SMTP_PASSWORD` is too short to be masked\n"


def test_a_secret_of_several_lines_is_said_to_be_one(folder: Path, kmconfig: Call) -> None:
    (folder / "app/.env").write_text(LOGIN.replace("'open # sesame = $1'", '"open\\nsesame-of-two-lines"'))
    ran = kmconfig(*ASK)
    assert "# MAIL_PASSWORD, line 5; of several lines: press Enter and Ctrl-D at the end" in ran.out
    assert "IFS= read -rsd" in ran.out
    assert "sesame" not in ran.out + ran.err


def test_the_target_of_a_file_without_an_application_is_said(folder: Path, kmconfig: Call) -> None:
    (folder / "app/artisan").unlink()
    (folder / "app/composer.lock").unlink()
    ran = kmconfig(*ASK)
    assert "target" not in yaml.safe_load((folder / FILE).read_text())
    before, _, behind = ran.out.partition("; if that is app/.env itself:\n")
    assert "say under `target`" in before
    block = behind.partition("  kmconfig lint")[0]
    (folder / FILE).write_text(
        (folder / FILE).read_text() + "".join(line[4:] for line in block.splitlines(keepends=True))
    )
    assert yaml.safe_load((folder / FILE).read_text())["target"]["laravel_env"]["path"] == "app/.env"
    assert "KM1" not in kmconfig("lint", FILE).out


def test_a_folder_that_cannot_be_written_leaves_nothing(folder: Path, kmconfig: Call) -> None:
    (folder / "environments").write_text("in the way")
    ran = kmconfig(*ASK)
    assert ran.code == 64
    assert (folder / "environments").read_text() == "in the way"
    assert sorted(path.name for path in folder.iterdir()) == [".git", "app", "environments"]


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("mode", [(), ("--dry-run",)])
def test_no_secret_is_shown_at_any_verbosity(folder: Path, kmconfig: Call, form: str, mode: tuple[str, ...]) -> None:
    canaries = {key: Canary(plain=True) for key in ("MAIL_PASSWORD", "MAIL_USERNAME", "MAILGUN_SECRET", "DB_PASSWORD")}
    url = Canary(plain=True)
    lines = "".join(f"{key}={canary.value}\n" for key, canary in canaries.items())
    text = f"{lines}MAIL_MAILER=smtp\nMAIL_URL=smtp://{url.halves[0]}:{url.value}@mail.acme.example\n"
    password = f"{canaries['MAIL_PASSWORD'].value}"
    (folder / "app/.env").write_text(f"{text}MAIL_FROM_NAME={password}\nMAIL_ODD={password}\n# {password}\n")
    (folder / "app/composer.lock").unlink()
    ran = kmconfig(*ASK, *mode, "--format", form, "-v", "-v", "-v", "--laravel", "12")
    assert ran.code == 0, ran.err
    written = (folder / FILE).read_text() if not mode else ""
    shown = ran.out + ran.err + written
    for key in ("MAIL_PASSWORD", "MAILGUN_SECRET", "DB_PASSWORD"):
        assert canaries[key].found_in(shown) == set(), key
    assert url.value not in shown
    assert url.halves[1] not in shown


HOSTILE = "\x1b[2J\u202e::error::##[x]`<script>"


@pytest.mark.parametrize("key", ["MAIL_MAILER", "MAIL_HOST", "MAIL_FROM_NAME", "MAIL_USERNAME", "MAIL_ENCRYPTION"])
def test_hostile_text_stays_text(folder: Path, kmconfig: Call, key: str) -> None:
    lines = dict(line.split("=", 1) for line in LOGIN.splitlines())
    lines[key] = f'"{HOSTILE}"'
    (folder / "app/.env").write_text("".join(f"{name}={value}\n" for name, value in lines.items()), encoding="utf-8")
    for form in ("text", "json"):
        ran = kmconfig(*ASK, "--dry-run", "--format", form)
        assert ran.code == 0, ran.err
        assert not {"\x1b", "\u202e"} & set(ran.out + ran.err)


@pytest.fixture
def live(folder: Path, kmconfig: Call) -> Path:
    """An environment whose target has been changed by hand since."""
    assert kmconfig(*ASK, "--secrets", "vault:km/smtp").code == 0
    changed = (folder / "app/.env").read_text().replace("smtp.sendgrid.net", "mail.acme.example")
    (folder / "app/.env").write_text(changed)
    return folder


def test_a_live_target_is_read(live: Path, kmconfig: Call) -> None:
    ran = kmconfig("import", "--from-target", "production", "--dry-run")
    assert ran.code == 0, ran.err
    data, before = yaml.safe_load(ran.out), yaml.safe_load((live / FILE).read_text())
    assert data["email"]["smtp"]["host"] == "mail.acme.example"
    before["email"]["smtp"]["host"] = "mail.acme.example"
    assert data == before
    assert "store the secrets" not in ran.err


def test_a_live_target_becomes_another_environment(live: Path, kmconfig: Call) -> None:
    ran = kmconfig("import", "--from-target", "production", "--environment", "rescued", "--secrets", "ssm:/km")
    assert ran.code == 0, ran.err
    data = yaml.safe_load((live / "environments/rescued.yaml").read_text())
    assert data["email"]["smtp"]["password"] == {"ssm": "/km/smtp/password", "max_age": "90d"}
    assert "target" not in data
    assert "say under `target`" in ran.out


def test_a_live_target_does_not_overwrite_its_environment(live: Path, kmconfig: Call) -> None:
    before = (live / FILE).read_text()
    assert kmconfig("import", "--from-target", "production").code == 64
    assert kmconfig("import", "--from-target", "production", "--environment", "production").code == 3
    assert (live / FILE).read_text() == before


def test_a_live_target_that_is_gone(live: Path, kmconfig: Call) -> None:
    (live / "app/.env").unlink()
    assert kmconfig("import", "--from-target", "production", "--dry-run").code == 5


def test_a_file_with_settings_is_read(root: Path, kmconfig: Call) -> None:
    write(
        root,
        {
            "out/production.json": '{"version": 1, "environment": "production", "settings": {"email": {'
            '"driver": "smtp", "smtp": {"host": "mail.acme.example", "port": 2525, "encryption": "tls",'
            ' "timeout": "30s", "username": "someone", "password": "open-sesame-now"},'
            ' "sender": {"email": "a@acme.example"}, "odd": {"key": 1}}}}'
        },
    )
    ran = kmconfig("import", "--from-target", "production", "--dry-run", "--format", "json")
    assert ran.code == 0, ran.err
    assert_valid(ran.document, "import")
    email = yaml.safe_load(ran.document["text"])["email"]
    assert email["smtp"] == {
        "host": "mail.acme.example",
        "port": 2525,
        "encryption": "tls",
        "username": "someone",
        "password": {"env": "KM_PRODUCTION_PASSWORD", "max_age": "90d"},
    }
    assert {item["key"] for item in ran.document["items"] if item["status"] == "left"} == {"email.odd.key"}
    assert "open-sesame" not in ran.out + ran.err


def test_bytes_that_are_not_utf8_are_what_the_application_makes_of_them(folder: Path, kmconfig: Call) -> None:
    (folder / "app/.env").write_bytes(
        b'MAIL_MAILER=smtp\nMAIL_FROM_NAME="Z\xfcrich"\nMAIL_FROM_ADDRESS=a@acme.example\n'
    )
    assert kmconfig(*ASK).code == 0
    assert yaml.safe_load((folder / FILE).read_text())["email"]["sender"]["name"] == "Z?rich"


def test_quiet_says_only_what_was_not_carried(folder: Path, kmconfig: Call) -> None:
    assert kmconfig(*ASK, "-q").out == ""
    (folder / FILE).unlink()
    (folder / "app/.env").write_text(f"{LOGIN}MAIL_ODD=1\n")
    ran = kmconfig(*ASK, "-q")
    assert "MAIL_ODD (line 9)" in ran.out
    assert "MAIL_HOST" not in ran.out
