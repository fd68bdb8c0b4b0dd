"""`kmconfig lint --fix`, `--unsafe-fixes` and `--diff`: what becomes of the files, and what is said."""

from __future__ import annotations

import re
import shutil
import stat
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kmconfig.cli.run import run
from tests.cli.project import environment
from tests.cli.running import write
from tests.cli.validity import assert_valid

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.running import Call, Ran

STAGING = "environments/staging.yaml"
NEEDS_FIX = "application: {runtime: HOST}  # one machine\n"
FIXED = "application: {runtime: host}  # one machine\n"
NEEDS_UNSAFE = environment("staging").replace("timeout: 20s", "encryption: ssl  # as always")


@pytest.fixture
def staging(root: Path) -> Path:
    """An environment with one fault that has a safe fix."""
    write(root, {STAGING: environment("staging") + NEEDS_FIX})
    return root / STAGING


def contents(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_fix(kmconfig: Call, root: Path, staging: Path) -> None:
    before = contents(root)
    ran = kmconfig("lint", "--fix")
    assert (ran.code, ran.out, ran.err) == (0, "no findings in 4 files, 3 environments (1 fixed)\n", "")
    assert staging.read_text(encoding="utf-8") == environment("staging") + FIXED
    assert {path for path, data in contents(root).items() if data != before.get(path)} == {STAGING}
    assert kmconfig("lint", "--fix").out == "no findings in 4 files, 3 environments\n"


def test_what_is_left_is_reported(kmconfig: Call, root: Path, staging: Path) -> None:
    write(root, {"environments/production.yaml": environment("production") + "x: 1\n"})
    ran = kmconfig("lint", "--fix")
    assert ran.code == 1
    assert "error[KM104]" in ran.out
    assert "KM107" not in ran.out
    assert ran.out.endswith("1 error in 4 files, 3 environments (1 fixed)\n")


def test_json_is_as_always(lint: Callable[..., Ran], root: Path, staging: Path) -> None:
    fixed = lint("--fix").document
    assert_valid(fixed, "findings")
    assert fixed == lint().document


def test_unsafe_fixes(kmconfig: Call, root: Path) -> None:
    write(root, {STAGING: NEEDS_UNSAFE})
    assert kmconfig("lint", "--fix").code == 1
    assert (root / STAGING).read_text(encoding="utf-8") == NEEDS_UNSAFE
    assert kmconfig("lint", "--unsafe-fixes").code == 0
    assert (root / STAGING).read_text(encoding="utf-8") == NEEDS_UNSAFE.replace("ssl  #", "tls  #")


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("last", [b"", b"\n"])
def test_marks_line_ends_and_mode_stay(kmconfig: Call, staging: Path, mark: bytes, end: bytes, last: bytes) -> None:
    text = staging.read_bytes().rstrip(b"\n") + last
    staging.write_bytes(mark + text.replace(b"\n", end))
    staging.chmod(0o640)
    assert kmconfig("lint", "--fix").code == 0
    assert staging.read_bytes() == mark + text.replace(b"HOST", b"host").replace(b"\n", end)
    assert stat.S_IMODE(staging.stat().st_mode) == 0o640


def test_a_link_stays_and_its_file_is_fixed(kmconfig: Call, root: Path, staging: Path) -> None:
    real = root / "environments/common/real.yaml"
    real.parent.mkdir()
    real.write_text("version: 1\n" + NEEDS_FIX, encoding="utf-8")
    (root / "environments/link.yaml").symlink_to("common/real.yaml")
    write(root, {STAGING: environment("staging", base="[base.yaml, link.yaml]")})
    assert kmconfig("lint", "--fix").code == 0
    assert (root / "environments/link.yaml").is_symlink()
    assert real.read_text(encoding="utf-8") == "version: 1\n" + FIXED


def test_files_outside_the_root_are_not_written(kmconfig: Call, root: Path) -> None:
    outside = root.parent / "outside.yaml"
    outside.write_text("version: 1\n" + NEEDS_FIX, encoding="utf-8")
    ran = kmconfig("lint", "--fix", "../outside.yaml")
    assert ran.code == 1
    assert "../outside.yaml is not fixed: it lies outside the root" in ran.err
    assert outside.read_text(encoding="utf-8") == "version: 1\n" + NEEDS_FIX


def test_only_the_files_that_were_named_are_written(kmconfig: Call, root: Path, staging: Path) -> None:
    write(root, {"environments/base.yaml": (root / "environments/base.yaml").read_text(encoding="utf-8") + "#\n"})
    production = environment("production") + NEEDS_FIX
    write(root, {"environments/production.yaml": production})
    assert kmconfig("lint", "--fix", STAGING).code == 0
    assert staging.read_text(encoding="utf-8").endswith(FIXED)
    assert (root / "environments/production.yaml").read_text(encoding="utf-8") == production


def test_only_the_selected_rules_are_fixed(kmconfig: Call, staging: Path) -> None:
    before = staging.read_bytes()
    assert kmconfig("lint", "--fix", "--select", "KM2").code == 0
    assert staging.read_bytes() == before


@pytest.mark.parametrize("options", [(), ("--select", "KM107"), (STAGING,)])
def test_a_fix_may_not_raise_an_error_that_nobody_asked_for(
    kmconfig: Call, root: Path, options: tuple[str, ...]
) -> None:
    text = environment("staging").replace("timeout: 20s", "port: 465\n    encryption: TLS")
    write(root, {STAGING: text})
    ran = kmconfig("lint", "--fix", *options)
    assert ran.code == 1
    assert f"{STAGING}:8: KM107 is not fixed: it would raise KM201 in {STAGING}" in ran.err
    assert (root / STAGING).read_text(encoding="utf-8") == text


def test_a_file_that_cannot_be_written(kmconfig: Call, root: Path, staging: Path) -> None:
    # There is no room for the name of a temporary file beside it.
    other = f"environments/{'x' * 245}.yaml"
    text = environment("development", name="other") + NEEDS_FIX
    write(root, {other: text, "environments/production.yaml": environment("production") + NEEDS_FIX})
    ran = kmconfig("lint", "--fix", "--fail-on", "never")
    assert ran.code == 1
    assert f"cannot write `{other}`: file name too long" in ran.err
    assert "help: " in ran.err
    assert ran.out.endswith("(2 fixed)\n")
    assert "error[KM107]" in ran.out
    assert (root / other).read_text(encoding="utf-8") == text
    assert staging.read_text(encoding="utf-8").endswith(FIXED)
    assert (root / "environments/production.yaml").read_text(encoding="utf-8").endswith(FIXED)
    assert not list((root / "environments").glob(".*"))


def test_a_file_that_changed_meanwhile(kmconfig: Call, staging: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = Path.read_bytes

    def somebody_else_was_faster(path: Path) -> bytes:
        if path.name == "staging.yaml":
            path.write_text("version: 1\n", encoding="utf-8")
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", somebody_else_was_faster)
    ran = kmconfig("lint", "--fix")
    assert ran.code == 1
    assert "it was changed while it was linted" in ran.err
    assert staging.read_text(encoding="utf-8") == "version: 1\n"


def test_diff_writes_nothing(kmconfig: Call, root: Path, staging: Path) -> None:
    before = contents(root)
    ran = kmconfig("lint", "--diff")
    assert ran.code == 1
    assert ran.err == "1 finding would be fixed; 0 findings would be left\n"
    assert ran.out.splitlines() == [
        f"--- {STAGING}",
        f"+++ {STAGING}",
        "@@ -7,4 +7,4 @@",
        "     timeout: 20s",
        " target:",
        "   file: {path: out/staging.json}",
        f"-{NEEDS_FIX.rstrip()}",
        f"+{FIXED.rstrip()}",
    ]
    assert contents(root) == before
    assert kmconfig("lint", "--diff", "--fix").code == 1
    assert contents(root) == before


def test_diff_without_changes(kmconfig: Call, root: Path) -> None:
    write(root, {STAGING: environment("staging") + "x: 1\n"})
    ran = kmconfig("lint", "--diff")
    assert (ran.code, ran.out) == (0, "")
    assert ran.err == "no finding would be fixed; 1 finding would be left\n"


@pytest.mark.skipif(shutil.which("patch") is None, reason="needs patch: apt-get install patch")
@pytest.mark.parametrize("last", ["", "\n"])
def test_a_diff_can_be_applied(kmconfig: Call, root: Path, staging: Path, last: str) -> None:
    text = environment("staging").replace("version: 1\n", "version: 1\n\n#\ta\n\n")
    text = text.replace("timeout: 20s", "encryption: TLS") + "#\n" * 9 + NEEDS_FIX.rstrip() + last
    staging.write_text(text, encoding="utf-8")
    diff = kmconfig("lint", "--diff").out
    assert diff.count("@@ -") == 2
    copy = staging.with_suffix(".copy")
    copy.write_text(text, encoding="utf-8")
    subprocess.run(["patch", "-s", str(copy)], input=diff, text=True, check=True)
    assert kmconfig("lint", "--fix").code == 0
    assert copy.read_text(encoding="utf-8") == staging.read_text(encoding="utf-8")


def test_secrets_near_a_change_are_masked(kmconfig: Call, root: Path) -> None:
    text = environment("staging").replace("password: {env: KM_STAGING_PASSWORD, max_age: 90d}", "password: tiger7")
    write(root, {STAGING: text.replace("timeout: 20s", "encryption: TLS\n    # smtp://mailer:s3cret-pass@mail.test")})
    ran = kmconfig("lint", "--diff")
    assert "+    encryption: tls" in ran.out
    assert "     password: ••••••••" in ran.out
    for secret in ("tiger7", "s3cret"):
        assert secret not in ran.out + ran.err


def test_hostile_text_near_a_change(kmconfig: Call, root: Path, staging: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    staging.write_text(
        staging.read_text(encoding="utf-8") + "description: >\n ::error::forged\n ##[error]\n", encoding="utf-8"
    )
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    ran = kmconfig("lint", "--diff")
    assert "forged" in ran.out
    assert not re.search(r"^\s*::|##\[", ran.out, re.MULTILINE)


def test_a_diff_in_colour(kmconfig: Call, staging: Path) -> None:
    out = kmconfig("lint", "--diff", "--color", "always").out
    assert f"\x1b[32m+{FIXED.rstrip()}\x1b[0m" in out
    assert f"\x1b[31m-{NEEDS_FIX.rstrip()}\x1b[0m" in out


def test_a_diff_shares_stdout_with_nothing(kmconfig: Call, root: Path, staging: Path) -> None:
    ran = kmconfig("lint", "--diff", "--format", "json")
    assert (ran.code, ran.out) == (64, "")
    assert "--format json=FILE" in ran.err
    assert kmconfig("lint", "--diff", "--format", "json=report.json").code == 1
    assert '"KM107"' in (root / "report.json").read_text(encoding="utf-8")


def test_quiet(kmconfig: Call, staging: Path) -> None:
    assert kmconfig("lint", "--diff", "-q").err == ""
    ran = kmconfig("lint", "--fix", "-q")
    assert (ran.code, ran.out, ran.err) == (0, "", "")


def test_a_hundred_findings_do_not_hide_others(kmconfig: Call, staging: Path) -> None:
    text = "".join(f"# kmconfig: ignore[KM203] {number}\n" for number in range(150)) + environment("staging")
    staging.write_text(text, encoding="utf-8")
    assert kmconfig("lint", "--fix").out.endswith("(150 fixed)\n")
    assert staging.read_text(encoding="utf-8") == environment("staging")


def test_nothing_to_look_at(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["-C", str(tmp_path), "lint", "--fix"]) == 65
    assert "no file to check" in capsys.readouterr().err
