"""The static site: built without a warning, and complete in itself."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.servers.requirements import unavailable

_ROOT = Path(__file__).parents[2]
_CONFIG = _ROOT / "docs/site/mkdocs.yml"
#: Where a browser fetches something by itself.
_FETCHED = {"script": "src", "link": "href", "img": "src", "iframe": "src", "source": "src", "video": "src"}
_IN_CSS = re.compile(r"(?:@import\s+|url\()\s*['\"]?(?:https?:)?//", re.IGNORECASE)


class _Page(HTMLParser):
    """Collects what a page fetches and what it draws with scripts from elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.classes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.classes |= set((values.get("class") or "").split())
        address = values.get(_FETCHED.get(tag, ""))
        if address is not None and (tag, values.get("rel")) not in (("link", "canonical"), ("link", "alternate")):
            self.fetched.append(address)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built."""
    if find_spec("mkdocs") is None or find_spec("material") is None:
        unavailable("the documentation site needs mkdocs-material: `pip install '.[docs]'`")
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--config-file", _CONFIG, "--site-dir", folder],
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1", "NO_COLOR": "1"},
    )
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr
    return folder


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[str, _Page]:
    """Every page by its path."""
    found = {}
    for file in site.rglob("*.html"):
        page = found[file.relative_to(site).as_posix()] = _Page()
        page.feed(file.read_text(encoding="utf-8"))
    return found


def test_every_page_of_the_docs_is_there(site: Path, pages: dict[str, _Page]) -> None:
    written = {
        path.relative_to(_ROOT / "docs").with_suffix(".html").as_posix() for path in (_ROOT / "docs").rglob("*.md")
    }
    assert written <= pages.keys()
    assert not list(site.rglob("*.py"))


def test_nothing_is_fetched_from_anywhere_else(site: Path, pages: dict[str, _Page]) -> None:
    foreign = {address for page in pages.values() for address in page.fetched if re.match(r"(?:https?:)?//", address)}
    assert foreign == set()
    assert [path for path in site.rglob("*.css") if _IN_CSS.search(path.read_text(encoding="utf-8"))] == []


def test_nothing_makes_the_theme_fetch_a_library(pages: dict[str, _Page]) -> None:
    """Diagrams and formulas would be drawn by scripts that the theme gets from a CDN."""
    assert not {"mermaid", "arithmatex"} & {name for page in pages.values() for name in page.classes}


def test_what_is_fetched_is_there(site: Path, pages: dict[str, _Page]) -> None:
    for path, page in pages.items():
        for address in page.fetched:
            target = (site / path).parent / address.split("?")[0].split("#")[0]
            assert path == "404.html" or target.exists(), f"{path}: {address}"


def test_every_fence_is_understood(site: Path) -> None:
    assert [path for path in site.rglob("*.html") if "```" in path.read_text(encoding="utf-8")] == []


def test_schemas_come_along(site: Path) -> None:
    for schema in (_ROOT / "schema").iterdir():
        assert (site / "schema" / schema.name).read_bytes() == schema.read_bytes()
