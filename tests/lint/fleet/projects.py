"""Projects made up from a seed, of pieces that are sound, faulty, shared, linked, unreadable and secret."""

from __future__ import annotations

from functools import cache
from random import Random
from typing import TYPE_CHECKING

from kmconfig.environment.project import PROJECT_FILE
from kmconfig.lint.fleet import run
from kmconfig.lint.fleet.chunk import examine_chunk
from kmconfig.lint.manual import examples
from kmconfig.lint.rules.all import RULES
from tests.lint.clean import clean, over_clean

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pytest

    from kmconfig.environment.project import Project
    from kmconfig.lint.fleet.chunk import Chunk
    from kmconfig.lint.manual import Example
    from kmconfig.lint.rule import Rule

#: A secret that nobody may find again in any report or kept result.
CANARY = "hunter2-canary-Zx81qT"
LEAK = "AKIAZZCANARYZZ7QZZ3A"

TIERS = ("production", "staging", "development")

LAYER = """\
version: 1
email:
  smtp:
    host: smtp.sendgrid.net  # kmconfig: ignore[KM208] checked
    port: 25  # kmconfig: ignore[KM203] internal relay until=2027-03-31
    encryption: none  # kmconfig: ignore[KM202, KM306, no-such-rule] relay until=2020-01-01
  # kmconfig: ignore[KM301]
  reply_to: support@acme.example
"""

ENVIRONMENT = """\
version: 1
tier: {tier}
extends: [{extends}]
email: {{smtp: {{password: {{vault: keymanager/shared/smtp#password, max_age: 90d}}}}}}
{more}"""

#: What environments add to their layers.
MORE = (
    "",
    "owner: somebody else\n",
    "description: the environment of tests\n",
    "target: {file: {path: out/all.json}}\n",
    "unknown_key: 1\n",
    "# kmconfig: ignore[KM203] nothing here\nowner: nobody\n",
    "# kmconfig: off\nowner: nobody\n",
    "application: {name: Acme, url: 'http://localhost'}\n",
    "tier: staging\n",
    f"stores: {{vault: {{address: 'https://user:{CANARY}@vault.acme.example'}}}}\n",
)

#: Whole files that stand for themselves.
FILES = (
    b"",
    b"# nothing\n",
    b"version: 1\ntier: production\n",
    b"version: 1\ntier: nowhere\nextends: clean-staging.yaml\n",
    b"version: 1\ntier: [a\n",
    b"version: 1\ntier: production\nemail: {smtp: {password: " + CANARY.encode() + b"}}\n",
    b"version: 1\ntier: production\nemail: {smtp: {password: '" + CANARY.encode() + b"'\n",
    b"version: 1\nemail: &a [*a, \xff\xfe]\n",
    b"- a list\n- of things\n",
    b"version: 1\r\ntier: staging\r\nowner: a\r\nextends: clean-staging.yaml\r\n",
    b"version: 1\nowner: \xe2\x80\xae flipped\n",
    b"version: 1\n# the old key was " + LEAK.encode() + b"\nowner: team\n",
    b"version: 1\ntier: staging\nextends: clean-staging.yaml\ndescription: key " + LEAK.encode() + b"\n",
    b"version: 1\nextends: missing.yaml\ntier: production\n",
    b"version: 1\nextends: ../../outside.yaml\ntier: production\n",
    b"version: 1\nextends: {a: 1}\ntier: production\n",
    b"version: 1\nextends: [clean-staging.yaml, 5]\ntier: production\n",
    b"version: 1\nextends: [layer-a.yaml, layer-a.yaml, clean-staging.yaml]\ntier: staging\n",
    b"version: 1\nextends: .hidden.yaml\n",
    b"version: 1\nextends: .hidden.yaml\ntier: development\n",
    b"\xef\xbb\xbfversion: 1\nowner: marked\nwrong: 1\n",
)

#: Layers that extend each other, with environments on them and beside them.
CIRCLE = (
    "version: 1\nextends: [b-circle1.yaml, .circle.yaml]\ntier: staging\n",
    "version: 1\nextends: [z-circle0.yaml, a-circle2.yaml, .circle.yaml]\n",
    "version: 1\nextends: [b-circle1.yaml, a-circle0.yaml]\ntier: production\n",
    "version: 1\nextends: [a-circle2.yaml, z-circle2.yaml, b-circle3.yaml]\ntier: production\n",
    "version: 1\nextends: .circle.yaml\n",
)
HIDDEN_CIRCLE = "version: 1\nextends: [z-circle4.yaml, a-circle4.yaml, b-circle1.yaml]\ntier: staging\nwrong: 1\n"

PROJECT_FILES = (
    None,
    "version: 1\n",
    "version: 1\nlint: {rules: {KM203: off, port-25: note, no-encryption: error}}\n",
    "version: 1\nlint: {rules: {KM001: off, KM999: off, port-52: note}}\n",
    "version: 1\nlint: {rules: {KM301: off, KM306: warning}, fail_on: note}\n",
    "version: 1\npolicy: {providers: [ses], secret_sources: {production: [aws_secret]}}\npromotion: [staging]\n",
    f"version: 1\n# kmconfig: ignore[KM203] nothing\n# {LEAK}\nunknown: 1  # kmconfig: ignore[KM107] must be\n",
    "version: 1\nlint: [\n",
    f"version: 1\npolicy: {{hosts: [smtp.sendgrid.net]}}\nlint: {{rules: {{{LEAK}: off}}}}\n",
)


@cache
def manual_examples() -> tuple[Example, ...]:
    """The examples of all manuals that need no file outside the environments folder, nor anything seen."""
    found = (example for rule in RULES for example in examples(rule.manual))
    return tuple(
        example
        for example in found
        if example.observed is None and all(fence.file != PROJECT_FILE for fence in example.fences)
    )


def seeded(seed: int) -> Random:
    """What makes the choices, the same ones for the same seed."""
    return Random(seed)  # noqa: S311 - nothing here is meant to be unguessable


def write_project(root: Path, random: Random, *, examples: int = 6, environments: int = 8) -> Path:
    """Write a project of some thirty files."""
    folder = root / "environments"
    folder.mkdir(parents=True)
    project_file = random.choice(PROJECT_FILES)
    if project_file is not None:
        (root / PROJECT_FILE).write_text(project_file, encoding="utf-8")
    for tier in TIERS:
        (folder / f"clean-{tier}.yaml").write_text(clean(tier), encoding="utf-8")
    _write_layers(folder, random)
    for number in range(environments):
        (folder / f"{random.choice('aklmz')}{number}.yaml").write_text(environment(random), encoding="utf-8")
    for number, content in enumerate(random.sample(FILES, 6)):
        (folder / f"{random.choice('aelz')}-file{number}.yaml").write_bytes(content)
    for number, example in enumerate(random.sample(manual_examples(), examples)):
        _write_example(folder / random.choice(("n", "n/deep", "b")) / str(number), example)
    return root


def environment(random: Random) -> str:
    """The text of an environment on a diamond of layers."""
    tier = random.choice(TIERS)
    layers = random.sample(("layer-a.yaml", "layer-b.yaml", "layer-c.yml", "top.yaml"), random.randrange(3))
    extends = ", ".join((f"clean-{random.choice((tier, tier, 'staging'))}.yaml", *layers))
    return ENVIRONMENT.format(tier=tier, extends=extends, more=random.choice(MORE))


def _write_layers(folder: Path, random: Random) -> None:
    texts = {
        "layer-a.yaml": LAYER,
        "layer-b.yaml": "version: 1\nextends: layer-a.yaml\nowner: b  # kmconfig: ignore[KM999] unused\n",
        "layer-c.yml": f"version: 1\nextends: layer-a.yaml\nwrong_key: {random.randrange(3)}\n",
        "top.yaml": "version: 1\nextends: [layer-b.yaml, layer-c.yml]\ndescription: the top of a diamond\n",
        ".hidden.yaml": "version: 1\nowner: hidden\nwrong_key: 1\n",
        ".circle.yaml": HIDDEN_CIRCLE,
    }
    if random.random() < 0.4:
        texts |= {f"{random.choice('abz')}-circle{number}.yaml": text for number, text in enumerate(CIRCLE)}
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    _link(folder, random)


def _link(folder: Path, random: Random) -> None:
    """Links to a file, to a folder, to nothing, to the outside, and to each other."""
    links = {
        "k-link.yaml": "layer-a.yaml",
        "link.yaml": "a0.yaml",
        ".link.yaml": "layer-b.yaml",
        "gone.yaml": "nothing.yaml",
        "out.yaml": "/etc/hostname",
        "loop.yaml": "loop.yaml",
        "folder": "n",
        "folder.yaml": "n",
    }
    for name in random.sample(sorted(links), 4):
        (folder / name).symlink_to(links[name])
    through = "extends: [link.yaml, k-link.yaml, layer-a.yaml, .link.yaml, layer-b.yaml]"
    (folder / "through.yaml").write_text(f"version: 1\ntier: staging\n{through}\n", encoding="utf-8")


def _write_example(folder: Path, example: Example) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for fence in example.fences:
        if not fence.raw:
            (folder / f"clean-{fence.tier}.yaml").write_text(clean(fence.tier), encoding="utf-8")
        text = fence.text if fence.raw else over_clean(fence.text, fence.tier)
        target = folder / fence.file
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding=fence.encoding)


def examined_again(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that this process examines from now on, in order."""
    names: list[str] = []
    examine = examine_chunk

    def watched(project: Project, rules: tuple[Rule, ...], locations: Sequence[str], **options: bool) -> Chunk:
        names.extend(location.rpartition("/")[2] for location in locations)
        return examine(project, rules, locations, **options)

    monkeypatch.setattr(run, "examine_chunk", watched)
    return names
