"""An environment's effective settings, for people and for machines. Secrets stand as references."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kmconfig.environment.effective import effective, leaves
from kmconfig.report.escape import for_terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment
    from kmconfig.report.style import Style
    from kmconfig.source.span import Span
    from kmconfig.source.value import Value


def show_document(environment: Environment, *, origins: bool) -> dict[str, Any]:
    """The document that `kmconfig show --format json` prints (schema/show.v1.schema.json)."""
    found = list(leaves(effective(environment)))
    return {
        "version": 1,
        "environment": environment.name,
        "tier": environment.tier,
        "settings": effective(environment).plain(),
        "origins": {leaf.setting: _origin(leaf) for leaf in found if leaf.span is not None} if origins else {},
    }


def show_text(environment: Environment, *, origins: bool, style: Style) -> Iterator[str]:
    """The settings as aligned lines; with ``origins`` also where each stands and what it overrides."""
    rows = [(leaf.setting, _shown(leaf.plain()), leaf) for leaf in leaves(effective(environment))]
    width = max((len(setting) for setting, _, _ in rows), default=0)
    value_width = max((len(value) for _, value, _ in rows if len(value) <= 60), default=0)
    yield f"{style('bold', for_terminal(environment.name))} ({environment.tier})"
    for setting, value, leaf in rows:
        line = f"  {for_terminal(setting.ljust(width))}  {for_terminal(value)}"
        if not origins:
            yield line
            continue
        yield f"{line.ljust(width + value_width + 4)}  {style('faint', for_terminal(_origin_text(leaf)))}".rstrip()


def _origin(leaf: Value[Any]) -> dict[str, Any]:
    if leaf.span is None:
        raise ValueError("a default has no origin")
    overridden = [value.span for value in leaf.overrides if value.span is not None]
    return {**_position(leaf.span), "overrides": [_position(span) for span in overridden]}


def _position(span: Span) -> dict[str, Any]:
    return {"path": span.path, "line": span.line, "column": span.column}


def _origin_text(leaf: Value[Any]) -> str:
    if leaf.span is None:
        return "default"
    overridden = [str(value.span) for value in leaf.overrides]
    return f"{leaf.span}, overrides {', '.join(overridden)}" if overridden else str(leaf.span)


def _shown(data: Any) -> str:
    if isinstance(data, str):
        return data
    if isinstance(data, bool):
        return "true" if data else "false"
    if isinstance(data, dict):
        return ", ".join(f"{key}: {_shown(value)}" for key, value in data.items())
    if isinstance(data, list):
        return f"[{', '.join(_shown(item) for item in data)}]"
    return str(data)
