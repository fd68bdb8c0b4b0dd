"""The state of secrets in words and exit codes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from kmconfig.secrets.inventory import take_inventory
from kmconfig.secrets.store import Description
from tests.lint.clean import write_environment
from tests.secrets.fake_store import Held, closed, fresh, gone
from tests.secrets.looking import KEY, NAME, NOW, Run

if TYPE_CHECKING:
    from pathlib import Path


pytestmark = pytest.mark.usefixtures("scopes")


def exit_code(root: Path, held: Held, *, values: bool = False, strict: bool = False, text: str = "") -> tuple[str, int]:
    run = Run(root, held, text=text)
    environment = run.project.environment("production")
    found = take_inventory(environment, run.stores, now=NOW, values=values, file=run.project.file)
    (entry,) = found.entries
    return entry.status, found.exit_code(strict=strict)


@pytest.mark.parametrize(
    ("days", "wanted"),
    [
        (0, ("ok", 0)),
        (75, ("ok", 0)),
        (76, ("due_soon", 0)),
        (90, ("due_soon", 0)),
        (91, ("overdue", 1)),
        (5000, ("overdue", 1)),
        (-0.5, ("ok", 0)),
        (-2, ("unknown", 0)),
    ],
)
def test_ages(tmp_path: Path, days: float, wanted: tuple[str, int]) -> None:
    assert exit_code(tmp_path, fresh(KEY, NOW - timedelta(days=days))) == wanted


@pytest.mark.parametrize(
    ("limit", "hours", "status"),
    [
        ("10d", 4 * 24, "ok"),
        ("10d", 5 * 24, "due_soon"),
        ("12h", 5, "ok"),
        ("12h", 6, "due_soon"),
        ("12h", 13, "overdue"),
        ("9999999d", 24, "ok"),
    ],
)
def test_short_limits_and_long_ones(tmp_path: Path, limit: str, hours: int, status: str) -> None:
    text = f"email: {{smtp: {{password: {{vault: {NAME}#password, max_age: {limit}}}}}}}\n"
    assert exit_code(tmp_path, fresh(KEY, NOW - timedelta(hours=hours)), text=text)[0] == status


@pytest.mark.parametrize(("strict", "code"), [(False, 0), (True, 1)])
def test_an_unknown_age_fails_only_when_told(tmp_path: Path, strict: bool, code: int) -> None:
    assert exit_code(tmp_path, fresh(KEY, None), strict=strict) == ("unknown", code)


@pytest.mark.parametrize(
    ("held", "values", "wanted"),
    [
        (gone("missing"), False, ("missing", 1)),
        (gone("denied"), False, ("denied", 5)),
        (gone("unreachable"), False, ("error", 5)),
        (gone("invalid"), False, ("error", 1)),
        (closed("denied", NOW), False, ("ok", 0)),
        (closed("denied", NOW), True, ("denied", 5)),
        (closed("unreachable", NOW), True, ("error", 5)),
        (closed("denied", NOW - timedelta(days=91)), True, ("overdue", 1)),
        (fresh("correct-horse", NOW), True, ("ok", 1)),
        (fresh("correct-horse", NOW), False, ("ok", 0)),
    ],
)
def test_exit_codes(tmp_path: Path, held: Held, values: bool, wanted: tuple[str, int]) -> None:
    assert exit_code(tmp_path, held, values=values) == wanted


@pytest.mark.parametrize(("strict", "code"), [(False, 0), (True, 1)])
def test_a_form_that_nobody_documents_fails_only_when_told(tmp_path: Path, strict: bool, code: int) -> None:
    text = "email: {smtp: {host: smtp.gmail.com}}\n"
    assert exit_code(tmp_path, fresh("x", NOW), text=text, values=True, strict=strict) == ("ok", code)


def test_what_is_wrong_comes_before_what_could_not_be_checked(tmp_path: Path) -> None:
    run = Run(tmp_path, gone("denied"), text="email: {smtp: {username: {env: KM_NOT_SET}}}\n")
    environment = run.project.environment("production")
    found = take_inventory(environment, run.stores, now=NOW, values=False, file=run.project.file)
    assert {entry.status for entry in found.entries} == {"missing", "denied"}
    assert found.exit_code(strict=False) == 1


def test_logins_are_those_of_the_environment(tmp_path: Path) -> None:
    run = Run(tmp_path, fresh(KEY, NOW))
    environment = run.project.environment("production")
    found = take_inventory(environment, run.stores, now=NOW, values=False, file=run.project.file)
    assert [(login.source, login.where) for login in found.logins] == [("vault", "https://vault.acme.example")]
    write_environment(tmp_path, "stores: {vault: {mount: other}}\n", name="elsewhere")
    other = run.project.environment("elsewhere")
    again = take_inventory(other, run.stores, now=NOW, values=False, file=run.project.file)
    assert len(again.logins) == 1
    assert len(run.stores.logins()) == 2


def test_a_description_keeps_what_the_store_adds(tmp_path: Path) -> None:
    run = Run(tmp_path, fresh(KEY, NOW))
    described = run.store.describe

    def adding(refs: object) -> object:
        return {
            ref: replace(answer, detail="pinned, 9 is newer") if isinstance(answer, Description) else answer
            for ref, answer in described(refs).items()  # type: ignore[arg-type]
        }

    run.store.describe = adding  # type: ignore[method-assign,assignment]
    assert run.state().detail == "pinned, 9 is newer"
