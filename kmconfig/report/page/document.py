"""The whole page: one HTML file that needs nothing else, runs no script, and is the same for the same report."""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from kmconfig import __version__
from kmconfig.report.lint_text import plural
from kmconfig.report.page.comparing import comparing
from kmconfig.report.page.elements import element, html
from kmconfig.report.page.environments import environments
from kmconfig.report.page.findings import findings
from kmconfig.report.page.overview import overview
from kmconfig.report.page.tables import code, faint, section, table

if TYPE_CHECKING:
    from kmconfig.report.page.elements import Element, Node
    from kmconfig.report.page.model import Report, Source

#: Stands at the beginning of every page, so that it may be replaced by the next one.
MARKER = "<!-- kmconfig report: written by `kmconfig report`, replaced by its next run -->"

_PARTS = (
    ("overview", "Overview"),
    ("findings", "Findings"),
    ("settings", "Settings"),
    ("environments", "Environments"),
    ("sources", "Sources"),
)


def page(report: Report) -> str:
    """The text of the page."""
    return f'<!doctype html>\n{MARKER}\n<html lang="en">\n{_head(report)}{html(_body(report))}</html>\n'


@cache
def style() -> str:
    """The style sheet, which stands in the page itself."""
    return Path(__file__).with_name("style.css").read_text(encoding="utf-8")


def policy() -> str:
    """The Content-Security-Policy: the style sheet by its digest, and nothing else from anywhere."""
    digest = b64encode(sha256(style().encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def _head(report: Report) -> str:
    title = f"{report.application}: email settings" if report.application else "Email settings"
    names = [
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", name="referrer", content="no-referrer"),
        element("meta", name="robots", content="noindex"),
        element("meta", name="generator", content=f"kmconfig {__version__}"),
        element("title", title),
    ]
    meta = [element("meta", charset="utf-8"), element("meta", http_equiv="Content-Security-Policy", content=policy())]
    told = "".join(html(node) for node in (*meta, *names))
    # Not an element: the text of a style sheet is not escaped, and its digest is that of exactly this text.
    return f"<head>\n{told}<style>{style()}</style>\n</head>\n"


def _body(report: Report) -> Element:
    return element(
        "body",
        element("a", "Skip to the content", href="#content", class_="skip"),
        _header(report),
        element(
            "main",
            overview(report),
            findings(report),
            comparing(report.environments),
            environments(report.environments),
            _sources(report),
            id="content",
            tabindex="-1",
        ),
        _footer(),
    )


def _header(report: Report) -> Element:
    when = f"{report.made:%Y-%m-%d %H:%M} UTC"
    told: list[Node] = [
        f"{plural(len(report.environments), 'environment')} · made on ",
        element("time", when, datetime=f"{report.made:%Y-%m-%dT%H:%MZ}"),
    ]
    links = [element("li", element("a", title, href=f"#{anchor}")) for anchor, title in _PARTS]
    return element(
        "header",
        element("p", report.application or "kmconfig", class_="eyebrow"),
        element("h1", "Email settings"),
        element("p", told, class_="calm"),
        element("nav", element("ul", links), aria_label="Sections"),
    )


def _sources(report: Report) -> Element:
    headings = ["What", "Read from", "Made by"]
    files: list[Node | list[Node]] = ["Settings and findings", "the files of the repository", code("kmconfig lint")]
    listed = table("What this page was made from", headings, [files, *map(_source, report.sources)])
    note = "Everything but settings and findings is as old as the file that it was read from. No value of a secret is"
    return section("sources", "Sources", element("p", f"{note} on this page.", class_="calm"), listed)


def _source(source: Source) -> list[Node | list[Node]]:
    given: list[Node] = [code(source.given) if source.given is not None else faint("not given")]
    if source.foreign:
        given.append(faint(f" names what is no environment here: {', '.join(source.foreign)}"))
    return [source.title, given, code(source.command)]


def _footer() -> Element:
    return element("footer", element("p", f"kmconfig {__version__}. This page loads nothing and runs no script."))
