"""Servers that keep a client waiting. Real time passes here, in hundredths of seconds."""

from __future__ import annotations

import json
import socket
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from kmconfig.environment.reference import SecretRef
from kmconfig.secrets.vault.patience import Limits
from tests.secrets.vault.asking import PASSWORD, VALUE, opened, problem, text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


SHORT = Limits(connect=0.2, read=0.2, attempt=0.1, tries=2, budget=0.3)


@contextmanager
def dripping(drip: Callable[[socket.socket, threading.Event], None]) -> Iterator[str]:
    """A server whose answers never end."""
    ended = threading.Event()
    threads: list[threading.Thread] = []

    def serve(connection: socket.socket) -> None:
        with connection:
            try:
                drip(connection, ended)
            except OSError:
                return

    def accept() -> None:
        while not ended.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threads.append(threading.Thread(target=serve, args=(connection,)))
            threads[-1].start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        accepting = threading.Thread(target=accept)
        accepting.start()
        yield f"127.0.0.1:{listener.getsockname()[1]}"
        ended.set()
        listener.shutdown(socket.SHUT_RDWR)
        accepting.join()
    for thread in threads:
        thread.join()


def drip_headers(connection: socket.socket, ended: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
    while not ended.wait(0.01):
        connection.sendall(b"x")


def drip_body(connection: socket.socket, ended: threading.Event) -> None:
    connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n{"data": "')
    while not ended.wait(0.01):
        connection.sendall(b"x")


def say_nothing(connection: socket.socket, ended: threading.Event) -> None:
    ended.wait(10)


@pytest.mark.parametrize("drip", [drip_headers, drip_body, say_nothing])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_server_that_drips_is_given_up(drip: Callable[[socket.socket, threading.Event], None], scheme: str) -> None:
    with dripping(drip) as host, opened(f"{scheme}://{host}", limits=SHORT) as store:
        start = time.monotonic()
        found = problem(store)
        store.resolve([SecretRef("vault", f"path-{number}", "k") for number in range(20)])
        took = time.monotonic() - start
    assert found.kind == "unreachable"
    assert took < 2.0


def test_what_was_read_before_a_timeout_stays() -> None:
    metadata = {"version": 1, "created_time": "2026-08-14T10:00:00Z", "deletion_time": "", "destroyed": False}
    body = json.dumps({"data": {"data": {"password": VALUE, "username": "apikey"}, "metadata": metadata}}).encode()
    asked: list[bytes] = []

    def answer_once(connection: socket.socket, ended: threading.Event) -> None:
        asked.append(connection.recv(65_536))
        if len(asked) == 1:
            head = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body)
            connection.sendall(head + body)
        else:
            ended.wait(10)

    with dripping(answer_once) as host, opened(f"http://{host}", limits=SHORT) as store:
        assert text(store) == VALUE
        found = problem(store, SecretRef("vault", "other", "k"))
        assert text(store, PASSWORD._replace(key="username")) == "apikey"
    assert "did not answer within the time limit" in found.message


def test_an_answer_that_breaks_off_is_tried_again_and_then_said() -> None:
    calls: list[int] = []

    def hang_up(connection: socket.socket, _: threading.Event) -> None:
        calls.append(1)
        connection.recv(65_536)
        connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{"data"')

    with dripping(hang_up) as host, opened(f"http://{host}") as store:
        found = problem(store)
    assert len(calls) == 3
    assert found.kind == "unreachable"


@pytest.mark.parametrize("answer", [b"", b"\0\0\0", b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1 abc\r\n\r\n"])
def test_a_server_of_another_kind(answer: bytes) -> None:
    def speak(connection: socket.socket, _: threading.Event) -> None:
        connection.recv(65_536)
        connection.sendall(answer)

    with dripping(speak) as host, opened(f"http://{host}") as store:
        assert problem(store).kind == "unreachable"
