"""HTTP/1.1, with or without TLS, on a free port of loopback; everything ends with ``stop``."""

from __future__ import annotations

import socket
import socketserver
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.servers.vault.messages import Request

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator

    from tests.servers.vault.messages import Answer

_TLS_HANDSHAKE = b"\x16"
_NOT_TLS = (
    b"HTTP/1.0 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n"
    b"Client sent an HTTP request to an HTTPS server.\n"
)


class Listener:
    """Accepts connections and hands each request to *respond*."""

    def __init__(self, respond: Callable[[Request], Answer], context: ssl.SSLContext | None) -> None:
        self.respond = respond
        self.context = context
        self.faults: list[BaseException] = []
        self.disconnects: list[OSError] = []
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def port(self) -> int:
        """The port on 127.0.0.1."""
        return int(self._server.server_address[1])

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """End every connection and thread."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._server.end_connections()


class _Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, listener: Listener) -> None:
        self.listener = listener
        self._open: dict[threading.Thread, socket.socket] = {}
        self._lock = threading.Lock()
        super().__init__(("127.0.0.1", 0), _Handler)

    def process_request(self, request: object, client_address: object) -> None:
        """Serve a connection in a thread of its own that ``end_connections`` can end."""
        if not isinstance(request, socket.socket):
            raise TypeError("a TCP server accepts sockets")
        thread = threading.Thread(target=self._serve, args=(request, client_address), daemon=True)
        with self._lock:
            self._open = {other: socket for other, socket in self._open.items() if other.is_alive()}
            thread.start()
            self._open[thread] = request

    def _serve(self, connection: socket.socket, client_address: object) -> None:
        try:
            with self._secure(connection) as secured:
                _Handler(secured, client_address, self)
        except OSError as error:
            # The client went away, or would not trust this certificate: tests look at what the client says.
            self.listener.disconnects.append(error)
        except Exception as error:  # noqa: BLE001 - raised again where the server is stopped
            self.listener.faults.append(error)
        finally:
            connection.close()

    @contextmanager
    def _secure(self, connection: socket.socket) -> Iterator[socket.socket]:
        context = self.listener.context
        if context is None:
            yield connection
            return
        if connection.recv(1, socket.MSG_PEEK) != _TLS_HANDSHAKE:
            connection.recv(65_536)
            connection.sendall(_NOT_TLS)
            raise ConnectionAbortedError("not TLS")
        # The wrapped socket takes the descriptor over, so it is the one to shut down from now on.
        with context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False) as secured:
            with self._lock:
                self._open[threading.current_thread()] = secured
            secured.do_handshake()
            yield secured

    def end_connections(self) -> None:
        """Shut down what is still open and wait for its threads."""
        with self._lock:
            threads = dict(self._open)
        for thread, connection in threads.items():
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError as error:
                self.listener.disconnects.append(error)
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Headers and body leave together: apart, the second packet waits for the acknowledgement of the first.
    wbufsize = 65_536
    disable_nagle_algorithm = True
    server: _Server

    def __getattr__(self, name: str) -> Callable[[], None]:
        if name.startswith("do_"):
            return self._answer
        raise AttributeError(name)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it
        """Keep standard error clean."""

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        answer = self.server.listener.respond(
            _read(self.command, self.path, self.headers.items(), self.rfile.read(length))
        )
        self.send_response_only(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if "Date" not in answer.headers:
            self.send_header("Date", self.date_time_string())
        if answer.status != 204:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)


def _read(method: str, target: str, headers: list[tuple[str, str]], body: bytes) -> Request:
    parts = urlsplit(target)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    listing = method == "GET" and query.get("list", "").lower() in ("true", "1")
    return Request(
        method="LIST" if listing else method,
        path=unquote(parts.path).removeprefix("/v1/").lstrip("/"),
        query=query,
        headers={name.lower(): value for name, value in headers},
        body=body,
        target=target,
    )
