"""Makes pages fit for the site that are written for a checkout.

Links that lead out of docs/ stay within it: schemas come along, sources become plain text. What fences say to tests
behind their language is taken away.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs.structure.files import File

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

_ROOT = Path(__file__).parents[2]
_SCHEMAS = "schema"


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """Add every schema as a file of the site."""
    for path in sorted((_ROOT / _SCHEMAS).iterdir()):
        files.append(File.generated(config, f"{_SCHEMAS}/{path.name}", abs_src_path=str(path)))
    return files


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001
    """Let links to schemas stay within the site, take away those to files that are no part of it, and tidy fences."""
    up = "../" * page.file.src_uri.count("/")
    within = markdown.replace(f"](../{up}{_SCHEMAS}/", f"]({up}{_SCHEMAS}/")
    linked = re.sub(rf"\[([^\]]+)\]\((?:{re.escape(up)}\.\./|{re.escape(up)}example-plugin)[^)]*\)", r"\1", within)
    return re.sub(r"^( *```[a-z]+) .*$", r"\1", linked, flags=re.MULTILINE)
