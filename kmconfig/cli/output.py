"""Where a command's result goes: stdout, a file that is replaced as a whole, or a pipe or device."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kmconfig.cli.options import current
from kmconfig.errors import KmconfigError, UsageError
from kmconfig.report.escape import for_json
from kmconfig.report.stream import deliver
from kmconfig.report.style import without_colors

if TYPE_CHECKING:
    from collections.abc import Iterable


def write_lines(lines: Iterable[str], output: str | None = None) -> None:
    """Write lines to stdout or, without their colours, to a file."""
    output = _file(output)
    text = "".join(f"{line}\n" for line in lines)
    write_text(text if output is None else without_colors(text), output)


def write_document(document: dict[str, Any] | list[dict[str, Any]], output: str | None = None) -> None:
    """Write a JSON document to stdout or to a file.

    Its texts are masked one by one: what a server said in JSON is no longer found once it is escaped again.
    """
    import json  # noqa: PLC0415 - only machine-readable results need it

    output = _file(output)
    masked = current().masker.mask_document(document)
    ascii_only = output is None and not _is_utf8(sys.stdout.encoding)
    write_text(for_json(json.dumps(masked, indent=2, ensure_ascii=ascii_only, allow_nan=False)) + "\n", output)


def write_text(text: str, output: str | None = None) -> None:
    """Write text to stdout, or to a file that is replaced as a whole, or into a pipe or device."""
    output = _file(output)
    if output is None:
        try:
            deliver(sys.stdout, text)
        except OSError as error:
            raise KmconfigError(f"the result was lost: {error.strerror}", help="what was done is done") from None
        return
    from kmconfig.cli.special_files import is_special, write_special  # noqa: PLC0415 - few results go to files
    from kmconfig.targets.atomic import replace_file  # noqa: PLC0415

    data = current().masker.mask(text).encode("utf-8", "backslashreplace")
    try:
        if is_special(output):
            write_special(output, data)
        else:
            replace_file(Path(output), data)
    except OSError as error:
        raise _cannot_write(output, error) from None


def require_writable(output: str | None) -> None:
    """Make sure that a result can be written before anything is done. Raises UsageError."""
    output = _file(output)
    if output is None:
        return
    from kmconfig.cli.special_files import is_special, require_special_writable  # noqa: PLC0415
    from kmconfig.targets.atomic import try_replace  # noqa: PLC0415

    try:
        if is_special(output):
            require_special_writable(output)
        else:
            try_replace(Path(output))
    except OSError as error:
        raise _cannot_write(output, error) from None


def _cannot_write(output: str, error: OSError) -> UsageError:
    return UsageError(f"cannot write `{output}`: {error.strerror}", help="name a file in a writable folder")


def _file(output: str | None) -> str | None:
    """The path seen from where kmconfig was told to start; None where it stands for stdout."""
    if output is None:
        return None
    from kmconfig.cli.special_files import is_stdout  # noqa: PLC0415 - few results go to files

    return None if is_stdout(output) else str(current().folder / output)


def _is_utf8(encoding: str | None) -> bool:
    """A stream in memory has no encoding and takes everything."""
    return encoding is None or encoding.lower().replace("_", "-") in ("utf-8", "utf8")
