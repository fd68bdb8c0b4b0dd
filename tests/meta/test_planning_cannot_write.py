"""Planning cannot write: by what readers offer, by who makes permits, and by what is on disk afterwards."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import kmconfig
from kmconfig.targets.aws.reader import AwsReader
from kmconfig.targets.interface import Reader, Writer
from kmconfig.targets.kubernetes.reader import KubernetesReader
from kmconfig.targets.laravel_env.reader import LaravelEnvReader
from kmconfig.targets.settings_api.reader import SettingsApiReader
from kmconfig.targets.settings_file import SettingsFileReader
from kmconfig.targets.variables.reading import VariablesReader
from kmconfig.targets.vault.reader import VaultReader
from tests.cli.running import caller
from tests.deploy.site import PASSWORD, RECIPIENT, VARIABLE, everything, site_in
from tests.mail.servers import Server, Smtp

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.deploy.site import Site

PACKAGE = Path(kmconfig.__file__).parent

READERS = (LaravelEnvReader, SettingsFileReader, KubernetesReader, SettingsApiReader, AwsReader, VaultReader)

#: What can be done with a reader.
READING = {"live", "read", "compare", "live_secrets", "earlier_secrets"}

#: Where bytes of a secret leave for a server or a file, are held against what is there, or kept from leaving otherwise.
REVEALING = (
    "mail/confirm/sign_in.py",
    "mail/conversation.py",
    "mail/login.py",
    "mail/mailgun_api.py",
    "mail/ses_api.py",
    "secrets/",
    "targets/dotenv/writer.py",
    "targets/aws/holdings.py",
    "targets/aws/records.py",
    "targets/aws/writing.py",
    "targets/settings_api/endpoint.py",
    "targets/settings_api/exchange.py",
    "targets/settings_api/operations.py",
    "targets/settings_api/writer.py",
    "targets/settings_file.py",
    "targets/variables/digests.py",
    "targets/variables/texts.py",
)

#: Where files outside of targets are replaced.
REPLACING = {"deploy/receipts.py", "cli/output.py", "cli/lint_fixes.py"}


def public(kind: type) -> set[str]:
    """The names that a class offers."""
    return {name for name, _ in inspect.getmembers(kind) if not name.startswith("_")}


@pytest.mark.parametrize("reader", READERS)
def test_readers_offer_nothing_that_writes(reader: type) -> None:
    assert public(Reader) - {"kind", "identity"} <= public(reader)
    assert not public(Writer) & public(reader)
    assert {name for name in public(reader) if callable(getattr(reader, name))} == READING


def test_no_reader_is_left_out() -> None:
    found = {
        node.name
        for path in (PACKAGE / "targets").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
        and (
            "live_secrets" in {part.name for part in node.body if isinstance(part, ast.FunctionDef)}
            or any(ast.unparse(base).startswith(VariablesReader.__name__) for base in node.bases)
        )
    }
    assert found == {reader.__name__ for reader in (Reader, VariablesReader, *READERS)}


def calls(name: str) -> Iterator[str]:
    """The modules that call something of this name, relative to the package."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and name in (
                getattr(node.func, "id", None),
                getattr(node.func, "attr", None),
            ):
                yield path.relative_to(PACKAGE).as_posix()


def test_only_apply_makes_permits() -> None:
    assert set(calls("WritePermit")) == {"deploy/apply.py"}


def test_only_apply_and_the_registry_make_writers() -> None:
    assert set(calls("writer_for")) == {"deploy/apply.py"}
    assert set(calls("open_writer")) == {"targets/registry.py"}


def test_secrets_are_revealed_only_where_they_leave() -> None:
    revealing = set(calls("reveal"))
    assert {module for module in revealing if not module.startswith(REVEALING)} == set()
    assert {place for place in REVEALING if not any(module.startswith(place) for module in revealing)} == set()


def test_files_are_replaced_only_where_something_is_to_be_written() -> None:
    writing = {module for module in calls("replace_file") if not module.startswith("targets/")}
    assert writing == REPLACING


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with Server(Smtp(password=PASSWORD)) as server:
        yield site_in(tmp_path, server)


@pytest.mark.parametrize("target", ["laravel_env", "file"])
@pytest.mark.parametrize("tier", ["development", "production"])
def test_reading_commands_leave_every_byte_and_time(
    site: Site, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, target: str, tier: str
) -> None:
    monkeypatch.setenv(VARIABLE, PASSWORD)
    block = {"path": str(site.env), "laravel": 10}
    if target == "file":
        block = {"path": str(site.application / "settings.json")}
    site.configure(tier, tier=tier, encryption="none", target={target: block})
    kmconfig_ = caller(capsys)
    before = everything(site.root, site.application)
    planned = kmconfig_("plan", tier, "--detailed-exitcode", "-C", site.root)
    tested = kmconfig_("test", tier, "-C", site.root)
    drifted = kmconfig_("drift", tier, "-C", site.root)
    rendered = kmconfig_("render", tier, "-C", site.root)
    imported = kmconfig_("import", "--from-target", tier, "--dry-run", "-C", site.root)
    listed = kmconfig_("history", tier, "--verify", "-C", site.root)
    asked = [kmconfig_(*words, "-C", site.root) for words in (("apply", tier), ("rollback", tier))]
    assert (planned.code, tested.code, drifted.code) == (2, 0, 2), tested.err
    assert (rendered.code, imported.code, listed.code) == (0, 0, 0), imported.err
    assert {ran.code for ran in asked} <= {1, 3, 64}
    assert everything(site.root, site.application) == before
    assert any(RECIPIENT in line for line in site.server.heard)
