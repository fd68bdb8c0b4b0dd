"""Elements as values: what is text stays text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmconfig.report.escape import for_terminal
from kmconfig.report.page.elements import element, html
from tests.report.page.markup import Markup


def test_an_element_as_html() -> None:
    node = element("td", "a < b", element("wbr"), None, [element("code", "x")], data_label='"', hidden=None)
    assert html(node) == '<td data-label="&quot;">a &lt; b<wbr><code>x</code></td>\n'


def test_names_of_attributes() -> None:
    node = element("a", class_="x", aria_label="y", http_equiv="z", href="#here")
    assert html(node) == '<a class="x" aria-label="y" http-equiv="z" href="#here"></a>'


@pytest.mark.parametrize("target", ["https://acme.example", "javascript:alert(1)", "", "page.html", "//acme.example"])
def test_no_link_leads_out(target: str) -> None:
    with pytest.raises(ValueError, match="same page"):
        element("a", href=target)


@given(st.text(), st.text())
def test_any_text_is_shown_as_it_is(text: str, label: str) -> None:
    read = Markup(html(element("p", text, title=label)))
    assert read.shown == f"{for_terminal(text)}\n"
    assert read.elements == [("p", {"title": for_terminal(label)})]
    assert not any(ord(character) < 32 for character in html(element("code", text)))
