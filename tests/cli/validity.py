"""Holding what commands print against the published schemas."""

from __future__ import annotations

from typing import Any

import jsonschema

from kmconfig.environment.schemas import load_schema


def assert_valid(document: dict[str, Any], name: str) -> None:
    """A document fits the published schema of a name."""
    jsonschema.Draft202012Validator(load_schema(name)).validate(document)
