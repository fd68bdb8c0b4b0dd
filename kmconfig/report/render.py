"""What a target would hold, for people and for machines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kmconfig.report.escape import for_json, for_terminal_lines

if TYPE_CHECKING:
    from kmconfig.targets.rendering import Rendered


def render_document(environment: str, rendered: Rendered) -> dict[str, Any]:
    """The document that `kmconfig render --format json` prints (schema/render.v1.schema.json)."""
    return {
        "version": 1,
        "environment": environment,
        "target": rendered.kind,
        "documents": [dict(document) for document in rendered.documents],
    }


def render_lines(rendered: Rendered) -> list[str]:
    """The text as the target would hold it. In the quotes of YAML an escape is what it stands for."""
    if rendered.text is not None:
        return for_terminal_lines(rendered.text.removesuffix("\n")).split("\n")
    import json  # noqa: PLC0415 - few targets need it

    (document,) = rendered.documents
    return for_json(json.dumps(document, indent=2, ensure_ascii=False)).split("\n")
