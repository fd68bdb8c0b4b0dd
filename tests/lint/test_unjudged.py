"""Where a rule could not look, nobody knows whether its suppression is of use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.project import BASE, environment, lay_out
from tests.cli.running import Call, caller, write
from tests.lint.fleet.comparing import as_fleet, in_memory, visible

if TYPE_CHECKING:
    from pathlib import Path

_COMMENT = "# kmconfig: ignore[KM203] internal relay"
_SUPPRESSING = environment("production").replace("    timeout: 20s", f"    timeout: 20s  {_COMMENT}")
_STAGING = environment("staging").replace("    timeout: 20s", f"    timeout: 20s  {_COMMENT}")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository whose production suppresses what is not there."""
    return write(lay_out(tmp_path), {"environments/production.yaml": _SUPPRESSING})


@pytest.fixture
def kmconfig(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, root: Path) -> Call:
    """Runs kmconfig in the repository."""
    monkeypatch.chdir(root)
    return caller(capsys)


def _unused(root: Path) -> list[str]:
    outcome = in_memory(root)
    assert visible(as_fleet(root)) == visible(outcome)
    return [found.place.span.path for found in outcome.findings if found.rule.code == "KM001"]


def test_in_a_sound_repository_it_is_unused(root: Path) -> None:
    assert _unused(root) == ["environments/production.yaml"]


@pytest.mark.parametrize(
    "files",
    [
        {"environments/base.yaml": f"{BASE}  reply_to: [\n"},
        {"environments/production.yaml": _SUPPRESSING.replace("base.yaml", "gone.yaml")},
        {"environments/production.yaml": _SUPPRESSING.replace("base.yaml", "[1]")},
        {"environments/production.yaml": _SUPPRESSING.replace("20s", "soon")},
        {"environments/production.yaml": f"{_SUPPRESSING}emial: {{}}\n"},
        {"environments/base.yaml": BASE.replace("host: smtp.sendgrid.net", "host: 1")},
        {"kmconfig.yaml": "version: [\n"},
    ],
)
def test_not_where_something_cannot_be_read_or_is_refused(root: Path, files: dict[str, str]) -> None:
    write(root, files)
    assert _unused(root) == []


def test_a_fault_elsewhere_does_not_matter(root: Path) -> None:
    write(root, {"environments/staging.yaml": _STAGING.replace("20s", "soon")})
    assert _unused(root) == ["environments/production.yaml"]


def test_nor_in_files_that_an_unreadable_file_may_extend(root: Path) -> None:
    base = BASE.replace("username: apikey", f"username: apikey  {_COMMENT}")
    write(root, {"environments/base.yaml": base})
    assert _unused(root) == ["environments/base.yaml", "environments/production.yaml"]
    write(root, {"environments/development.yaml": "version: 1\ntier: [\n"})
    assert _unused(root) == []


def test_nor_for_a_comparison_with_an_environment_that_is_not_known(root: Path) -> None:
    text = environment("production").replace("90d}", "90d}  # kmconfig: ignore[KM308] one login for both")
    write(root, {"environments/production.yaml": text})
    assert _unused(root) == ["environments/production.yaml"]
    write(root, {"environments/staging.yaml": environment("staging").replace("{env: ", "{evn: ")})
    assert _unused(root) == []


def test_a_rule_that_cannot_be_suppressed_is_named_all_the_same(root: Path) -> None:
    text = environment("production").replace("timeout: 20s", "timeout: soon  # kmconfig: ignore[KM107] later")
    write(root, {"environments/production.yaml": text})
    assert _unused(root) == ["environments/production.yaml"]


def test_a_suppression_is_not_removed_before_its_rule_could_look(kmconfig: Call, root: Path) -> None:
    comment = "# kmconfig: ignore[KM215] config/mail.php sets require_tls"
    text = environment("production").replace("    timeout: 20s", f"    encryption: TLS  {comment}")
    target = "  laravel_env: {path: /var/www/.env, laravel: 12, reload: [[php, artisan, 'queue:restart']]}\n"
    file = root / "environments/production.yaml"
    write(root, {"environments/production.yaml": text.partition("  file:")[0] + target})
    kmconfig("lint", "--fix")
    fixed = file.read_text(encoding="utf-8")
    assert "encryption: tls" in fixed
    assert comment in fixed
