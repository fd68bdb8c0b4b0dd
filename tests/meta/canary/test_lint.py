"""Secrets typed into files: found and named by `lint`, and shown by no command."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kmconfig.cli.lint_reports import WRITERS
from tests.cli.running import write
from tests.meta.canary.lines import FORMS, INDIFFERENT, LOUD, SPEAKING
from tests.meta.canary.scene import lay_out_broken

if TYPE_CHECKING:
    from tests.meta.canary.scene import Scene

#: Files that hold the canary where it must not stand; ``{secret}`` is its first half.
BROKEN = {
    "password": "email:\n  smtp:\n    password: {secret}\n",
    "quoted": 'email: {{smtp: {{host: a.test, password: "{secret}"}}}}\n',
    "next line": "email:\n  smtp:\n    password:\n      {secret}\n",
    "block": "email:\n  smtp:\n    password: |\n      {secret}\n      {secret}\n",
    "folded": "email:\n  smtp:\n    password: >-\n      {secret}\n\n      {secret}\n",
    "in a list": "email:\n  smtp:\n    password: [{secret}]\n",
    "list below": "email:\n  smtp:\n    password:\n      - {secret}\n",
    "in a mapping": "email:\n  smtp:\n    password: {{value: {secret}}}\n",
    "two sources": "email:\n  smtp:\n    password: {{env: A, literal: {secret}}}\n",
    "as a source": "email:\n  smtp:\n    password: {{{secret}: x}}\n",
    "set twice": "email:\n  smtp:\n    password: {secret}\n    password: {secret}\n",
    "tagged": "email:\n  smtp:\n    password: !!str {secret}\n",
    "anchored": "email:\n  smtp:\n    password: &x {secret}\n",
    "syntax behind": "email:\n  smtp:\n    password: {secret}: x\n",
    "open quote": 'email:\n  smtp:\n    password: "{secret}\n',
    "open bracket": "email:\n  smtp: {{password: {secret}\n",
    "control": "email:\n  smtp:\n    password: {secret}\x07\n",
    "api key": "email:\n  driver: mailgun\n  mailgun:\n    api_key: {secret}\n",
    "access key": "email:\n  driver: ses\n  ses:\n    secret_access_key: {secret}\n",
    "misspelt": "email:\n  smtp:\n    pasword: {secret}\n",
    "unknown secret": "email:\n  smtp:\n    client_secret: {secret}\n",
    "unknown token": "smtp_token: {secret}\n",
    "unknown key": "email:\n  smtp:\n    smtp_password: {{x: {secret}}}\n",
    "in a store": "stores:\n  vault:\n    auth: {{token: {secret}}}\n",
    "role secret": "stores:\n  vault:\n    auth: {{approle: {{role_id: x, secret_id: {secret}}}}}\n",
    "user pass": "stores:\n  vault:\n    auth: {{userpass: {{username: x, password: {secret}}}}}\n",
    "in a comment": "# old password: {secret}\n",
    "in a URL": "description: smtp://apikey:{secret}@mail.acme.test\n",
    "signing key": "target:\n  settings_api: {{url: 'https://a.test', api_key: {secret}}}\n",
    "imap": "email:\n  test:\n    confirm: {{imap: 'imaps://a.test', username: x, password: {secret}}}\n",
}


@pytest.mark.parametrize("place", BROKEN)
def test_a_secret_typed_into_a_file(scene: Scene, place: str) -> None:
    text = BROKEN[place].format(secret=scene.canary.halves[0])
    lay_out_broken(scene, f"version: 1\ntier: development\n{text}")
    for command in SPEAKING:
        for form in WRITERS if command == "lint" else FORMS:
            runs = [scene.call(*line) for line in scene.lines(command, form)]
            assert 0 not in {ran.code for ran in runs} or place == "in a comment" or command in INDIFFERENT, command
            assert scene.overheard(*runs) == {}


@pytest.mark.parametrize("place", ["password", "set twice", "syntax behind", "open quote", "unknown secret"])
def test_a_secret_typed_into_a_layer_with_odd_line_ends(scene: Scene, place: str) -> None:
    text = "version: 1\n" + BROKEN[place].format(secret=scene.canary.halves[0])
    lay_out_broken(scene, "version: 1\nextends: base.yaml\ntier: development\n")
    write(scene.root, {"environments/base.yaml": text.replace("\n", "\r\n")})
    scene.inputs.add(scene.root / "environments/base.yaml")
    for command in SPEAKING:
        runs = [scene.call(*line) for line in scene.lines(command, "text")]
        assert scene.overheard(*runs) == {}


@pytest.mark.parametrize(
    "text", ["policy:\n  password: {secret}\n", "smtp_password: {secret}\n", "api_key: [{secret}\n"]
)
def test_a_secret_typed_into_the_project_file(scene: Scene, text: str) -> None:
    scene.settings(1025)
    write(scene.root, {"kmconfig.yaml": "version: 1\n" + text.format(secret=scene.canary.halves[0])})
    scene.inputs.add(scene.root / "kmconfig.yaml")
    for command in SPEAKING:
        runs = [scene.call(*line) for form in FORMS for line in scene.lines(command, form)]
        assert runs[0].code in (1, 65) or command in INDIFFERENT, command
        assert scene.overheard(*runs) == {}


@pytest.mark.parametrize("place", BROKEN)
@pytest.mark.parametrize("change", [("--diff",), ("--fix",), ("--unsafe-fixes",), ("--write-baseline",)])
def test_changing_files_shows_no_secret_in_them(scene: Scene, place: str, change: tuple[str, ...]) -> None:
    text = BROKEN[place].format(secret=scene.canary.halves[0])
    lay_out_broken(scene, f"version: 1\ntier: development\n{text}application: {{{{runtime: HOST}}}}  # one machine\n")
    baseline = ("--baseline", str(scene.root / "baseline.json"))
    runs = [
        scene.call("lint", *change, *LOUD, *baseline, "-C", scene.root, "--format", form) for form in ("text", "json")
    ]
    assert scene.overheard(*runs) == {}


def test_a_fix_next_to_a_secret_is_shown_and_made_without_it(scene: Scene) -> None:
    text = "version: 1\ntier: development\napplication: {{runtime: HOST}}\ndescription: smtp://apikey:{secret}@mail.acme.test\n"
    lay_out_broken(scene, text.format(secret=scene.canary.halves[0]))
    shown = scene.call("lint", "--diff", "-C", scene.root)
    assert "+application: {runtime: host}" in shown.out
    made = scene.call("lint", "--fix", "-C", scene.root)
    path = scene.root / "environments/development.yaml"
    assert scene.canary.halves[0] in path.read_text(encoding="utf-8")
    assert "runtime: host" in path.read_text(encoding="utf-8")
    assert scene.overheard(shown, made) == {}
