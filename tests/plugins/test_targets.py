"""Targets of packages that cannot be used, and what a target is opened with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.running import write
from tests.plugins.making import install_kind, write_environment

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.running import Call

TARGET = "target: {own_target: {path: out.json}}\n"

#: A target that is a file of ours but for its kind.
SOUND = """\
import json
from kmconfig.plugins.targets import (
    LocalFile, Rendered, SettingsFileReader, document_of, open_keeper, open_writer, secret_for, told
)

class Form:
    def read(self, data):
        return json.loads(data)

    def write(self, document):
        return json.dumps(document).encode()

def open_reader(environment, block, access):
    {before}
    return SettingsFileReader({kind}, LocalFile(access.root / "out.json", "out.json"), Form())

def render(candidate, block):
    return {rendered}
"""


def sound(
    *,
    before: str = "pass",
    kind: str = "'own_target'",
    rendered: str = "Rendered('own_target', (document_of(candidate, told=told),))",
) -> str:
    return SOUND.format(before=before, kind=kind, rendered=rendered)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "`own_pack.work` cannot be loaded: ModuleNotFoundError"),
        ("raise SystemExit(0)\n", "`own_pack.work` cannot be loaded: SystemExit"),
        (sound().replace("def render", "def renders"), "`own_pack.work` has no function `render`"),
        (sound(kind="'file'"), "the reader is of another kind"),
        (sound(before="return 1"), "is no reader but `int`"),
    ],
)
def test_one_that_cannot_be_used_ends_the_command(
    packages: Path, root: Path, kmconfig: Call, text: str | None, said: str
) -> None:
    install_kind(packages, "TargetKind", text)
    write_environment(root, "{file: password.txt}", more=TARGET)
    write(root, {"password.txt": "a password"})
    (root / "password.txt").chmod(0o600)
    ran = kmconfig("plan", "staging")
    assert (ran.code, ran.out) == (65, "")
    assert "plugin `the-kind` of own-pack 0.3: " in ran.err
    assert said in ran.err


@pytest.mark.parametrize("rendered", ["None", "Rendered('file', ({},))", "Rendered('own_target', ())"])
def test_what_it_renders_has_to_be_its_own(packages: Path, root: Path, kmconfig: Call, rendered: str) -> None:
    install_kind(packages, "TargetKind", sound(rendered=rendered))
    write_environment(root, "{env: P}", more=TARGET)
    ran = kmconfig("render", "staging")
    assert (ran.code, "what `render` gives cannot be shown" in ran.err) == (65, True)


def test_text_that_it_renders_is_escaped(packages: Path, root: Path, kmconfig: Call) -> None:
    rendered = "Rendered('own_target', ({'a': '\\x1b[2J'},), 'a \\x1b[2J\\u202e\\n')"
    install_kind(packages, "TargetKind", sound(rendered=rendered))
    write_environment(root, "{env: P}", more=TARGET)
    for form in ("text", "json"):
        ran = kmconfig("render", "staging", "--format", form)
        assert ran.code == 0
        assert "\x1b" not in ran.out
        assert "\u202e" not in ran.out


def test_a_secret_that_it_is_opened_with(
    packages: Path, root: Path, kmconfig: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (
        "key = secret_for(__import__('kmconfig.environment.settings', fromlist=['x']).reference_from("
        "block.data['key'].data), environment, access, setting='target.own_target.key'); assert key.reveal() == 'k e y'"
    )
    settings = '{"path": {"$ref": "#/$defs/path"}, "key": {"$ref": "#/$defs/secret"}}'
    install_kind(packages, "TargetKind", sound(before=before), settings=settings)
    write_environment(root, "{env: P}", more="target: {own_target: {path: out.json, key: {env: KEY}}}\n")
    monkeypatch.setenv("P", "a password")
    assert kmconfig("plan", "staging").code == 5
    monkeypatch.setenv("KEY", "k e y")
    assert kmconfig("plan", "staging").code == 0
    listed = kmconfig("secrets", "staging", "--format", "json").result["references"]
    assert "target.own_target.key" in {found["setting"] for found in listed}


@pytest.mark.parametrize("text", [sound(before="raise ValueError('pass' + 'word')"), sound(rendered="1 / 0")])
def test_a_failure_of_its_code_is_told_as_the_packages(packages: Path, root: Path, kmconfig: Call, text: str) -> None:
    install_kind(packages, "TargetKind", text)
    write_environment(root, "{file: password.txt}", more=TARGET)
    write(root, {"password.txt": "a password"})
    (root / "password.txt").chmod(0o600)
    ran = kmconfig("render" if "1 / 0" in text else "plan", "staging")
    assert ran.code == 70
    assert "code of own-pack 0.3 was at work" in ran.err
    assert "fault of kmconfig" not in ran.err
    assert "password" not in ran.err
