"""The console script: from an argument list to an exit code. The one place that ends the process."""

from __future__ import annotations

import gc
import sys


def main() -> None:
    """Run kmconfig with the process's arguments."""
    if sys.argv[1:] == ["--version"]:
        from kmconfig import __version__  # noqa: PLC0415 - asked for its version, it need not load anything else

        print(f"kmconfig {__version__}")
        return
    # The trees of a run hold almost no cycles, and looking for them again and again costs a tenth of it.
    gc.disable()
    try:
        from kmconfig.cli.run import run  # noqa: PLC0415

        code = run(sys.argv[1:], owns_process=True)
    except KeyboardInterrupt:  # while modules are loaded, before or after the run
        print("interrupted", file=sys.stderr)
        code = 130
    sys.exit(code)


if __name__ == "__main__":
    main()
