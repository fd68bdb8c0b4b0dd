"""Asks Amazon SES by its API, version 2, over boto3: within a stage's time, and patiently where AWS throttles."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, TypeVar
from urllib.parse import urlsplit

from kmconfig.mail.failure import StageFailed, bounded
from kmconfig.mail.scrub import Scrubber
from kmconfig.mail.ses_faults import PASSING, THROTTLED, TIMEOUT, failed_by
from kmconfig.mail.ses_quiet import QUIET
from kmconfig.mail.time_limit import within
from kmconfig.secrets.aws.answer_size import bound_answers
from kmconfig.secrets.aws.descriptions import share_descriptions
from kmconfig.secrets.aws.faults import Asking
from kmconfig.secrets.proxy import unusable_among

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from urllib.parse import SplitResult

    from kmconfig.mail.ses_account import SesAccount
    from kmconfig.mail.stages import Listener

    Answer = Mapping[str, Any]

_Done = TypeVar("_Done")

_ATTEMPTS: Final = 4
_FIRST_PAUSE: Final = 0.5
_LONGEST_ANSWER: Final = 1 << 20
"""Bytes. What SES answers here has some thousands."""

#: What SES's answers always hold: botocore takes anybody's `{}` for an answer that says nothing.
_ALWAYS: Final = {
    "get_account": "SendingEnabled",
    "get_configuration_set": "ConfigurationSetName",
    "get_email_identity": "VerifiedForSendingStatus",
    "send_email": "MessageId",
}


class Endpoint(NamedTuple):
    """Where the API is, and where the keys come from, in words."""

    host: str
    port: int
    keys: str


class SesApi:
    """One login at SES. Nothing is loaded or asked before :meth:`open`; faults are :class:`StageFailed`.

    boto3 itself reads the variables of this process, ``AWS_ENDPOINT_URL`` among them. ``listener`` hears what is asked
    and answered, ``pause`` waits.
    """

    def __init__(
        self,
        account: SesAccount,
        *,
        listener: Listener | None = None,
        pause: Callable[[float], None] | None = None,
    ) -> None:
        self._account = account
        self._listener = listener
        self._marks = ("~>", "<~")
        self._pause = pause or time.sleep
        self._client: Any = None
        self._login: Any = None
        self._hushed = False
        self._ends = time.monotonic() + account.timeout

    def begin(self) -> None:
        """A stage begins: it has all of its time."""
        self._ends = time.monotonic() + self._account.timeout

    def open(self) -> Endpoint:
        """Find the keys and where to go with them; neither is used yet.

        Raises CouldNotCheck for a proxy on the way that cannot be used.
        """
        account = self._account
        if (account.access_key_id is None) != (account.secret_access_key is None):
            raise StageFailed("aws-half-key", "an access key needs its id and its secret", stage="auth")
        if not self._hushed:
            QUIET.enter()
            self._hushed = True
        keys = self._attempt(self._connect)
        QUIET.again()
        address = urlsplit(self._client.meta.endpoint_url)
        _require_proxy(address)
        port = address.port or (80 if address.scheme == "http" else 443)
        if address.scheme == "http":
            self._marks = ("->", "<-")
        return Endpoint(address.hostname or "", port, keys)

    def ask(self, operation: str, **parameters: Any) -> Answer:
        """Ask something that may be asked again: when AWS throttles, has a fault, or could not be reached."""
        return self._patiently(operation, parameters, again=PASSING)

    def send(self, **parameters: Any) -> Answer:
        """Send a message: a second time only where AWS says that it took none, because it throttles."""
        return self._patiently("send_email", parameters, again=frozenset({THROTTLED}))

    def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            self._client.close()
        if self._hushed:
            QUIET.leave()
            self._hushed = False

    def _patiently(self, operation: str, parameters: Answer, *, again: frozenset[str]) -> Answer:
        pause, attempts = _FIRST_PAUSE, 1
        while True:
            self._say(0, " ".join((_spelt(operation), *(f"{name}={part}" for name, part in _plain(parameters)))))
            try:
                answer = self._attempt(lambda: self._call(operation, parameters))
            except StageFailed as failed:
                self._say(1, failed.words)
                if failed.kind not in again or attempts == _ATTEMPTS or pause >= self._left():
                    raise
            else:
                self._say(1, f"{_ALWAYS[operation]}={answer[_ALWAYS[operation]]}")
                return answer
            self._pause(pause)
            pause, attempts = pause * 2, attempts + 1

    def _call(self, operation: str, parameters: Answer) -> Answer:
        answer: Answer = getattr(self._client, operation)(**parameters)
        if not isinstance(answer.get(_ALWAYS[operation]), (str, bool)):
            raise _NotOfSes
        return answer

    def _attempt(self, work: Callable[[], _Done]) -> _Done:
        """Work within the time that is left. What goes wrong is told without boto3's exception."""
        try:
            return within(self._left(), work)
        except TimeoutError:
            failed = StageFailed(TIMEOUT, f"no complete answer within {self._account.timeout:g} s")
        except Exception as error:  # noqa: BLE001 - nonsense from a server makes botocore fail in any way
            failed = failed_by(error, Asking("ses", self._account.region, os.environ), hide=self._hide)
        raise failed

    def _say(self, direction: Literal[0, 1], line: str) -> None:
        if self._listener is not None:
            self._listener.said(self._marks[direction], bounded(self._hide(line)))

    def _left(self) -> float:
        return self._ends - time.monotonic()

    def _connect(self) -> str:
        """Make the client, and say where its keys come from."""
        import boto3.session  # noqa: PLC0415 - needed by few, and slow to load
        import botocore.session  # noqa: PLC0415 - as above
        from botocore.config import Config  # noqa: PLC0415 - as above
        from botocore.exceptions import NoCredentialsError  # noqa: PLC0415 - as above

        account = self._account
        core = botocore.session.Session()
        share_descriptions(core)
        # By default, so that it also holds for the clients that botocore makes to fetch credentials. It does not
        # ask again by itself, because a message could then be sent twice.
        limits = {"connect_timeout": account.timeout, "read_timeout": account.timeout}
        core.set_default_client_config(Config(**limits, retries={"mode": "standard", "total_max_attempts": 1}))
        if account.access_key_id is not None and account.secret_access_key is not None:
            core.set_credentials(account.access_key_id.reveal(), account.secret_access_key.reveal())
        credentials = core.get_credentials()
        if credentials is None:
            raise NoCredentialsError
        self._login = credentials
        self._client = boto3.session.Session(botocore_session=core, region_name=account.region).client("sesv2")
        bound_answers(self._client, most=_LONGEST_ANSWER)
        return "static keys" if account.access_key_id is not None else f"AWS credential chain ({credentials.method})"

    def _hide(self, text: str) -> str:
        """Mask the login, which a server may have repeated."""
        scrubber = Scrubber()
        for name in ("access_key", "secret_key", "token"):
            # Looked at as it is: by its property a temporary login would be fetched.
            held = vars(self._login) if self._login is not None else {}
            value = held.get(f"_{name}") or held.get(name)
            if isinstance(value, str):
                scrubber.learn(value.encode())
        return scrubber.scrub(text)


def _require_proxy(address: SplitResult) -> None:
    """Raise CouldNotCheck where botocore could make nothing of the proxy on the way to an address."""
    from botocore.utils import get_environ_proxies  # noqa: PLC0415 - needed by few, and slow to load

    found = get_environ_proxies(address.geturl())
    if (unusable := unusable_among(found, scheme=address.scheme, environ=os.environ)) is not None:
        raise unusable.error()


def _spelt(operation: str) -> str:
    """An operation as AWS spells it."""
    return "".join(word.capitalize() for word in operation.split("_"))


def _plain(parameters: Answer) -> Iterator[tuple[str, str]]:
    """What was asked, without what is too long to be shown."""
    return ((name, part) for name, part in parameters.items() if isinstance(part, str))


class _NotOfSes(Exception):  # noqa: N818 - never leaves this module
    """What answered is not SES."""
