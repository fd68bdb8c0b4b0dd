"""No command shows or stores a secret: not in its output, in files, receipts, logs or the arguments of children."""

from __future__ import annotations

import io
import logging
import stat
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from kmconfig.cli.app import COMMANDS
from kmconfig.cli.lint_reports import WRITERS
from tests.cli.running import Call, Ran, caller, write
from tests.mail.certificates import Certificates
from tests.mail.servers import Server, Smtp
from tests.meta.canary import ECHOES, Canary, repeating

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.mail.servers import Answer

#: Command lines of every command; a new command needs its own here.
LINES: dict[str, tuple[tuple[str, ...], ...]] = {
    "lint": (("lint",), ("lint", "environments/development.yaml", "--no-suppressions")),
    "rules": (("rules",),),
    "explain": (("explain", "plaintext-secret"),),
    "show": (("show", "development"), ("show", "development", "--origins")),
    "schema": (("schema",), ("schema", "receipt")),
    "test": (("test", "development"), ("test", "development", "--no-send")),
    "plan": (("plan", "development"), ("plan", "development", "--detailed-exitcode")),
    "apply": (("apply", "development", "--yes"),),
    "demo": (("demo",),),
}
#: Commands that print the same whatever the secrets are.
WITHOUT_SECRETS = frozenset(("rules", "explain", "schema", "demo"))
#: Commands with one format only, and without a result.
WITHOUT_FORMAT = frozenset(("schema", "demo"))
WITHOUT_OUTPUT = frozenset(("demo",))
FORMS = ("text", "json")
SOURCES = ("env", "dotenv", "file")

VARIABLE = "KM_CANARY"
LOUD = ("-v", "-v", "-v")


@dataclass
class Scene:
    """A repository with an application, its mail server, and what must never be seen."""

    root: Path
    call: Call
    log: io.StringIO
    canary: Canary = field(default_factory=Canary)
    live: Canary = field(default_factory=Canary)
    inputs: set[Path] = field(default_factory=set)

    @property
    def env(self) -> Path:
        return self.root / "application" / ".env"

    def settings(self, port: int, *, source: str = "env", target: str | None = None, **more: str) -> None:
        """Write the environment `development`; ``more`` are further lines of its file."""
        reference = {"env": VARIABLE, "dotenv": "CANARY", "file": "canary.txt"}[source]
        wanted = target or f"laravel_env: {{path: {self.env}, laravel: 8{more.pop('commands', '')}}}"
        text = f"""\
version: 1
tier: development
email:
  smtp:
    host: localhost
    port: {port}
    username: apikey
    password: {{{source}: {reference}}}
    timeout: 5s
  sender: {{email: licensing@acme.test}}
  test: {{recipients: [mail-test@acme.test]}}
target:
  {wanted}
"""
        write(self.root, {"environments/development.yaml": text + more.pop("text", "")})

    def lines(self, command: str, form: str) -> Iterator[tuple[str, ...]]:
        """The command lines of a command in a format, to stdout and to a file."""
        for words in LINES[command]:
            line = (*words, *LOUD, "-C", str(self.root))
            if command not in WITHOUT_FORMAT:
                line = (*line, "--format", form)
            yield line
            if command not in WITHOUT_OUTPUT:
                yield (*line, "--output", str(self.root / f"output-{command}"))

    def assert_silent(self, *runs: Ran) -> None:
        """Nothing that anybody can read holds a canary; only the target and its private snapshots may."""
        for canary in (self.canary, self.live):
            for ran in runs:
                assert canary.found_in(ran.out) == set()
                assert canary.found_in(ran.err) == set()
                assert "Traceback" not in ran.out + ran.err
            assert canary.found_in(self.log.getvalue()) == set()
            for path in self.root.rglob("*"):
                assert canary.found_in(str(path)) == set()
                if path.is_file() and not self.may_hold(path):
                    found = canary.found_in(path.read_text(encoding="utf-8", errors="replace"))
                    assert found == set(), f"{path} holds {found}"

    def may_hold(self, path: Path) -> bool:
        if path.parent.name == "snapshots":
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
            return True
        return path == self.env or path in self.inputs


@pytest.fixture(scope="module")
def certificates() -> Certificates:
    return Certificates()


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that is logged at any level, in memory."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


@pytest.fixture
def scene(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    log: io.StringIO,
    certificates: Certificates,
) -> Scene:
    made = Scene(tmp_path / "repository", caller(capsys), log)
    monkeypatch.setenv(VARIABLE, made.canary.value)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates.write_authority(tmp_path / "ca.pem")))
    live = f"""\
MAIL_MAILER=smtp
MAIL_URL='smtp://apikey:{made.live.halves[0]}@mail.acme.test'
MAIL_USERNAME=somebody
MAIL_PASSWORD='{made.live.value}'
DB_PASSWORD='{made.live.value}'
"""
    write(made.root, {"application/.env": live, ".env": f"CANARY='{made.canary.value}'\n"})
    write(made.root, {"canary.txt": f"{made.canary.value}\n"})
    (made.root / "canary.txt").chmod(0o600)
    made.inputs |= {made.root / ".env", made.root / "canary.txt"}
    return made


@pytest.fixture
def server(certificates: Certificates, scene: Scene) -> Callable[..., Server]:
    def serve(**answers: Answer) -> Server:
        smtp = Smtp(starttls=certificates.good(), auth="PLAIN", password=scene.canary.value)
        smtp.answers = {name.replace("END", "."): answer for name, answer in answers.items()}
        return Server(smtp)

    return serve


SPEAKING = tuple(name for name in COMMANDS if name not in WITHOUT_SECRETS)


def test_every_command_has_a_scenario() -> None:
    assert LINES.keys() == COMMANDS.keys()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("command", SPEAKING)
def test_success(scene: Scene, server: Callable[..., Server], command: str, source: str, form: str) -> None:
    with server() as running:
        scene.settings(running.port, source=source)
        runs = [scene.call(*line) for line in scene.lines(command, form)]
    assert {ran.code for ran in runs} <= {0, 2}, runs[0].err
    scene.assert_silent(*runs)


@pytest.mark.parametrize("command", sorted(WITHOUT_SECRETS))
def test_commands_without_secrets(scene: Scene, command: str) -> None:
    scene.settings(1025)
    forms = FORMS[:1] if command in WITHOUT_FORMAT else FORMS
    runs = [scene.call(*line) for form in forms for line in scene.lines(command, form)]
    assert {ran.code for ran in runs} == {0}, runs[0].err
    scene.assert_silent(*runs)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("echo", ECHOES)
@pytest.mark.parametrize("command", ["test", "apply"])
def test_a_server_that_repeats_a_refused_login(
    scene: Scene, server: Callable[..., Server], command: str, echo: str, form: str
) -> None:
    with server(AUTH=repeating(echo)) as running:
        scene.settings(running.port)
        runs = [scene.call(*line) for line in scene.lines(command, form)]
    assert {ran.code for ran in runs} == {1}
    scene.assert_silent(*runs)


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA", "END"])
@pytest.mark.parametrize("command", ["test", "apply"])
def test_a_server_that_repeats_the_login_later(
    scene: Scene, server: Callable[..., Server], command: str, verb: str
) -> None:
    with server(**{verb: repeating("as heard", code="550", status="5.7.1")}) as running:
        scene.settings(running.port)
        runs = [scene.call(*line) for line in scene.lines(command, "json")]
    assert {ran.code for ran in runs} <= {0, 1, 6}
    scene.assert_silent(*runs)


@pytest.mark.parametrize("echo", ECHOES)
@pytest.mark.parametrize("form", FORMS)
def test_a_server_that_repeats_the_login_while_all_is_well(
    scene: Scene, server: Callable[..., Server], form: str, echo: str
) -> None:
    greeting = repeating(echo, code="235", status="2.7.0")
    with server(AUTH=greeting, END=repeating(echo, code="250", status="2.0.0")) as running:
        scene.settings(running.port)
        runs = [scene.call(*line) for command in ("test", "apply") for line in scene.lines(command, form)]
    assert {ran.code for ran in runs} == {0}
    scene.assert_silent(*runs)


#: Files that hold the canary where it must not stand; ``{secret}`` is its first half.
BROKEN = {
    "password": "email:\n  smtp:\n    password: {secret}\n",
    "quoted": 'email: {{smtp: {{host: a.test, password: "{secret}"}}}}\n',
    "next line": "email:\n  smtp:\n    password:\n      {secret}\n",
    "block": "email:\n  smtp:\n    password: |\n      {secret}\n      {secret}\n",
    "folded": "email:\n  smtp:\n    password: >-\n      {secret}\n\n      {secret}\n",
    "in a list": "email:\n  smtp:\n    password: [{secret}]\n",
    "list below": "email:\n  smtp:\n    password:\n      - {secret}\n",
    "in a mapping": "email:\n  smtp:\n    password: {{value: {secret}}}\n",
    "two sources": "email:\n  smtp:\n    password: {{env: A, literal: {secret}}}\n",
    "as a source": "email:\n  smtp:\n    password: {{{secret}: x}}\n",
    "set twice": "email:\n  smtp:\n    password: {secret}\n    password: {secret}\n",
    "tagged": "email:\n  smtp:\n    password: !!str {secret}\n",
    "anchored": "email:\n  smtp:\n    password: &x {secret}\n",
    "syntax behind": "email:\n  smtp:\n    password: {secret}: x\n",
    "open quote": 'email:\n  smtp:\n    password: "{secret}\n',
    "open bracket": "email:\n  smtp: {{password: {secret}\n",
    "control": "email:\n  smtp:\n    password: {secret}\x07\n",
    "api key": "email:\n  driver: mailgun\n  mailgun:\n    api_key: {secret}\n",
    "access key": "email:\n  driver: ses\n  ses:\n    secret_access_key: {secret}\n",
    "misspelt": "email:\n  smtp:\n    pasword: {secret}\n",
    "unknown secret": "email:\n  smtp:\n    client_secret: {secret}\n",
    "unknown token": "smtp_token: {secret}\n",
    "unknown key": "email:\n  smtp:\n    smtp_password: {{x: {secret}}}\n",
    "in a store": "stores:\n  vault:\n    auth: {{token: {secret}}}\n",
    "role secret": "stores:\n  vault:\n    auth: {{approle: {{role_id: x, secret_id: {secret}}}}}\n",
    "user pass": "stores:\n  vault:\n    auth: {{userpass: {{username: x, password: {secret}}}}}\n",
    "in a comment": "# old password: {secret}\n",
    "in a URL": "description: smtp://apikey:{secret}@mail.acme.test\n",
    "signing key": "target:\n  settings_api: {{url: 'https://a.test', api_key: {secret}}}\n",
    "imap": "email:\n  test:\n    confirm: {{imap: 'imaps://a.test', username: x, password: {secret}}}\n",
}


@pytest.mark.parametrize("place", BROKEN)
def test_a_secret_typed_into_a_file(scene: Scene, place: str) -> None:
    text = BROKEN[place].format(secret=scene.canary.halves[0])
    _lay_out_broken(scene, f"version: 1\ntier: development\n{text}")
    for command in SPEAKING:
        for form in WRITERS if command == "lint" else FORMS:
            runs = [scene.call(*line) for line in scene.lines(command, form)]
            assert 0 not in {ran.code for ran in runs} or place == "in a comment", command
            scene.assert_silent(*runs)


@pytest.mark.parametrize("place", ["password", "set twice", "syntax behind", "open quote", "unknown secret"])
def test_a_secret_typed_into_a_layer_with_odd_line_ends(scene: Scene, place: str) -> None:
    text = "version: 1\n" + BROKEN[place].format(secret=scene.canary.halves[0])
    _lay_out_broken(scene, "version: 1\nextends: base.yaml\ntier: development\n")
    write(scene.root, {"environments/base.yaml": text.replace("\n", "\r\n")})
    scene.inputs.add(scene.root / "environments/base.yaml")
    for command in SPEAKING:
        runs = [scene.call(*line) for line in scene.lines(command, "text")]
        scene.assert_silent(*runs)


@pytest.mark.parametrize(
    "text", ["policy:\n  password: {secret}\n", "smtp_password: {secret}\n", "api_key: [{secret}\n"]
)
def test_a_secret_typed_into_the_project_file(scene: Scene, text: str) -> None:
    scene.settings(1025)
    write(scene.root, {"kmconfig.yaml": "version: 1\n" + text.format(secret=scene.canary.halves[0])})
    scene.inputs.add(scene.root / "kmconfig.yaml")
    for command in SPEAKING:
        runs = [scene.call(*line) for form in FORMS for line in scene.lines(command, form)]
        assert runs[0].code in (1, 65)
        scene.assert_silent(*runs)


def _lay_out_broken(scene: Scene, text: str) -> None:
    write(scene.root, {"environments/development.yaml": text})
    scene.inputs.add(scene.root / "environments/development.yaml")


#: What the target's commands do, and how an apply then ends.
TALKATIVE = {
    "verify prints it": ("verify: [[cat, .env]]", {0}),
    "verify fails": ("verify: [[sh, -c, 'cat .env; exit 3']]", {6}),
    "verify fails encoded": ("verify: [[sh, -c, 'base64 -w0 .env; od -An -tx1 .env; exit 3']]", {6}),
    "reload fails": ("reload: [[sh, -c, 'cat .env >&2; exit 3']]", {6, 7}),
    "snapshot shown": ("verify: [[sh, -c, 'cat .kmconfig/snapshots/*; exit 3']]", {6}),
    "environment shown": ("verify: [[sh, -c, 'env; exit 3']]", {6}),
    "journal and lock kept": ("reload: [[sh, -c, 'cat .kmconfig/env.* > seen']]", {0}),
    "arguments kept": ("reload: [[sh, -c, 'cat /proc/*/cmdline > seen 2> nothing; env >> seen']]", {0}),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("does", TALKATIVE)
def test_commands_of_the_target_that_talk(scene: Scene, server: Callable[..., Server], does: str, form: str) -> None:
    commands, codes = TALKATIVE[does]
    with server() as running:
        scene.settings(running.port, commands=f", {commands}")
        (line, _) = scene.lines("apply", form)
        ran = scene.call(*line)
    assert ran.code in codes, ran.err
    assert "kept" not in does or (scene.env.parent / "seen").stat().st_size
    scene.assert_silent(ran)


def test_git_is_not_handed_the_secret(
    scene: Scene, server: Callable[..., Server], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fake = tmp_path / "bin" / "git"
    seen = scene.root / "seen-by-git"
    write(tmp_path, {"bin/git": f'#!/bin/sh\necho "$@" >> {seen}\n/usr/bin/env >> {seen}\nexit 1\n'})
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(fake.parent), prepend=":")
    with server() as running:
        scene.settings(running.port)
        ran = scene.call("apply", "development", "--yes", "-C", scene.root)
    assert ran.code == 0
    assert "rev-parse" in seen.read_text(encoding="utf-8")
    scene.assert_silent(ran)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("command", ["plan", "apply"])
@pytest.mark.parametrize(
    "live",
    [
        "MAIL_PASSWORD={live}\nMAIL_PASSWORD='{live}' x\n",
        'MAIL_PASSWORD="{live}\n',
        "{live}\n",
        "MAIL_USERNAME={live}\nMAIL_PASSWORD={live}\n",
        "MAIL_URL=smtp://x:{live}@y\n",
    ],
)
def test_a_target_that_holds_another_secret(
    scene: Scene, server: Callable[..., Server], command: str, form: str, live: str
) -> None:
    scene.env.write_text(live.format(live=scene.live.halves[0]), encoding="utf-8")
    with server() as running:
        scene.settings(running.port)
        (line, _) = list(scene.lines(command, form))[:2]
        scene.assert_silent(scene.call(*line))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("known", [True, False])
def test_a_file_target(scene: Scene, server: Callable[..., Server], form: str, known: bool) -> None:
    settings = scene.root / "settings.json"
    held = f'{{"settings": {{"email": {{"smtp": {{"password": "{scene.live.halves[0]}"}}}}}}}}'
    settings.write_text(held if known else held[:-1], encoding="utf-8")
    settings.chmod(0o600)
    scene.inputs.add(settings)
    with server() as running:
        scene.settings(running.port, target="file: {path: settings.json}")
        runs = [scene.call(*next(scene.lines(command, form))) for command in ("plan", "apply", "apply")]
    assert {ran.code for ran in runs} == ({0} if known else {5})
    assert stat.S_IMODE(settings.stat().st_mode) == 0o600
    scene.assert_silent(*runs)


#: Where a fault with the canary in its text breaks out, by command.
FAULTS = {
    "lint": ("kmconfig.lint.engine.lint",),
    "rules": ("kmconfig.cli.output.write_text",),
    "explain": ("kmconfig.cli.output.write_text",),
    "show": ("kmconfig.cli.output.write_text",),
    "schema": ("kmconfig.cli.schema.write_text",),
    "test": ("kmconfig.mail.smtp.SmtpTransport.probe", "kmconfig.mail.smtp.SmtpTransport.send"),
    "plan": ("kmconfig.deploy.prepare.make_plan",),
    "apply": ("kmconfig.mail.smtp.SmtpTransport.send",),
    "demo": ("kmconfig.cli.demonstration.story.Story.tell",),
}
EXCEPTIONS: tuple[type[Exception], ...] = (RuntimeError, ValueError, OSError, KeyError)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("kind", EXCEPTIONS)
def test_an_internal_error_that_holds_the_secret(
    scene: Scene,
    server: Callable[..., Server],
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    kind: type[Exception],
) -> None:
    def fail(*_: Any, **__: Any) -> Any:
        raise kind(f"failed with {scene.canary.value} at {scene.live.value}")

    for place in FAULTS[command]:
        monkeypatch.setattr(place, fail)
    with server() as running:
        scene.settings(running.port)
        ran = scene.call(*next(scene.lines(command, "text")))
    assert ran.code == (6 if command == "apply" else 70), ran.err
    scene.assert_silent(ran)


@pytest.mark.parametrize("source", ["env", "dotenv", "file"])
def test_a_secret_that_cannot_be_used(scene: Scene, monkeypatch: pytest.MonkeyPatch, source: str) -> None:
    half = scene.canary.halves[0]
    monkeypatch.setenv(VARIABLE, f"{half}\r\n{half}")
    (scene.root / ".env").write_text(f'CANARY="{half} $x\n', encoding="utf-8")
    (scene.root / "canary.txt").write_bytes(half.encode() + b"\xff\0\n")
    scene.settings(1025, source=source)
    runs = [scene.call(*line) for command in ("test", "apply") for line in scene.lines(command, "text")]
    assert {ran.code for ran in runs} <= {1, 5}
    scene.assert_silent(*runs)
