"""A job's log as the runner makes it: commands are carried out and not shown, what is masked is hidden."""

from __future__ import annotations

import re

_COMMAND = re.compile(r"::([\w-]+)(?: [^:]*)?::(.*)")


class JobLog:
    """Takes what the steps print. ``masked`` is what they asked to hide."""

    def __init__(self) -> None:
        self.masked: list[str] = []

    def taken(self, printed: str) -> str:
        """What people see of it."""
        shown, stopped = [], None
        for line in printed.splitlines():
            if stopped is not None:
                stopped = None if line == f"::{stopped}::" else stopped
            elif match := _COMMAND.match(line):
                name, value = match.groups()
                if name == "stop-commands":
                    stopped = value
                elif name == "add-mask":
                    self.masked.append(value)
                    continue
            shown.append(line)
        text = "\n".join(["", *shown])
        for secret in sorted(self.masked, key=len, reverse=True):
            text = text.replace(secret, "***")
        return text
