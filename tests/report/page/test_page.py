"""The page as markup: sound, closed in itself, accessible, and inert whatever it is told."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from kmconfig.report.page.document import MARKER, style
from kmconfig.report.page.tables import anchor_of
from tests.report.page.markup import Markup
from tests.report.page.sample import HOSTILE, clean, evidence, fleet, hostile, page_of, report_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ALLOWED = {
    *("html", "head", "meta", "title", "style", "body", "header", "main", "footer", "nav", "section", "article", "div"),
    *("h1", "h2", "h3", "p", "a", "span", "code", "time", "ul", "li", "dl", "dt", "dd", "details", "summary", "wbr"),
    *("table", "caption", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {
    *("lang", "charset", "http-equiv", "content", "name", "class", "id", "href", "tabindex", "role", "scope", "title"),
    *("aria-label", "aria-labelledby", "aria-hidden", "data-label", "datetime"),
}


def full(root: Path) -> str:
    return page_of(clean(root), evidence())


def bare(root: Path) -> str:
    return page_of(clean(root))


def attacked(root: Path) -> str:
    return page_of(hostile(root), evidence(text=HOSTILE))


def many(root: Path) -> str:
    return page_of(fleet(root, 30), evidence())


PAGES = (full, bare, attacked, many)


@pytest.fixture(params=PAGES, ids=lambda make: make.__name__)
def text(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    make: Callable[[Path], str] = request.param
    return make(tmp_path)


@pytest.fixture
def read(text: str) -> Markup:
    return Markup(text)


def test_nothing_but_known_elements_and_attributes(read: Markup) -> None:
    assert {tag for tag, _ in read.elements} <= ALLOWED
    assert {name for _, attributes in read.elements for name in attributes} <= ATTRIBUTES
    assert len(read.comments) == 1


def test_links_lead_to_places_of_the_page(read: Markup) -> None:
    ids = [attributes["id"] for _, attributes in read.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    named = [attributes["aria-labelledby"] for _, attributes in read.elements if "aria-labelledby" in attributes]
    links = [(attributes["href"] or "").removeprefix("#") for attributes in read.all("a")]
    assert len(links) > 5
    assert {*links, *named} <= set(ids)


def test_the_policy_allows_the_style_sheet_and_nothing_else(text: str, read: Markup) -> None:
    (policy,) = [meta["content"] for meta in read.all("meta") if "http-equiv" in meta]
    (sheet,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    digest = b64encode(sha256(sheet.encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert "url(" not in sheet
    assert "@import" not in sheet
    assert text.index("Content-Security-Policy") < text.index("<style>")


def test_it_says_whose_it_is_at_the_start(text: str) -> None:
    assert text.startswith(f'<!doctype html>\n{MARKER}\n<html lang="en">')


def test_landmarks_and_headings(read: Markup) -> None:
    assert [len(read.all(tag)) for tag in ("header", "main", "footer", "nav", "h1", "title")] == [1] * 6
    first = next(attributes for tag, attributes in read.elements if tag == "a")
    assert (first["class"], first["href"]) == ("skip", "#content")
    levels = [int(tag[1]) for tag, _ in read.elements if re.fullmatch(r"h\d", tag)]
    assert all(below <= above + 1 for above, below in pairwise(levels))


def test_every_table_can_be_read_aloud(read: Markup) -> None:
    tables = len(read.all("table"))
    assert tables > 2
    assert len(read.all("caption")) == tables
    headings = read.all("th")
    assert {(heading["scope"], heading["role"]) for heading in headings} == {
        ("col", "columnheader"),
        ("row", "rowheader"),
    }
    assert all(cell["data-label"] and cell["role"] == "cell" for cell in read.all("td"))
    folds = zip(read.elements, read.elements[1:], strict=False)
    assert all(after[0] == "summary" for (tag, _), after in folds if tag == "details")


def test_no_control_character_reaches_the_page(text: str) -> None:
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]", text)


def test_hostile_text_is_shown(tmp_path: Path) -> None:
    read = Markup(attacked(tmp_path))
    assert read.shown.count("<script>alert(1)</script>") > 15
    assert "\\x1b[31m\\u202e\\u2028" in read.shown


def test_the_same_report_makes_the_same_bytes(tmp_path: Path) -> None:
    assert full(tmp_path / "a") == full(tmp_path / "b")


def test_each_value_has_its_origin_and_what_it_overrides(tmp_path: Path) -> None:
    root = clean(tmp_path)
    path = root / "environments/staging.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("  smtp:\n", "  smtp:\n    host: other.example\n"))
    setting = next(view for view in report_of(root).environments if view.name == "staging").settings["email.smtp.host"]
    assert (setting.place, setting.overrides) == ("environments/staging.yaml:6:11", ("environments/base.yaml:8:11",))
    read = Markup(page_of(root))
    assert read.shown.count("overrides environments/base.yaml:8:11") == 2
    assert "≠ other.example" in read.shown


def test_what_was_seen_is_told(tmp_path: Path) -> None:
    shown = Markup(full(tmp_path)).shown
    assert "not given" not in shown.partition("What this page was made from")[2]
    for told in ("12 days of 90d", "wrong form", "vault:as it should be", "1 drifted", "1 pending", "rolled back"):
        assert told in shown
    assert "2026-03-31 14:30 UTC" in shown
    assert "names what is no environment here: as it should be" in shown


def test_a_single_environment_is_compared_with_nothing(tmp_path: Path) -> None:
    root = clean(tmp_path)
    for name in ("staging", "development"):
        (root / f"environments/{name}.yaml").unlink()
    read = Markup(page_of(root))
    assert "nothing to compare" in read.shown
    assert not any("differs" in (span.get("class") or "") for span in read.all("span"))


def test_many_environments_stand_by_value(tmp_path: Path) -> None:
    read = Markup(many(tmp_path))
    assert "32 environments: " in read.shown
    assert "… and 20 more" in read.shown
    assert "other environments" in read.shown


@pytest.mark.parametrize("names", [("a/b", "a_2f.b"), ("a.b", "a-b"), ("ä", "a"), ("a b", "a_b")])
def test_every_environment_has_an_anchor_of_its_own(names: tuple[str, str]) -> None:
    one, other = map(anchor_of, names)
    assert one != other
    assert re.fullmatch(r"[A-Za-z0-9_.-]+", one + other)


def colors() -> list[dict[str, str]]:
    """The colours of the page in light, in the dark, and of the print, which starts from light."""
    blocks = re.findall(r":root \{(.*?)\}", style(), re.DOTALL)
    light, dark, printed = (dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block)) for block in blocks)
    return [light, dark, {**light, **printed}]


def luminance(color: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    channels = [int(color[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("index", range(3), ids=("light", "dark", "print"))
def test_everything_can_be_read(index: int) -> None:
    found = colors()[index]
    tones = ("bad", "warning", "note", "good", "unknown")
    grounds = ("page", "card", "sunken")
    pairs = [(text, ground) for text in ("text", "faint", "accent", *tones) for ground in grounds]
    pairs += [(tone, f"{tone}-soft") for tone in tones] + [("text", "warning-soft")]
    low = {pair: contrast(found[pair[0]], found[pair[1]]) for pair in pairs}
    assert {pair: ratio for pair, ratio in low.items() if ratio < 4.5} == {}
