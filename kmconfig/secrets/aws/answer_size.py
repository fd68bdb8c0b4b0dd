"""How much of an answer boto3 takes: botocore itself reads all that comes, for as long as it comes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


class AnswerTooLong(Exception):  # noqa: N818 - says what the answer is
    """An answer has more bytes than AWS ever sends."""


def bound_answers(client: Any, *, most: int) -> None:
    """Let ``client`` end with :class:`AnswerTooLong` where a body has more than ``most`` bytes."""
    endpoint = client._endpoint  # noqa: SLF001 - botocore has no other way in
    endpoint.http_session = _BoundedSession(endpoint.http_session, most)


class _BoundedSession:
    """Sends as botocore's session does, and fails as it does."""

    def __init__(self, session: Any, most: int) -> None:
        self._session = session
        self._most = most

    def send(self, request: Any) -> Any:
        """Send a request, and read the answer as far as the bound."""
        from botocore import exceptions as botocore  # noqa: PLC0415 - boto3 is loaded where it is used
        from urllib3 import exceptions as urllib3  # noqa: PLC0415 - as above

        request.stream_output = True  # leaves the reading to us
        response = self._session.send(request)
        response.raw = _BoundedBody(response.raw, self._most)
        try:
            response.content  # noqa: B018 - read here, and kept by the response
        except urllib3.ReadTimeoutError as error:
            raise botocore.ReadTimeoutError(endpoint_url=request.url, error=error) from error
        except urllib3.HTTPError as error:
            raise botocore.ConnectionClosedError(endpoint_url=request.url, request=request, error=error) from error
        return response

    def close(self) -> None:
        """Close the connections."""
        self._session.close()


class _BoundedBody:
    def __init__(self, raw: Any, most: int) -> None:
        self._raw = raw
        self._most = most

    def stream(self) -> Iterator[bytes]:
        """The body, piece by piece."""
        taken = 0
        for piece in self._raw.stream():
            taken += len(piece)
            if taken > self._most:
                self._raw.close()
                raise AnswerTooLong
            yield piece
