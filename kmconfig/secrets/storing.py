"""The commands that put a secret where its reference points, for people to run.

The value is pasted: it comes from the shell's own `read`, goes through a pipe, and so stands neither among the
arguments of a program, which every user of the machine can list, nor in the shell's history.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kmconfig.environment.reference import SecretRef

_PASTE = "IFS= read -rs KM_SECRET"
_GIVE = 'printf %s "$KM_SECRET"'
_FORGET = "unset KM_SECRET"


def store_command(ref: SecretRef, *, first: bool = True) -> str:
    """One line for bash or zsh that asks for the value and stores it.

    ``first`` is False where an earlier command of the same import has written to the same path of Vault; only the
    first one insists that nothing is there yet.
    """
    name = shlex.quote(ref.name)
    match ref.source:
        case "env":
            return f"IFS= read -rs {ref.name} && export {ref.name}"
        case "dotenv":
            return f"add a line {ref.name}='…' to .env at the root, in an editor"
        case "file":
            folder = shlex.quote(ref.name.rpartition("/")[0] or "/")
            return _line(f"(umask 077 && mkdir -p {folder} && set -C && {_GIVE} > {name})")
        case "vault":
            verb = "put -cas=0" if first else "patch"
            return _line(f"{_GIVE} | vault kv {verb} -mount=secret {name} {shlex.quote(f'{ref.key}=-')}")
        case "aws_secret":
            create = "aws secretsmanager create-secret"
            return _line(f"{_GIVE} | {create} --name {name} --secret-string file:///dev/stdin")
        case "ssm":
            put = "aws ssm put-parameter"
            return _line(f"{_GIVE} | {put} --name {name} --type SecureString --value file:///dev/stdin")
        case other:
            raise ValueError(f"nothing is ever put into `{other}` by us")


def _line(storing: str) -> str:
    return f"{_PASTE} && {storing}; {_FORGET}"
