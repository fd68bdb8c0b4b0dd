"""GitLab's interface for notes on merge requests, on loopback, for the `curl` of the jobs."""

from __future__ import annotations

import json
import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.servers.threaded import Threaded

TOKEN = "glpat-of-the-project"
BOT = 42
_NOTES = re.compile(r"/api/v4/projects/5/merge_requests/7/notes(?:/(\d+))?")


class GitLab(Threaded):
    """Keeps ``notes``. Without the token it answers 401."""

    def __init__(self) -> None:
        self.notes: list[dict[str, Any]] = []
        self.calls: list[str] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))

    @property
    def address(self) -> str:
        """The value of CI_API_V4_URL."""
        return f"http://127.0.0.1:{self._server.server_port}/api/v4"

    def serve(self) -> None:
        self._server.serve_forever(poll_interval=0.01)

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, method: str, path: str, fields: dict[str, list[str]]) -> tuple[int, Any]:
        """Do what is asked."""
        self.calls.append(f"{method} {path}")
        if (method, path) == ("GET", "/api/v4/user"):
            return 200, {"id": BOT}
        match = _NOTES.fullmatch(path)
        if match is None:
            return 404, {"message": "404 Not Found"}
        if method == "GET":
            return 200, self.notes
        if method == "POST":
            self.notes.append({"id": 100 + len(self.notes), "author": {"id": BOT}, "body": fields["body"][0]})
            return 201, self.notes[-1]
        (note,) = (note for note in self.notes if note["id"] == int(match[1]))
        note["body"] = fields["body"][0]
        return 200, note


def _handler_of(gitlab: GitLab) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            fields = parse_qs(self.rfile.read(length).decode())
            if self.headers.get("PRIVATE-TOKEN") == TOKEN:
                code, document = gitlab.answer(self.command, urlsplit(self.path).path, fields)
            else:
                code, document = 401, {"message": "401 Unauthorized"}
            body = json.dumps(document).encode()
            self.send_response(code)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = _answer  # noqa: N815 - the names that the server looks for

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name of the base class
            """Tests need no log."""

    return Handler
