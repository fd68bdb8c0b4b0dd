"""The JSON that other commands print, read from files and held against the published schemas."""

from __future__ import annotations

import json
import os
import re
import stat
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from kmconfig.environment.published import Form, require_fits
from kmconfig.errors import ConfigurationError, UsageError
from kmconfig.lint.masking import Mask

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kmconfig.report.page.model import Document


class Kind(NamedTuple):
    """A kind of evidence: the command that prints it, which is also the name of its schema, and what it tells."""

    command: str
    title: str


KINDS = (
    Kind("secrets", "Secrets and their ages"),
    Kind("dns", "DNS of the sender domain"),
    Kind("drift", "Drift of live targets"),
    Kind("plan", "Pending changes"),
)
#: Our own descriptors, by which `--dns <(kmconfig dns …)` and `--dns /dev/stdin` name pipes.
_OPENED = re.compile(r"/dev/stdin|/(?:dev|proc/self)/fd/\d+")
_LARGEST = 64 * 1024 * 1024
_RECEIPT = Form(
    schema="receipt",
    definition="receipt",
    title="a receipt",
    remedy="receipts are never edited: restore it, or move it out of the state folder",
    mask=Mask(()),
)
#: How many of an environment's runs are shown.
_LAST_RUNS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What was seen of environments, by kind and by name, and the names of the files it was read from."""

    results: dict[str, dict[str, Document]] = field(default_factory=dict)
    receipts: dict[str, tuple[Document, ...]] = field(default_factory=dict)
    given: dict[str, str] = field(default_factory=dict)


def read_results(path: Path, kind: Kind) -> dict[str, Document]:
    """The results in a file that a command wrote with ``--format json``, by environment.

    Raises UsageError where the file cannot be read, ConfigurationError where it holds something else.
    """
    document = _read(path)
    if kind.command == "plan" and isinstance(document, dict) and "operations" in document:
        document = {"version": 1, "results": [document]}  # as `plan --save` writes it
    remedy = f"give what `kmconfig {kind.command} --all --format json` prints"
    title = f"what `kmconfig {kind.command}` prints as JSON"
    form = Form(schema=kind.command, title=title, remedy=remedy, mask=Mask(()))
    require_fits(document, form, shown=str(path))
    return {result["environment"]: result for result in document["results"]}


def read_receipts(state: Path) -> dict[str, tuple[Document, ...]]:
    """The receipts of the last runs of each environment, newest first, from a state folder.

    Raises UsageError where it cannot be read, ConfigurationError where a file in it is no receipt.
    """
    within = state / "receipts"
    folder = within if os.path.isdir(within) else state  # noqa: PTH112 - unlike Path's, never raises
    paths: dict[str, list[Path]] = {}
    for path in _json_files(folder):
        paths.setdefault(path.parent.relative_to(folder).as_posix(), []).append(path)
    return {
        name: tuple(_receipt(path) for path in sorted(found, reverse=True)[:_LAST_RUNS])
        for name, found in sorted(paths.items())
    }


def _json_files(folder: Path) -> Iterator[Path]:
    try:
        for path in sorted(folder.iterdir()):
            if path.name.startswith("."):
                continue
            if path.is_dir():
                yield from _json_files(path)
            elif path.suffix == ".json":
                yield path
    except OSError as error:
        raise _unreadable(folder, error, "name a folder of receipts with --receipts") from None


def _receipt(path: Path) -> Document:
    document = _read(path)
    require_fits(document, _RECEIPT, shown=str(path))
    receipt: Document = document
    return receipt


def _read(path: Path) -> Any:
    try:
        with open(_open(path), "rb") as stream:
            text = stream.read(_LARGEST + 1)
        if len(text) > _LARGEST:
            raise ConfigurationError(
                f"`{path}` is larger than {_LARGEST >> 20} MiB", help="give the JSON of fewer environments"
            )
        return json.loads(text, parse_constant=_refuse_constant)
    except OSError as error:
        raise _unreadable(path, error, "name a file that this user may read") from None
    except json.JSONDecodeError as error:
        place, reason = f"{path}:{error.lineno}:{error.colno}", error.msg.lower()
    except (ValueError, RecursionError):
        place, reason = str(path), "it cannot be decoded"
    raise ConfigurationError(f"`{place}` is not JSON: {reason}", help="give the JSON that a kmconfig command wrote")


def _open(path: Path) -> int:
    """A descriptor of a regular file, or of a pipe that the shell has opened for us; anything else might never end.

    Raises OSError, and UsageError for other kinds of files, without waiting for a pipe's other end.
    """
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)
    mode = os.fstat(handle).st_mode
    if stat.S_ISREG(mode) or (stat.S_ISFIFO(mode) and _OPENED.fullmatch(os.path.normpath(path))):
        os.set_blocking(handle, True)
        return handle
    os.close(handle)
    what = "a directory" if stat.S_ISDIR(mode) else "not a regular file"
    raise UsageError(f"cannot read `{path}`: it is {what}", help="name a file with the JSON that the command printed")


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def _unreadable(path: Path, error: OSError, remedy: str) -> UsageError:
    return UsageError(f"cannot read `{path}`: {error.strerror}", help=remedy)
