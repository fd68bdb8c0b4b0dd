"""What people write before they look for a linter: load each file, validate it, print what is wrong.

Two of them: with ``yaml.safe_load``, as PyYAML's own manual has it, and with the C loader that few know of.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import jsonschema
import yaml


def main(loader: str, schema_file: str, folder: str) -> int:
    """Validate all files below a folder; 1 when one is not valid. ``loader`` is a loader of PyYAML by its name."""
    validator = jsonschema.Draft202012Validator(json.loads(Path(schema_file).read_text(encoding="utf-8")))
    faults = 0
    for path in sorted(Path(folder).rglob("*.yaml")):
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, loader))  # noqa: S506 - both are safe ones
        for error in validator.iter_errors(document):
            print(f"{path}: {error.json_path}: {error.message}")
            faults += 1
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
