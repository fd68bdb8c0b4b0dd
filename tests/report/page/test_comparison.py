"""Which settings differ, and who stands out."""

from __future__ import annotations

import pytest

from kmconfig.report.page.comparison import compare
from kmconfig.report.page.model import EnvironmentView, Setting


def view(name: str, **values: str) -> EnvironmentView:
    settings = {
        key: Setting(name=key, value=value, secret=False, place=f"{name}.yaml:1:1") for key, value in values.items()
    }
    return EnvironmentView(name=name, tier="production", complete=True, settings=settings)


def test_what_is_the_same_differs_or_is_missing() -> None:
    rows = {row.name: row for row in compare([view("a", x="1", y="1", z="1"), view("b", x="1", y="2")])}
    assert {name: row.differs for name, row in rows.items()} == {"x": False, "y": True, "z": True}
    assert rows["x"].places == ("a.yaml:1:1", "b.yaml:1:1")
    assert rows["z"].settings[1] is None


@pytest.mark.parametrize(
    ("values", "usual"), [("112", "1"), ("12", None), ("1122", None), ("123", None), ("111", "1"), ("1222", "2")]
)
def test_the_usual_value_is_that_of_more_than_half(values: str, usual: str | None) -> None:
    (row,) = compare([view(f"e{index}", x=value) for index, value in enumerate(values)])
    assert [value for value in sorted(set(values)) if row.usual(value)] == ([usual] if usual else [])


def test_the_most_common_value_comes_first() -> None:
    (row,) = compare([view("a", x="1"), view("b", x="2"), view("c", x="2")])
    assert [(group.value, [found.name for found in group.environments]) for group in row.groups] == [
        ("2", ["b", "c"]),
        ("1", ["a"]),
    ]


def test_settings_keep_the_order_of_the_files() -> None:
    rows = compare([view("a", first="1", last="1"), view("b", zero="1", first="1", between="1", last="1")])
    assert [row.name for row in rows] == ["zero", "first", "between", "last"]
