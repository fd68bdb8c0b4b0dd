"""Completion, as the shells themselves ask for it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kmconfig.cli.app import COMMANDS
from kmconfig.deploy.guards import GUARDS
from kmconfig.providers.registry import PROVIDERS
from tests.servers.requirements import require

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.running import Call

SHELLS = ("bash", "zsh", "fish")
#: What is typed, and some of the words that are offered for it.
TYPED: tuple[tuple[str, set[str]], ...] = (
    ("kmconfig ", set(COMMANDS)),
    ("kmconfig show ", {"development", "production", "staging"}),
    ("kmconfig plan pro", {"production"}),
    ("kmconfig -C environments plan pro", {"production"}),
    ("kmconfig explain KM201", {"KM201"}),
    ("kmconfig explain port-e", {"port-encryption-mismatch"}),
    ("kmconfig explain --provider ", {provider.slug for provider in PROVIDERS}),
    ("kmconfig apply production --approve ", set(GUARDS)),
    ("kmconfig import --from-target s", {"staging"}),
    ("kmconfig lint --fail-on ", {"error", "warning", "note", "never"}),
    ("kmconfig apply --par", {"--parallel"}),
    ("kmconfig completion ", set(SHELLS)),
    ("kmconfig show nothing-such", set()),
    ("kmconfig nothing-such --nothing", set()),
)


@pytest.fixture
def path(root: Path, tmp_path: Path) -> dict[str, str]:
    """Variables under which shells find the command, in a sound repository."""
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "kmconfig"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m kmconfig "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    package = str(Path(__file__).parents[2])
    return {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}", "PYTHONPATH": package, "HOME": str(tmp_path)}


def ask(program: str, words: str, path: dict[str, str]) -> list[str]:
    """Run a shell and return the lines that it prints; it may not complain."""
    require(f"completion in {program}", packages=program, programs=(program,))
    done = subprocess.run([program, "-c", words], capture_output=True, text=True, check=True, timeout=60, env=path)
    assert done.stderr == ""
    return done.stdout.splitlines()


def asked_at_once(program: str, begin: str, each: Callable[[str], str], path: dict[str, str]) -> list[set[str]]:
    """What one shell offers for every line of ``TYPED``."""
    questions = [f"{each(typed)}; echo END" for typed, _ in TYPED]
    lines = ask(program, "\n".join((begin, *questions)), path)
    answers: list[set[str]] = [set()]
    for line in lines:
        if line == "END":
            answers.append(set())
        elif line:
            answers[-1].add(line.split("\t")[0])
    return answers[:-1]


def test_bash(path: dict[str, str]) -> None:
    def each(typed: str) -> str:
        words = typed.split(" ")
        array = " ".join(f"'{word}'" for word in words)
        call = f"COMPREPLY=(); COMP_WORDS=({array}); COMP_CWORD={len(words) - 1}; _kmconfig_completion kmconfig"
        return f"{call}; printf '%s\\n' \"${{COMPREPLY[@]}}\""

    assert asked_at_once("bash", 'eval "$(kmconfig completion bash)"', each, path) == [words for _, words in TYPED]


def test_bash_completes_the_command_by_that_function(path: dict[str, str]) -> None:
    assert ask("bash", 'eval "$(kmconfig completion bash)"; complete -p kmconfig', path) == [
        "complete -o nosort -F _kmconfig_completion kmconfig"
    ]


def test_fish(path: dict[str, str]) -> None:
    answers = asked_at_once(
        "fish", "kmconfig completion fish | source", lambda typed: f"complete --do-complete '{typed}'", path
    )
    assert answers == [words for _, words in TYPED]


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("kmconfig expl", "kmconfig explain "),
        ("kmconfig show prod", "kmconfig show production "),
        ("kmconfig explain --provider sendg", "kmconfig explain --provider sendgrid "),
    ],
)
def test_zsh(path: dict[str, str], tmp_path: Path, typed: str, completed: str) -> None:
    """zsh completes at its line editor only, so a second one gets a terminal, and says what has become of the line."""
    (tmp_path / ".zshrc").write_text(
        "PS1='ready> '; autoload -U compinit; compinit -u -D\n"
        'eval "$(kmconfig completion zsh)"\n'
        'told() { zle -I; print -r -- "<<$BUFFER>>"; exit 0 }; zle -N told; bindkey "^X" told\n',
        encoding="utf-8",
    )
    script = f"""
        zmodload zsh/zpty
        zpty other 'ZDOTDIR={tmp_path} TERM=dumb zsh -i'
        zpty -r other seen '*ready> '
        zpty -w -n other $'{typed}\\t\\x18'
        zpty -r other seen '*<<*>>'
        print -r -- ${{seen#*<<}}
    """
    assert ask("zsh", script, path) == [f"{completed}>>"]


def test_runs_are_offered_to_a_rollback(path: dict[str, str], root: Path) -> None:
    receipts = root / ".kmconfig/state/receipts/staging"
    receipts.mkdir(parents=True)
    for run in ("20260101T000000Z-aaaaaaaaa", "20260102T000000Z-bbbbbbbbb"):
        (receipts / f"{run}.json").write_text('{"result": "applied"}', encoding="utf-8")
    asked = {
        **path,
        "COMP_WORDS": "kmconfig rollback staging --to ",
        "COMP_CWORD": "4",
        "_KMCONFIG_COMPLETE": "bash_complete",
    }
    assert ask("bash", "kmconfig", asked) == ["plain,20260102T000000Z-bbbbbbbbb", "plain,20260101T000000Z-aaaaaaaaa"]


def test_outside_a_repository_nothing_is_said(path: dict[str, str], tmp_path: Path) -> None:
    asked = {**path, "COMP_WORDS": "kmconfig show ", "COMP_CWORD": "2", "_KMCONFIG_COMPLETE": "bash_complete"}
    assert ask("bash", f"cd '{tmp_path}/bin' && kmconfig", asked) == [""]


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script(kmconfig: Call, root: Path, shell: str) -> None:
    ran = kmconfig("completion", shell)
    assert (ran.code, ran.err) == (0, "")
    assert f"_KMCONFIG_COMPLETE={shell}_complete" in ran.out
    assert kmconfig("completion", shell, "--output", "script").code == 0
    assert (root / "script").read_text(encoding="utf-8") == ran.out


def test_another_shell(kmconfig: Call) -> None:
    ran = kmconfig("completion", "tcsh")
    assert ran.code == 64
    assert "tcsh" in ran.err
