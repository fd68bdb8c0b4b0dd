"""Names of files and folders, keys, values and comments come out of every format as text and nothing else."""

from __future__ import annotations

import contextlib
import io
import json
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kmconfig.cli.run import run
from tests.cli.project import BASE, environment
from tests.cli.running import write
from tests.lint.properties.projects import FORMATS, encoded, look
from tests.lint.properties.rendering import assert_inert
from tests.lint.properties.searching import examples

#: What somebody writes to act on a terminal, a workflow log, a merge request or a page.
HOSTILE = (
    *("\x1b[31mred", "\u202egpj", "\n::error file=a,line=1::forged", "::warning::x", "%0A::error::x", "##[error]x"),
    *("`code`", "``", "</details>", "<img src=x onerror=alert(1)>", "|", "a | b", "@user", "#12", "!7", "$x^2$"),
    *(
        "[link](https://evil.test)",
        "https://evil.test",
        "www.evil.test",
        "]]>",
        "&amp;",
        "&#64;user",
        "\r",
        "\t",
        "\x9b31m",
    ),
    *(
        "\u2028",
        "\u200b",
        "\ufeff",
        "{0}",
        "%s",
        "\\",
        "'",
        '"',
        ",line=7",
        "title=x::",
        " ",
        "*",
        "~",
        "é",
        "日本",
        "\x07",
    ),
)
NAMES = st.lists(st.sampled_from(HOSTILE), min_size=1, max_size=4).map("".join)


def _as_file(name: str) -> str:
    """A name that a file system takes."""
    short = name.replace("/", "∕").encode()[:120].decode("utf-8", "ignore")
    return f"e{short}"


def lint_into_files(root: Path, *arguments: str) -> dict[str, str]:
    """Lint a folder in every format; returns what was written, and what stands on both streams."""
    streams = {"stdout": io.StringIO(), "stderr": io.StringIO()}
    with tempfile.TemporaryDirectory() as reports:
        wanted = [f"--format={form}={reports}/{form}" for form in FORMATS]
        with contextlib.redirect_stdout(streams["stdout"]), contextlib.redirect_stderr(streams["stderr"]):
            code = run(["-C", str(root), "lint", *wanted, "--statistics", *arguments])
        assert code in (0, 1), streams["stderr"].getvalue()
        written = {form: Path(reports, form).read_bytes().decode() for form in FORMATS}
    return {**written, **{name: stream.getvalue() for name, stream in streams.items()}}


def assert_all_inert(written: dict[str, str]) -> None:
    """No report, and no stream, does anything to its reader."""
    for form, rendered in written.items():
        assert_inert(form, rendered)


@examples(15)
@given(name=NAMES, folder=NAMES)
def test_names_of_files_and_folders(name: str, folder: str) -> None:
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        path = f"environments/{_as_file(folder)}/{_as_file(name)}.yaml"
        text = environment("staging", base="../base.yaml") + "odd: 1\nowner: x  # kmconfig: ignore[KM203] x\n"
        write(root, {"environments/base.yaml": BASE, path: text})
        written = lint_into_files(root)
        assert_all_inert(written)
        found = json.loads(written["json"])["findings"]
        assert {finding["path"] for finding in found} == {path}
        own = f"{_as_file(folder)}/{_as_file(name)}"
        assert {named for finding in found for named in finding["environments"]} == {own}


@examples(10)
@given(first=NAMES, second=NAMES)
def test_names_in_what_is_said_of_other_files(first: str, second: str) -> None:
    """Cycles, missing layers and other environments are named in messages."""
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        one, other = f"{_as_file(first)}1.yaml", f"{_as_file(second)}2.yaml"
        texts = {
            one: f"version: 1\nextends: {json.dumps(other)}\ntier: staging\n",
            other: f"version: 1\nextends: [{json.dumps(one)}, {json.dumps(_as_file(second))}]\ntier: staging\n",
            f"{_as_file(first)}3.yaml": environment("staging").replace("base.yaml", json.dumps(f"{first}.yaml")),
        }
        write(root, {f"environments/{name}": text for name, text in texts.items()})
        assert_all_inert(lint_into_files(root))


@pytest.mark.parametrize("name", [b"\xff", b"\xed\xa0\x80", b"a\x80\n::error::x"])
def test_names_that_are_no_text(tmp_path: Path, name: bytes) -> None:
    write(tmp_path, {"environments/base.yaml": BASE})
    odd = os.path.join(os.fsencode(tmp_path), b"environments", name + b".yaml")  # noqa: PTH118 - bytes
    with open(odd, "wb") as stream:  # noqa: PTH123 - bytes
        stream.write(environment("staging").encode() + b"odd: 1\n")
    written = lint_into_files(tmp_path)
    assert "KM104" in written["text"]
    assert_all_inert(written)


@examples(25)
@given(text=NAMES, other=st.one_of(NAMES, st.text(max_size=20)))
@example(text="\n::error::x", other="</details>")
def test_keys_values_and_comments(text: str, other: str) -> None:
    remark = "".join(character for character in text if character.isprintable())
    quoted, key = json.dumps(text), json.dumps(other)
    smtp = f"{{host: {quoted}, port: {quoted}, timeout: {quoted}, username: {quoted}, password: {{env: {quoted}}}}}"
    lines = [
        f"{key}: 1",
        f"owner: {quoted}  # {remark}",
        f"description: x  # kmconfig: ignore[{remark}] {remark}",
        f"application: {{url: {quoted}, {key}: {quoted}, runtime: {quoted}}}",
        f"email: {{driver: {quoted}, smtp: {smtp}, sender: {{email: {quoted}, name: {quoted}}}, reply_to: {quoted}}}",
        f"extends: [{quoted}, {json.dumps(text + '.yaml')}]",
        f"target: {{file: {{path: {quoted}}}}}",
    ]
    texts = {
        "environments/one.yaml": "\n".join(["version: 1\ntier: staging", *lines, ""]),
        "environments/two.yaml": f"version: 1\ntier: {quoted}\n",
        "environments/three.yaml": f"version: 1\ntier: staging\n{remark}: {{\n",
        "kmconfig.yaml": f"version: 1\nlint: {{rules: {{{quoted}: error, KM203: {quoted}}}, baseline: {quoted}}}\n",
    }
    outcome = look(encoded(texts), limit=True)
    assert len(outcome.findings) > 5
    for form, render in FORMATS.items():
        assert_inert(form, render(outcome))
