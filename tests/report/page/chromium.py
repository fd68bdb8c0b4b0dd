"""A headless Chromium that shows a page, tells what it complained about, and measures and photographs it."""

from __future__ import annotations

import base64
import json
import os
import select
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any, Self

from tests.servers.requirements import find_program, require

if TYPE_CHECKING:
    from pathlib import Path

_WITHIN = 60.0
_COMPLAINTS = ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded")
_OPTIONS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--hide-scrollbars"),
    *("--disable-extensions", "--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--host-resolver-rules=MAP * ~NOTFOUND", "--remote-debugging-pipe"),
)
#: Becomes Chromium with two descriptors where it looks for them.
_START = """
import os, sys
hears, says = (os.dup(int(number)) for number in sys.argv[1:3])
os.dup2(hears, 3)
os.dup2(says, 4)
os.set_inheritable(3, True)
os.set_inheritable(4, True)
os.execv(sys.argv[3], sys.argv[3:])
"""


def require_chromium() -> None:
    """Skip, or fail where nothing may be skipped, without Chromium."""
    require("showing a page", packages="chromium", programs=("chromium",))


class Browser:
    """Speaks the DevTools protocol over two pipes, which Chromium wants as descriptors 3 and 4."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._number = 0
        self._session = ""
        self._unread = b""
        self.events: list[dict[str, Any]] = []

    def __enter__(self) -> Self:
        hears, self._to = os.pipe()
        self._from, says = os.pipe()
        program = find_program("chromium")
        assert program is not None
        line = (sys.executable, "-c", _START, str(hears), str(says), program, *_OPTIONS)
        self._process = subprocess.Popen(
            (*line, f"--user-data-dir={self._home}"),
            env={**os.environ, "HOME": str(self._home)},
            pass_fds=(hears, says),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(hears)
        os.close(says)
        try:
            target = self.ask("Target.createTarget", url="about:blank")["targetId"]
            self._session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
            for domain in ("Page", "Runtime", "Log", "Network"):
                self.ask(f"{domain}.enable")
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._session = ""
        try:
            self.ask("Browser.close")
            self._process.wait(timeout=_WITHIN)
        finally:
            self._end()

    def _end(self) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._to)
        os.close(self._from)

    def show(self, page: Path, *, width: int, height: int, dark: bool = False, media: str = "") -> None:
        """Load a page into a window of a size and wait until it is there."""
        self.events.clear()
        phone = width < 600
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=phone)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.ask("Emulation.setEmulatedMedia", media=media, features=[scheme])
        self.ask("Page.navigate", url=page.as_uri())
        while not any(event["method"] == "Page.loadEventFired" for event in self.events):
            self._take()

    def measure(self, expression: str) -> Any:
        """The value of an expression in the page, for which its own policy does not matter."""
        told = self.ask("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in told, told
        return told["result"].get("value")

    def photograph(self) -> bytes:
        """What the window shows, as PNG."""
        return base64.b64decode(self.ask("Page.captureScreenshot", format="png")["data"])

    def complaints(self) -> list[dict[str, Any]]:
        """Everything that was logged or went wrong since the page was loaded."""
        return [event for event in self.events if event["method"] in _COMPLAINTS]

    def requests(self) -> list[str]:
        """Every address that was asked for since then, the page's own among them."""
        sent = (event for event in self.events if event["method"] == "Network.requestWillBeSent")
        return [event["params"]["request"]["url"] for event in sent]

    def ask(self, method: str, **parameters: Any) -> Any:
        """Send a command and wait for its result."""
        self._number += 1
        command: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            command["sessionId"] = self._session
        os.write(self._to, json.dumps(command).encode() + b"\0")
        while True:
            answer = self._take()
            if answer.get("id") == self._number:
                assert "error" not in answer, (method, answer)
                return answer["result"]

    def _take(self) -> dict[str, Any]:
        """The next message; an event is kept."""
        until = time.monotonic() + _WITHIN
        while b"\0" not in self._unread:
            ready, _, _ = select.select([self._from], [], [], max(0.0, until - time.monotonic()))
            assert ready, "Chromium says nothing"
            read = os.read(self._from, 1 << 16)
            assert read, "Chromium is gone"
            self._unread += read
        text, _, self._unread = self._unread.partition(b"\0")
        message: dict[str, Any] = json.loads(text)
        if "method" in message:
            self.events.append(message)
        return message
