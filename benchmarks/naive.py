"""What people write before they look for a linter: load each file, validate it, print what is wrong."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import jsonschema
import yaml


def main(schema_file: str, folder: str) -> int:
    """Validate all files below a folder; 1 when one is not valid."""
    validator = jsonschema.Draft202012Validator(json.loads(Path(schema_file).read_text(encoding="utf-8")))
    faults = 0
    for path in sorted(Path(folder).rglob("*.yaml")):
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        for error in validator.iter_errors(document):
            print(f"{path}: {error.json_path}: {error.message}")
            faults += 1
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
