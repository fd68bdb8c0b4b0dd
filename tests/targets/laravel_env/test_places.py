"""Where a `.env` lies, as an environment says it."""

from __future__ import annotations

import os
from datetime import date
from typing import TYPE_CHECKING

import pytest

from kmconfig.environment.project import Project
from kmconfig.errors import ConfigurationError, CouldNotCheck, Refused
from kmconfig.lint.engine import lint
from kmconfig.secrets.masker import Masker
from kmconfig.secrets.stores import Stores
from kmconfig.targets.access import Access
from kmconfig.targets.registry import elsewhere, keeper_for, reader_for
from tests.cli.running import write

if TYPE_CHECKING:
    from pathlib import Path

    from kmconfig.targets.interface import Reader


def opened(root: Path, target: str, *, hosts: tuple[str, ...] | None = None) -> Reader:
    write(root, {"environments/a.yaml": f"version: 1\ntier: staging\ntarget: {{laravel_env: {target}}}\n"})
    stores = Stores(root=root, environ=os.environ, masker=Masker())
    access = Access(root=root, state=root / "state", stores=stores, allowed_hosts=hosts)
    return reader_for(Project(root).environment("a"), access)


@pytest.mark.parametrize(
    ("target", "identity", "where"),
    [
        ("{path: app/.env}", "laravel_env:app/.env", None),
        (
            "{path: /srv/app/.env, ssh: deploy@Web1.acme.example}",
            "laravel_env:web1.acme.example:/srv/app/.env",
            "web1.acme.example:/srv/app/.kmconfig",
        ),
        (
            "{path: .env, ssh: 'web1.acme.example:2222'}",
            "laravel_env:web1.acme.example:2222:.env",
            "web1.acme.example:2222:.kmconfig",
        ),
    ],
)
def test_what_it_is_called(tmp_path: Path, target: str, identity: str, where: str | None) -> None:
    """Opening it asks nothing: these machines do not exist."""
    reader = opened(tmp_path, target)
    assert reader.identity == identity
    assert (elsewhere(reader) is None) == (where is None)
    if where is not None:
        assert keeper_for(reader).where == where
        assert "deploy" not in reader.identity


def test_a_path_that_a_shell_would_read_otherwise(tmp_path: Path) -> None:
    with pytest.raises(CouldNotCheck, match=r"there is no `~/app/\.env`") as caught:
        opened(tmp_path, "{path: ~/app/.env}").live()
    assert "`~` stands for no folder" in str(caught.value.help)


def test_policy_allows_machines_by_name(tmp_path: Path) -> None:
    target = "{path: .env, ssh: 'deploy@web1.acme.example:2222'}"
    assert opened(tmp_path, target, hosts=("WEB1.acme.example",)).kind == "laravel_env"
    with pytest.raises(Refused, match=r"a login at `web1\.acme\.example`"):
        opened(tmp_path, target, hosts=("smtp.acme.example",))


@pytest.mark.parametrize("text", ["-oProxyCommand=id", "deploy@-x", "a b", "web1:0x16", "web1;id", "a@b@c", ""])
def test_what_is_no_machine_is_a_finding(tmp_path: Path, text: str) -> None:
    target = f"{{path: .env, ssh: {text!r}}}"
    write(tmp_path, {"environments/a.yaml": f"version: 1\ntier: staging\ntarget: {{laravel_env: {target}}}\n"})
    project = Project(tmp_path)
    project.load()
    outcome = lint(project, today=date(2026, 1, 1))
    assert "KM107" in {located.rule.code for located in outcome.findings}
    with pytest.raises(ConfigurationError):
        opened(tmp_path, target)
