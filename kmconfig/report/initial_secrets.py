"""The commands that put the secrets of a new environment where its references point, for people to run.

The value is pasted: it comes from the shell's own `read`, goes through a pipe, and so stands neither among the
arguments of a program, which every user of the machine can list, nor in the shell's history.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, NamedTuple

from kmconfig.report.escape import for_terminal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kmconfig.environment.reference import SecretRef
    from kmconfig.report.style import Style

#: With another end than Enter the shell takes line breaks, and lines longer than a terminal's 4,095 bytes.
_UNTIL_CTRL_D = r"$'\4'"


class Pasting(NamedTuple):
    """A secret to store: what has to be pasted, and the command that asks for it."""

    what: str
    command: str
    several_lines: bool = False


def store_command(ref: SecretRef, *, first: bool = True, several_lines: bool = False) -> str:
    """One line for bash or zsh that asks for the value and stores it.

    ``first`` is False where an earlier command of the same call has written to the same path of Vault; only the
    first one insists that nothing is there yet. Without ``several_lines`` the value ends with Enter; with it, only
    with Ctrl-D, and the last line break is not part of it.
    """
    name = shlex.quote(ref.name)
    give = _give(several_lines=several_lines)
    match ref.source:
        case "env":
            return _variable(ref.name, several_lines=several_lines)
        case "dotenv":
            return _line_of_dotenv(ref.name, several_lines=several_lines)
        case "file":
            folder = shlex.quote(ref.name.rpartition("/")[0] or "/")
            storing = f"(umask 077 && mkdir -p -- {folder} && set -C && {give} > {name})"
        case "vault":
            verb = "put -cas=0" if first else "patch"
            storing = f"{give} | vault kv {verb} -mount=secret {name} {shlex.quote(f'{ref.key}=-')}"
        case "aws_secret":
            create = "aws secretsmanager create-secret"
            storing = f"{give} | {create} --name {name} --secret-string file:///dev/stdin"
        case "ssm":
            put = "aws ssm put-parameter"
            storing = f"{give} | {put} --name {name} --type SecureString --value file:///dev/stdin"
        case other:
            raise ValueError(f"nothing is ever put into `{other}` by us")
    return f"{_read('KM_SECRET', several_lines=several_lines)} && {storing}; unset KM_SECRET"


def storing_text(pastings: Iterable[Pasting], *, style: Style) -> Iterator[str]:
    """The section of a result that says how to store its secrets; nothing where there are none."""
    for number, pasting in enumerate(pastings):
        if number == 0:
            yield ""
            yield f"{style('bold', 'store the secrets')}: run each line in bash or zsh, paste the value, press Enter"
        more = "; of several lines: press Enter and Ctrl-D at the end" if pasting.several_lines else ""
        yield f"  {style('faint', for_terminal(f'# {pasting.what}{more}'))}"
        yield f"  {for_terminal(pasting.command)}"


def _read(variable: str, *, several_lines: bool) -> str:
    return f"IFS= read -rsd {_UNTIL_CTRL_D} {variable}" if several_lines else f"IFS= read -rs {variable}"


def _give(*, several_lines: bool) -> str:
    return "printf %s \"${KM_SECRET%$'\\n'}\"" if several_lines else 'printf %s "$KM_SECRET"'


def _variable(name: str, *, several_lines: bool) -> str:
    trimmed = f"{name}=${{{name}%$'\\n'}} && " if several_lines else ""
    return f"{_read(name, several_lines=several_lines)} && {trimmed}export {name}"


def _line_of_dotenv(name: str, *, several_lines: bool) -> str:
    if several_lines:
        return f'add a line {name}="…" to .env at the root, in an editor, with \\n for each line break'
    return f"add a line {name}='…' to .env at the root, in an editor"
