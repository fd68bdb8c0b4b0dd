"""How servers of the settings interface misbehave."""

from __future__ import annotations

import gzip
import json
import socket
import struct
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.servers.settings_api import Handler, Misbehaviour

HTML = b"<!doctype html><title>Log in</title><form>Please log in.</form>"


def code(number: int, *, status: int = 200, **more: Any) -> Misbehaviour:
    """Do nothing, and answer with a code."""
    return lambda handler: handler.reply(status, json.dumps(handler.api.envelope(number, **more)).encode())


def html(status: int, *, written: bool = False) -> Misbehaviour:
    """Answer with a page, as something in between does."""

    def answer(handler: Handler) -> None:
        if written:
            handler.usual()
        handler.reply(status, HTML, Content_Type="text/html")

    return answer


def hang(*, written: bool) -> Misbehaviour:
    """Never answer."""

    def answer(handler: Handler) -> None:
        if written:
            handler.usual()
        handler.api.closing.wait(20)

    return answer


def busy(status: int, *, written: bool = False, **headers: str) -> Misbehaviour:
    """Answer with a status that may pass."""

    def answer(handler: Handler) -> None:
        if written:
            handler.usual()
        handler.reply(status, b"busy", **headers)

    return answer


def partial(*fields: str, confirmed: bool = True) -> Misbehaviour:
    """Take some fields only, and call it a success, or answer with a page."""

    def answer(handler: Handler) -> None:
        asked = json.loads(handler.content)["settings"]
        handler.api.take({name: value for name, value in asked.items() if name in (*fields, "managed")})
        handler.reply(200, json.dumps(handler.api.envelope(650)).encode() if confirmed else HTML)

    return answer


def cut_off(handler: Handler) -> None:
    """Do what is asked, and break the connection off in the middle of the answer."""
    _, document = handler.usual()
    content = json.dumps(document).encode()
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    handler.wfile.write(content[: len(content) // 2])
    handler.wfile.flush()
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.close_connection = True


def gzip_bomb(handler: Handler) -> None:
    """Answer with little that becomes much."""
    handler.usual()
    handler.reply(200, gzip.compress(b"0" * 500_000) * 100, Content_Encoding="gzip")


def huge(handler: Handler) -> None:
    """Answer with far too much."""
    handler.usual()
    handler.reply(200, b" " * 6_000_000 + json.dumps(handler.api.envelope(650)).encode())


def altered(**changes: Any) -> Misbehaviour:
    """Answer as usual but for some parts of the envelope, None for those that go."""

    def answer(handler: Handler) -> None:
        _, document = handler.usual()
        document |= changes
        left = {name: value for name, value in document.items() if value is not None}
        handler.reply(200, json.dumps(left).encode())

    return answer


def forged(handler: Handler) -> None:
    """Answer with another response than the one that is signed."""
    _, document = handler.usual()
    document["response"] = {**document["response"], "message": "trust me"}
    handler.reply(200, json.dumps(document).encode())


def replayed(number: int) -> Misbehaviour:
    """Answer once more what was answered before."""
    return lambda handler: handler.reply(*handler.api.replies[number])


def redirect(location: str, status: int = 307) -> Misbehaviour:
    """Send elsewhere."""
    return lambda handler: handler.reply(status, b"", Location=location)
