"""The pages on settings, from the published schemas: environment files, and the project file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docs.generate.markdown import prose, resolved, table
from kmconfig.environment.schemas import load_schema

if TYPE_CHECKING:
    from collections.abc import Iterator

_EXAMPLE = """\
version: 1
lint:
  fail_on: error
  rules: {noreply-sender: error, KM414: off}
policy:
  providers: [sendgrid, ses]
  secret_sources: {production: [vault, aws_secret]}
  hosts: [smtp.sendgrid.net]
  commands: [php]
promotion: [development, staging, production]
"""


def settings_page() -> Iterator[str]:
    """Every setting of an environment file."""
    schema = load_schema("environment")
    yield "# Settings"
    yield ""
    yield from prose("Made from `schema/kmconfig.v1.schema.json`, which editors use too. `kmconfig schema` prints it.")
    yield from table(("Setting", "Meaning", "Default"), _rows(schema, schema, ()))


def project_page() -> Iterator[str]:
    """Every setting of the project file."""
    schema = load_schema("project")
    yield "# The project file"
    yield ""
    yield from prose(
        "`kmconfig.yaml` at the root of the repository holds what is the same for all environments. It is "
        "optional, and so is everything in it but `version`. Made from `schema/project.v1.schema.json`; `kmconfig "
        "schema project` prints it."
    )
    yield from ("```yaml", *_EXAMPLE.splitlines(), "```", "")
    yield from table(("Setting", "Meaning", "Default"), _rows(schema, schema, ()))


def _rows(schema: dict[str, Any], node: dict[str, Any], path: tuple[str, ...]) -> Iterator[tuple[str, str, str]]:
    for key, raw in node.get("properties", {}).items():
        child = resolved(schema, raw)
        here = (*path, key)
        meaning = raw.get("description") or child.get("description") or child.get("title", "")
        default = raw.get("default", child.get("default"))
        yield f"`{'.'.join(here)}`", meaning, f"`{default}`" if default is not None else ""
        if child.get("title") != "Secret reference":
            yield from _rows(schema, child, here)
            yield from _rows(schema, child.get("items", {}), (*path, f"{key}[]"))
