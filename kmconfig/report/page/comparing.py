"""The environments side by side; of many environments, the values and who has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.report.lint_text import plural
from kmconfig.report.page.comparison import compare
from kmconfig.report.page.elements import element
from kmconfig.report.page.tables import code, faint, fold, link_to, section, setting_name, table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kmconfig.report.page.comparison import Group, Row
    from kmconfig.report.page.elements import Element, Node
    from kmconfig.report.page.model import EnvironmentView, Setting

#: Up to so many environments stand beside each other in columns.
SIDE_BY_SIDE = 8
#: Of more values or environments only the first are shown; every environment has a section with its own.
_MOST_VALUES = 20
_MOST_NAMES = 12
_MOST_PLACES = 3


def comparing(environments: Sequence[EnvironmentView]) -> Element:
    """The section that compares all settings of all environments."""
    rows = compare(environments)
    differing = [row for row in rows if row.differs]
    same = [row for row in rows if not row.differs]
    return section(
        "settings",
        "Settings side by side",
        element("p", _told(len(differing), len(same), len(environments)), class_="calm"),
        _differing(differing, environments),
        _same(same) if same and len(environments) > 1 else None,
    )


def value_of(setting: Setting) -> list[Node]:
    """A value; a reference says that it is one."""
    kind = element("span", "reference", class_="chip") if setting.secret else ""
    return [code(setting.value), " ", kind] if kind else [code(setting.value)]


def _told(differing: int, same: int, environments: int) -> str:
    if environments == 1:
        return f"There is one environment, and nothing to compare its {plural(same, 'setting')} with."
    if not differing:
        return f"All {plural(same, 'setting')} are the same in all {environments:,} environments."
    verb = "differs" if differing == 1 else "differ"
    return f"{plural(differing, 'setting')} {verb} between environments; {same:,} are the same in all {environments:,}."


def _differing(rows: Sequence[Row], environments: Sequence[EnvironmentView]) -> Element | list[Element]:
    if not rows:
        return []
    if len(environments) > SIDE_BY_SIDE:
        return [_by_value(row) for row in rows]
    headings = ["Setting", *(view.name for view in environments)]
    return element("div", table("Settings that differ", headings, map(_side_by_side, rows)), class_="compare")


def _side_by_side(row: Row) -> list[Node | list[Node]]:
    head = [*setting_name(row.name), element("span", f"≠ {len(row.groups)} values", class_="chip differs")]
    return [head, *(_cell(row, setting) for setting in row.settings)]


def _cell(row: Row, setting: Setting | None) -> Node:
    """One environment's value; where most agree, those that do not are marked."""
    usual = row.usual(setting.value if setting is not None else None)
    crowd = any(group.usual for group in row.groups)
    own = element("span", "≠ ", class_="mark", title="differs from most") if crowd and not usual else None
    told = [faint("not set")] if setting is None else [*value_of(setting), *origin_of(setting)]
    return element("div", own, told, class_="value own" if own is not None else "value")


def origin_of(setting: Setting) -> Iterator[Element]:
    """Where a value was set, and what it overrides."""
    yield element("span", setting.place or "default", class_="origin")
    if setting.overrides:
        yield element("span", f"overrides {', '.join(setting.overrides)}", class_="origin")


def _by_value(row: Row) -> Element:
    title = [*setting_name(row.name), " ", element("span", f"≠ {len(row.groups):,} values", class_="chip differs")]
    shown = [[_group_value(group), _names(group)] for group in row.groups[:_MOST_VALUES]]
    hidden = len(row.groups) - _MOST_VALUES
    rest = f"… and {plural(hidden, 'more value')}; the section of each environment shows its own."
    listed = table(f"Values of {row.name}", ["Value", "Environments"], shown)
    return fold(title, listed, element("p", faint(rest)) if hidden > 0 else None)


def _group_value(group: Group) -> Node:
    return faint("not set") if group.value is None else code(group.value)


def _names(group: Group) -> list[Node]:
    count = len(group.environments)
    told: list[Node] = [f"{plural(count, 'environment')}: "] if count > 1 else []
    for index, view in enumerate(group.environments[:_MOST_NAMES]):
        told += [", "] if index else []
        told.append(link_to(view.name))
    if count > _MOST_NAMES:
        told.append(faint(f" … and {count - _MOST_NAMES:,} more"))
    return told


def _same(rows: Sequence[Row]) -> Element:
    listed = table("Settings that are the same", ["Setting", "Value", "Set at"], map(_same_row, rows))
    return fold(f"{plural(len(rows), 'setting')} the same everywhere", listed)


def _same_row(row: Row) -> list[list[Node]]:
    setting = next(found for found in row.settings if found is not None)
    places = row.places
    more = len(places) - _MOST_PLACES
    told = ", ".join(places[:_MOST_PLACES]) + (f" and {plural(more, 'more place')}" if more > 0 else "")
    return [setting_name(row.name), value_of(setting), [element("span", told, class_="origin")]]
