"""What the generated pages say: complete, and true."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from docs.generate.documents import documents_page
from docs.generate.lists import exit_codes_page, guards_page, variables_page
from docs.generate.providers import BY_API, answers_for, provider_page, settings_lines
from docs.generate.settings import project_page
from docs.generate.troubleshooting import GROUPS, troubleshooting_page
from docs.generate.variables import VARIABLES
from kmconfig.cli.front_page import EXIT_CODES
from kmconfig.deploy.guards import GUARDS
from kmconfig.environment.schemas import SCHEMA_NAMES
from kmconfig.mail.diagnosis_table import ROWS
from kmconfig.providers.registry import PROVIDERS
from kmconfig.scaffold.environments import environment_files
from tests.cli.running import write
from tests.lint.clean import run_lint

if TYPE_CHECKING:
    from kmconfig.providers.record import Provider
    from kmconfig.scaffold.answers import Driver

_ROOT = Path(__file__).parents[2]
WAYS: list[tuple[Provider, Driver]] = [
    *((provider, "smtp") for provider in PROVIDERS),
    *((provider, BY_API[provider.slug]) for provider in PROVIDERS if provider.slug in BY_API),
]
#: Providers that cannot be without a finding in production: their logins are on their way out, or are a person's.
_FOUND = {"microsoft365": {"KM313"}, "outlook": {"KM313"}, "gmail": {"KM314"}}


@pytest.mark.parametrize(("provider", "driver"), WAYS, ids=lambda value: getattr(value, "slug", value))
def test_settings_of_a_provider_lint_clean(tmp_path: Path, provider: Provider, driver: Driver) -> None:
    answers = answers_for(provider, driver)
    page = "\n".join(provider_page(provider))
    shown = settings_lines(answers)
    assert "\n".join(shown) in page
    files = environment_files(answers)
    block = [line for line in shown if line.startswith("    ") and "email:" not in line]
    assert all(line in files["environments/production.yaml"] for line in block)
    write(tmp_path, files)
    found = {finding.rule.code for finding in run_lint(tmp_path).findings if finding.severity != "note"}
    assert found <= _FOUND.get(provider.slug, set())


def test_every_diagnosis_is_on_the_page_once() -> None:
    grouped = [row for _, _, rows in GROUPS for row in rows]
    assert sorted(row.key for row in grouped) == sorted(row.key for row in ROWS)
    page = "\n".join(troubleshooting_page())
    headings = re.findall(r"^### (.*)$", page, re.MULTILINE)
    assert sorted(headings) == sorted(row.key for row in ROWS)
    assert "{host}" not in page
    assert "{openssl}" not in page


def test_words_of_servers_are_readable() -> None:
    page = "\n".join(troubleshooting_page())
    assert "words `application-specific password required` or `5.7.9 … support.google`" in page
    assert not re.search(r"^Seen:.*\\[bsd.]", page, re.MULTILINE)


def test_documents_name_every_schema_and_deep_fields() -> None:
    page = "\n".join(documents_page())
    for name in SCHEMA_NAMES.keys() - {"environment", "project"}:
        assert f"## {name}\n" in page
    for field in ("findings[].fix.safe", "results[].operations[].version.before", "results[].spf.steps[].lookups"):
        assert f"| `{field}` |" in page


def test_lists_are_complete() -> None:
    codes = "\n".join(exit_codes_page())
    assert all(f"| {code} | " in codes for code in EXIT_CODES)
    guards = "\n".join(guards_page())
    assert all(f"| `{name}` | " in guards for name in GUARDS)
    project = "\n".join(project_page())
    assert all(f"| `{name}` | " in project for name in ("policy.hosts", "drift.ignore[].until", "promotion_max_age"))


def test_every_variable_of_ours_is_listed() -> None:
    """Those that users set; others are names that kmconfig gives to things of its own."""
    own = {"KMCONFIG_PENDING", "KMCONFIG_DEMO_PASSWORD"}
    sources = "".join(path.read_text(encoding="utf-8") for path in (_ROOT / "kmconfig").rglob("*.py"))
    named = set(re.findall(r"\"(KMCONFIG_[A-Z_]+)\"", sources)) - own
    assert named == {name for name in VARIABLES if name.startswith("KMCONFIG_")}
    assert all(f"`{name}`" in "\n".join(variables_page()) for name in VARIABLES)
