"""The steps of the demo. Each runs a real command and checks that it did what the story says."""

from __future__ import annotations

import os
import secrets
import sys
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from kmconfig.cli.app import call
from kmconfig.cli.demonstration.files import PASSWORD_VARIABLE, USERNAME, DemoFiles
from kmconfig.cli.demonstration.server import DemoServer, serve
from kmconfig.cli.options import Globals, current, running
from kmconfig.errors import CheckFailed, KmconfigError
from kmconfig.report.escape import for_terminal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage


class Story:
    """Tells the demo in a folder of its own."""

    def __init__(self, root: Path, server: DemoServer) -> None:
        self._root = root
        self._server = server
        self._files = DemoFiles(root, port=server.port)
        self._style = current().style()
        self._chapter = 0

    def tell(self, *, typed_password: str) -> None:
        """All of it. Raises CheckFailed where a step did not do what it says."""
        self._say_hello()
        self._lint(typed_password)
        self._correct()
        self._plan_and_apply()
        self._show_mail()
        self._drift_and_heal()
        print()
        print(self._style("good", "Every command above really ran, and every message really arrived."))

    def _say_hello(self) -> None:
        print("A team keeps the email settings of its KeyManager installation as YAML in git.")
        print("This demo is such a team: two files, an application's .env, and a mail server on this machine")
        print(f"(127.0.0.1 port {self._server.port}, STARTTLS, a login). All of it lies in {self._root}.")

    def _lint(self, typed_password: str) -> None:
        self._head("A change is proposed. Lint reads it before anybody deploys it.")
        self._files.write(typed_password=typed_password)
        self._run("lint", expect=1)

    def _correct(self) -> None:
        self._head("The mistakes are corrected: the password becomes a reference, the key is spelt right.")
        self._files.correct()
        for line in (f"password: {{env: {PASSWORD_VARIABLE}}}", "recipients: [mail-test@acme.example]"):
            print(self._style("good", f"  + {line}"))
        self._run("lint", expect=0)

    def _plan_and_apply(self) -> None:
        self._head("What would it change in the application's .env?")
        self._run("plan", "development", expect=0)
        self._require("MAIL_MAILER=log" in self._env(), "planning left the .env alone")
        self._head("Apply: try the login first, write, read back, and send one real message.")
        self._run("apply", "development", "--yes", expect=0)
        self._require(f"MAIL_PORT={self._server.port}" in self._env(), "the .env holds the settings")
        self._require("QUEUE_CONNECTION=database" in self._env(), "everything else in the .env is as it was")

    def _show_mail(self) -> None:
        self._head("The mail server received:")
        self._require(len(self._server.received) == 1, "one test message arrived")
        self._print_mail(self._server.received[0])

    def _drift_and_heal(self) -> None:
        self._head("At night somebody edits the .env by hand (MAIL_PORT=25). Drift says who changed what:")
        self._files.drift()
        self._run("drift", "development", expect=2)
        self._head("Apply heals it, and proves it with another message:")
        self._run("apply", "development", "--yes", expect=0)
        self._require(len(self._server.received) == 2, "a second test message arrived")
        self._head("Once more: nothing to do, so nothing is written and nothing is sent.")
        self._run("apply", "development", "--yes", expect=0)
        self._require(len(self._server.received) == 2, "an apply without changes sends nothing")
        self._head("And who did all that? Each run left a receipt, bound to the one before it:")
        self._run("history", "development", "--verify", expect=0)

    def _head(self, text: str) -> None:
        self._chapter += 1
        print()
        print(self._style("bold", f"{self._chapter}. {text}"))

    def _run(self, *arguments: str, expect: int) -> None:
        print(f"{self._style('faint', '$')} {self._style('bold', ' '.join(('kmconfig', *arguments)))}")
        sys.stdout.flush()
        options = Globals(current().masker)
        options.folder, options.color = self._root, current().color
        try:
            with running(options):
                code = call(list(arguments))
        except KmconfigError as error:
            print(f"kmconfig: {for_terminal(error.message)}")
            code = error.exit_code
        print(self._style("faint", f"exit code {code}"))
        self._require(code == expect, f"`kmconfig {' '.join(arguments)}` ends with {expect}")

    def _env(self) -> str:
        return self._files.env.read_text(encoding="utf-8")

    def _print_mail(self, message: EmailMessage) -> None:
        bar = self._style("frame", "│")
        for name in ("From", "To", "Subject", "Message-ID"):
            print(f"  {bar} {name}: {for_terminal(str(message[name]))}")
        print(f"  {bar}")
        body = message.get_body()
        for line in str(body.get_content() if body is not None else "").splitlines():
            print(f"  {bar} {for_terminal(line)}".rstrip())

    @staticmethod
    def _require(fact: bool, claim: str) -> None:  # noqa: FBT001 - an assertion
        if not fact:
            raise CheckFailed(f"the demo did not do what it says: {claim}", help="please report this with the output")


def tell_story() -> None:
    """Run the demo in a temporary folder, with a mail server that stops with it."""
    password = secrets.token_urlsafe(18)
    with TemporaryDirectory(prefix="kmconfig-demo-") as folder:
        root = Path(folder)
        ca_file = root / "demo-ca.pem"
        variables = {PASSWORD_VARIABLE: password, "SSL_CERT_FILE": str(ca_file)}
        with serve(username=USERNAME, password=password, ca_file=ca_file) as server, _environment(variables):
            Story(root, server).tell(typed_password="hunter2-" + secrets.token_urlsafe(6))


@contextmanager
def _environment(variables: dict[str, str]) -> Iterator[None]:
    """Set variables of this process for the block."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
