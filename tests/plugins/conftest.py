"""Fixtures of the tests of packages with providers, stores and targets: a site that uses the documented example."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.running import Call, caller, write
from tests.deploy.conftest import authority_file, certificates, server
from tests.deploy.site import PASSWORD, Site, site_in
from tests.lint.plugin_packages import ALLOWED, install_example, seen_only_here

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.mail.servers import Server

__all__ = ["authority_file", "certificates", "server"]


#: A project file that lets the example in, but for its rule: the server of the tests is no relay of Acme.
WITHOUT_RULE = f"{ALLOWED}lint: {{rules: {{internal-relay-only: off}}}}\n"

#: The password in the example's store.
SECRET: Any = {"acme_folder": "smtp/staging#password", "max_age": "90d"}


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of installed packages that this process sees too, and in which there are none yet."""
    folder = tmp_path / "packages"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join((str(folder), os.environ.get("PYTHONPATH", ""))))
    with seen_only_here(folder):
        yield folder


@pytest.fixture
def example(packages: Path) -> Path:
    """The same with the documented example."""
    install_example(packages)
    return packages


@pytest.fixture
def kmconfig(capsys: pytest.CaptureFixture[str], root: Path) -> Call:
    """Runs a command line in the repository."""
    call = caller(capsys)
    return lambda *arguments: call(*(() if "-C" in arguments else ("-C", root)), *arguments)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """An empty repository that allows plugins."""
    return write(tmp_path / "repository", {"kmconfig.yaml": ALLOWED})


@pytest.fixture
def site(example: Path, tmp_path: Path, server: Server, authority_file: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    """A site whose password lies in the example's store and whose settings go to the example's target."""
    monkeypatch.setenv("SSL_CERT_FILE", str(authority_file))
    site = site_in(tmp_path, server)
    write(site.root, {"kmconfig.yaml": WITHOUT_RULE, "secrets/smtp/staging": f"user=apikey\npassword={PASSWORD}\n"})
    use_example(site)
    return site


def use_example(site: Site, **changes: Any) -> None:
    """Write the environment `staging` with the words of the example; ``changes`` are SMTP settings."""
    site.configure(
        stores={"acme_folder": {"path": "secrets"}},
        target={"acme_toml": {"path": str(site.application / "mail.toml")}},
        **{"password": SECRET, **changes},
    )
