from __future__ import annotations

import json
import random
import subprocess
from pathlib import Path

from kmconfig.environment.reference import SecretRef
from kmconfig.secrets.secret import Secret
from kmconfig.secrets.source_dotenv import DotenvStore
from tests.servers.requirements import require

PHPDOTENV = Path("/usr/share/php/Dotenv/autoload.php")
READER = """
require $argv[1];
$read = fn ($text) => Dotenv\\Dotenv::parse($text)["XYZ"] ?? null;
echo json_encode(array_map($read, json_decode(file_get_contents("php://stdin"))));
"""
CHARACTERS = "ab1 #\"'\\${}`=\t!%&*()[]:;,.<>?/|~^-_+@ä"


def line(chance: random.Random) -> str:
    body = "".join(chance.choices(CHARACTERS, k=chance.randint(1, 7)))
    quote = chance.choice(["", "'", '"'])
    start = chance.choice(["XYZ=", "XYZ =", "XYZ= ", "export XYZ="])
    return start + quote + body + quote + chance.choice(["", " ", " # c", "#c", " # it's"])


def test_a_value_that_is_taken_is_the_one_laravel_reads(tmp_path: Path) -> None:
    require("phpdotenv", packages="php-cli php-vlucas-phpdotenv", programs=["php"], files=[str(PHPDOTENV)])
    chance = random.Random(20260101)  # noqa: S311 - the same lines on every run
    ref = SecretRef("dotenv", "XYZ")
    taken: dict[str, str] = {}
    for _ in range(2000):
        text = line(chance) + "\nLAST=1\n"
        (tmp_path / ".env").write_text(text, encoding="utf-8")
        answer = DotenvStore(tmp_path, tier="development").resolve([ref])[ref]
        if isinstance(answer, Secret):
            taken[text] = answer.reveal()
    assert len(taken) > 500
    done = subprocess.run(
        ["php", "-r", READER, "--", str(PHPDOTENV)],
        input=json.dumps(list(taken)),
        capture_output=True,
        text=True,
        check=True,
    )
    assert dict(zip(taken, json.loads(done.stdout), strict=True)) == taken
