"""Answers of any length, as boto3 takes them when they are bounded."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import TYPE_CHECKING, Any

import boto3.session
import pytest
from botocore.config import Config
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError

from kmconfig.secrets.aws.answer_size import AnswerTooLong, bound_answers

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST = 4096
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


@contextlib.contextmanager
def client(answer: bytes, *, hangs: bool = False) -> Iterator[Any]:
    """A client of a server that gives this answer, and then closes the connection or ``hangs``."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def talk() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(answer)
                if hangs:
                    over.wait(10)

        talking = threading.Thread(target=talk)
        talking.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        limits = Config(read_timeout=0.2, retries={"mode": "standard", "total_max_attempts": 1})
        session = boto3.session.Session("AKIAKMCONFIGTEST0000", "not-a-secret", region_name="eu-west-1")
        made = session.client("sesv2", endpoint_url=url, config=limits)
        bound_answers(made, most=MOST)
        yield made
        made.close()
        over.set()
        talking.join()


def whole(body: bytes) -> bytes:
    return HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body


def test_an_answer_up_to_the_bound_is_read() -> None:
    body = b'{"SendingEnabled": true}'.ljust(MOST)
    with client(whole(body)) as asking:
        assert asking.get_account()["SendingEnabled"] is True


@pytest.mark.parametrize(
    "answer",
    [
        whole(b"{}".ljust(MOST + 1)),
        HEAD + b"\r\n" + b"{}".ljust(MOST + 1),
        CHUNKED + b"%x\r\n" % (MOST + 1) + b"{}".ljust(MOST + 1) + b"\r\n0\r\n\r\n",
    ],
    ids=["length", "until the end", "chunked"],
)
def test_an_answer_beyond_it_is_none(answer: bytes) -> None:
    with client(answer) as asking, pytest.raises(AnswerTooLong):
        asking.get_account()


def test_an_answer_that_breaks_off() -> None:
    with client(CHUNKED + b"5\r\n{\r\n") as asking, pytest.raises(ConnectionClosedError):
        asking.get_account()


def test_an_answer_that_stops_coming() -> None:
    with client(CHUNKED + b"5\r\n{", hangs=True) as asking, pytest.raises(ReadTimeoutError):
        asking.get_account()
