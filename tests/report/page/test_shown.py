"""The page in a real browser: nothing asked for, nothing complained about, nothing beyond the edge."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

import pytest

from tests.report.page.chromium import Browser, require_chromium
from tests.report.page.sample import HOSTILE, clean, evidence, fleet, hostile, page_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PHONE, DESK = (390, 844), (1280, 800)
BEYOND = """[...document.querySelectorAll('body *')]
  .filter(found => found.getBoundingClientRect().right > innerWidth + 1 && !found.closest('.scroll, thead'))
  .map(found => found.outerHTML.slice(0, 200))"""
UNFOLD = "document.querySelectorAll('details').forEach(found => { found.open = true })"
FOREIGN = "document.querySelectorAll('script, img, iframe, link, object, svg, form, [onerror], [style]').length"
WIDTH = "document.documentElement.scrollWidth"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    require_chromium()
    with Browser(tmp_path_factory.mktemp("browser")) as running:
        yield running


@pytest.fixture(scope="module", params=["full", "hostile", "fleet"])
def page(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("page")
    match request.param:
        case "full":
            text = page_of(clean(folder / "root"), evidence())
        case "hostile":
            text = page_of(hostile(folder / "root"), evidence(text=HOSTILE + "x" * 300))
        case _:
            text = page_of(fleet(folder / "root", 30), evidence())
    path = folder / "index.html"
    path.write_text(text, encoding="utf-8")
    return path


def colors(image: bytes) -> tuple[int, int, int]:
    """Width and height of a PNG of eight-bit RGB or RGBA, and how many different pieces its lines are made of."""
    assert image.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", image[16:24])
    position, data = 8, b""
    while position < len(image):
        (length,) = struct.unpack(">I", image[position : position + 4])
        if image[position + 4 : position + 8] == b"IDAT":
            data += image[position + 8 : position + 8 + length]
        position += length + 12
    lines = zlib.decompress(data)
    stride = len(lines) // height
    return width, height, len({lines[start : start + stride] for start in range(0, len(lines), stride)})


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_it_is_shown_without_a_word(browser: Browser, page: Path, size: tuple[int, int], dark: bool) -> None:
    browser.show(page, width=size[0], height=size[1], dark=dark)
    assert browser.complaints() == []
    assert browser.requests() == [page.as_uri()]
    assert browser.measure(FOREIGN) == 0
    width, height, lines = colors(browser.photograph())
    assert (width, height) == size
    assert lines > height / 4  # text, not an empty sheet
    ground = browser.measure("getComputedStyle(document.body).backgroundColor")
    assert ground == ("rgb(17, 21, 27)" if dark else "rgb(245, 246, 248)")


@pytest.mark.parametrize("size", [(320, 568), PHONE, (768, 1024), DESK], ids=str)
def test_the_page_never_scrolls_sideways(browser: Browser, page: Path, size: tuple[int, int]) -> None:
    browser.show(page, width=size[0], height=size[1])
    assert browser.measure(WIDTH) == size[0]
    browser.measure(UNFOLD)
    assert browser.measure(WIDTH) == size[0]
    assert browser.measure(BEYOND) == []


def test_tables_are_cards_on_a_phone(browser: Browser, page: Path) -> None:
    read = "getComputedStyle(document.querySelector('#sources td')).display"
    label = "getComputedStyle(document.querySelector('#sources td'), '::before').content"
    browser.show(page, width=PHONE[0], height=PHONE[1])
    assert (browser.measure(read), browser.measure(label)) == ("grid", '"Read from"')
    browser.show(page, width=DESK[0], height=DESK[1])
    assert (browser.measure(read), browser.measure(label)) == ("table-cell", "none")


def test_a_link_opens_the_fold_it_leads_into(browser: Browser, page: Path) -> None:
    browser.show(page, width=DESK[0], height=DESK[1])
    is_open = "document.querySelector('#env-production').closest('details').open"
    assert browser.measure(is_open) is False
    browser.measure("[...document.links].find(link => link.hash === '#env-production').click()")
    assert browser.measure(is_open) is True


def test_paper_shows_what_is_folded(browser: Browser, page: Path) -> None:
    visible = "document.querySelector('#env-production').closest('details').offsetHeight > 300"
    browser.show(page, width=794, height=1123)
    assert browser.measure(visible) is False
    browser.show(page, width=794, height=1123, media="print")
    assert browser.measure(visible) is True
    assert browser.measure(WIDTH) == 794
    assert browser.measure("getComputedStyle(document.querySelector('nav')).display") == "none"
