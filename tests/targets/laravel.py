"""Laravel's own reading of a `.env`, by PHP: the witness that our reader and writer are held against."""

from __future__ import annotations

import base64
import json
import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SCRIPT = Path(__file__).parent / "php" / "load_dotenv.php"


@dataclass(frozen=True, slots=True)
class Case:
    """A `.env`, the environment of the process that loads it, and the keys to ask for."""

    data: bytes
    keys: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Loaded:
    """What PHP saw: the names in order, and for each key asked its dotenv text and its ``env()`` value."""

    refused: bool
    names: tuple[str, ...]
    texts: Mapping[str, bytes | None]
    env: Mapping[str, bytes | bool | None]


class PhpLaravel:
    """Runs phpdotenv and Laravel's ``env()`` over many files in one process."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load(self, cases: Sequence[Case]) -> list[Loaded]:
        """Return what an application sees for each case."""
        request = self._folder / "cases.json"
        request.write_text(json.dumps([_as_json(case) for case in cases]))
        answer = subprocess.run(
            ["php", "-d", "memory_limit=512M", str(SCRIPT), str(request), str(self._folder)],
            capture_output=True,
            check=True,
            timeout=100,
            env={"PATH": os.environ.get("PATH", os.defpath)},  # other variables would beat the file
        )
        assert not answer.stderr
        return [_loaded(case, result) for case, result in zip(cases, json.loads(answer.stdout), strict=True)]


def missing() -> str | None:
    """Say what is needed to run PHP with Laravel, or None if it is there."""
    try:
        found = subprocess.run(
            ["php", "-r", "require 'Dotenv/autoload.php'; require 'Illuminate/Support/autoload.php';"],
            capture_output=True,
            check=False,
            timeout=30,
        )
    except FileNotFoundError:
        return "PHP is not installed: apt-get install php-cli php-laravel-framework"
    if found.returncode:
        return "PHP has no Laravel: apt-get install php-laravel-framework"
    return None


def _as_json(case: Case) -> dict[str, Any]:
    return {
        "text": base64.b64encode(case.data).decode(),
        "environment": {name: base64.b64encode(value.encode()).decode() for name, value in case.environment.items()},
        "keys": list(case.keys),
    }


def _loaded(case: Case, result: dict[str, Any]) -> Loaded:
    values = dict(zip(case.keys, result["values"], strict=not result["refused"]))
    return Loaded(
        refused=result["refused"],
        names=tuple(result["names"]),
        texts={key: _value(text) for key, (text, _) in values.items()},
        env={key: _value(env) for key, (_, env) in values.items()},
    )


def _value(value: Any) -> Any:
    return base64.b64decode(value) if isinstance(value, str) else value["php"]
