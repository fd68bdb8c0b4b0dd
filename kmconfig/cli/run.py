"""Runs a command and turns whatever ends it into text on stderr and one of the contract's exit codes."""

from __future__ import annotations

import os
import sys
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING

from kmconfig.cli.options import Globals, running
from kmconfig.errors import ConfigurationError, KmconfigError
from kmconfig.report.escape import for_log_lines, for_terminal
from kmconfig.secrets.installation import install
from kmconfig.secrets.masker import Masker

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

INTERNAL = 70
INTERRUPTED = 130


def run(arguments: Sequence[str], *, owns_process: bool = False) -> int:
    """Run one command line and return its exit code. Whatever it prints goes through the masker.

    With ``owns_process`` a run that reads secrets first keeps others from reading the process, for its whole life.
    """
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by whoever started us
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - for the whole run
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    masker, stdout = Masker(), sys.stdout

    def begin() -> None:
        masker.unsubscribe(begin)
        from kmconfig.cli.secrecy import begin_secrecy  # noqa: PLC0415 - linting is to start at once

        begin_secrecy(masker, stdout=stdout, owns_process=owns_process)

    masker.subscribe(begin)
    with install(masker), running(Globals(masker)) as options:
        code = _guarded(arguments, options)
        _let_go()
    return code


def _let_go() -> None:
    """Flush. Where the reader has gone, as `head` does, nothing is wrong: what is left goes nowhere."""
    try:
        sys.stdout.flush()
    except OSError:  # a result that is lost has been told where it was written
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _guarded(arguments: Sequence[str], options: Globals) -> int:
    try:
        return _call(list(arguments))
    except BaseException as error:  # noqa: BLE001 - the last resort: users get a sentence, never a traceback
        return _code_of(error, options)


def _call(arguments: list[str]) -> int:
    """Hand the arguments to click; but files to lint without an option need none of it, and are to start at once."""
    _require_folder()
    if arguments[:1] == ["lint"] and not any(argument.startswith("-") for argument in arguments):
        from kmconfig.cli.lint_call import lint_paths  # noqa: PLC0415

        return lint_paths(tuple(arguments[1:]))
    from kmconfig.cli.app import call  # noqa: PLC0415

    return call(arguments)


def _require_folder() -> None:
    try:
        Path.cwd()
    except FileNotFoundError:
        raise ConfigurationError("the current folder does not exist any more", help="change to one that does") from None


def _code_of(error: BaseException, options: Globals) -> int:
    """Say what ended the command, and with which code."""
    match error:
        case KeyboardInterrupt():
            print("interrupted", file=sys.stderr)
            return INTERRUPTED
        case BrokenPipeError() | SystemExit():  # click makes the latter of the former
            return 0
        case KmconfigError():
            say_error(error.message, error.help)
            return error.exit_code
    return _internal(error, verbose=options.verbosity > 0)


def say_error(message: str, remedy: str | None) -> None:
    """Print an error and its remedy for people."""
    print(f"kmconfig: {for_log_lines(message)}", file=sys.stderr)
    if remedy:
        print(f"  help: {for_log_lines(remedy)}", file=sys.stderr)


def _whose_fault(modules: Iterable[str]) -> str:
    """Who has to mend an internal error: we, or the package whose code was at work."""
    from kmconfig.environment.words import known  # noqa: PLC0415 - only then

    packages = {module.partition(".")[0] for module in modules}
    for entry in known().all_entries:
        if entry.package in packages:
            name = f"{entry.distribution} {entry.version}"
            return f"code of {name} was at work: correct or update that package, or report this to those who made it"
    return "this is a fault of kmconfig, not of your configuration; report it with this line and the command"


def _internal(error: BaseException, *, verbose: bool) -> int:
    """Name the place and the kind of the fault. The exception's own text may hold anything, so it is not shown."""
    places = []
    trace = error.__traceback__
    while trace is not None:
        places.append((str(trace.tb_frame.f_globals.get("__name__")), trace.tb_lineno))
        trace = trace.tb_next
    where = "{}:{}".format(*places[-1]) if places else "?"
    say_error(
        f"internal error: {for_terminal(type(error).__name__)} at {where}",
        _whose_fault(module for module, _ in places),
    )
    if verbose:
        from traceback import format_tb  # noqa: PLC0415 - only then

        print("".join(format_tb(error.__traceback__)), end="", file=sys.stderr)
    return INTERNAL
