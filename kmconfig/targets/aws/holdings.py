"""What parameters and a secret hold, with the versions they have."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from kmconfig.errors import CouldNotCheck
from kmconfig.secrets.aws.faults import Fault
from kmconfig.secrets.aws.told import entries
from kmconfig.secrets.secret import Secret
from kmconfig.targets.aws.line import unreadable
from kmconfig.targets.variables.texts import KNOWN, Variables, holds

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from kmconfig.targets.aws.line import Line
    from kmconfig.targets.aws.shelves import Shelves
    from kmconfig.targets.variables.texts import Text

_BATCH = 10
"""AWS's limit of one GetParameters."""

SECURE = "SecureString"


class Parameter(NamedTuple):
    """A parameter as it is now."""

    version: int
    kind: str
    text: Secret


class Document(NamedTuple):
    """The JSON of a secret's current version; without a version there is no secret, or nothing in it.

    ``lack`` says what is missing then.
    """

    version: str | None
    data: Mapping[str, Any]
    lack: str = ""

    def __repr__(self) -> str:
        return f"<version {self.version}>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """All that the target holds of what settings of ours may decide, and the rest of the secret."""

    shelves: Shelves
    parameters: Mapping[str, Parameter] = field(repr=False)
    document: Document | None

    @property
    def base(self) -> str:
        """The token of this state, made from versions alone."""
        versions = [f"{name}:{parameter.version}" for name, parameter in sorted(self.parameters.items())]
        secret = self.document.version if self.document is not None else None
        return hashlib.sha256("\n".join([*versions, str(secret)]).encode()).hexdigest()[:32]

    def variables(self) -> Variables:
        """The variables, wherever they lie; the secret's win."""
        return Variables({**self.in_parameters(), **self.in_secret()})

    def in_parameters(self) -> dict[str, str]:
        """The texts of parameters."""
        return {name: parameter.text.reveal() for name, parameter in self.parameters.items()}

    def in_secret(self) -> dict[str, str]:
        """The texts of the secret's fields; what is not text looks as in JSON."""
        data = self.document.data if self.document is not None else {}
        return {name: value if isinstance(value, str) else json.dumps(value) for name, value in data.items()}

    def same(self, _variables: Variables, name: str, text: Text | None) -> bool:
        """Whether a variable has its text, where it belongs and only there."""
        return not [*self.differing(name, text)]

    def differing(self, name: str, text: Text | None) -> Iterator[tuple[str, Text | None]]:
        """On which shelves a variable would have to change, and to what."""
        belongs = self.shelves.shelf(name, text)
        for shelf, held in (("secret", self.in_secret()), ("parameter", self.in_parameters())):
            wanted = text if shelf == belongs else None
            if not _says(Variables(held), shelf, name, wanted):
                yield shelf, wanted


def _says(held: Variables, shelf: str, name: str, wanted: Text | None) -> bool:
    """A parameter that says `null` is as good as none: see the writer."""
    if shelf == "parameter" and wanted is None:
        return held.laravel(name) is None
    return holds(held, name, wanted)


def read_holdings(line: Line, shelves: Shelves) -> Holdings:
    """Read everything. Raises CouldNotCheck."""
    return Holdings(
        shelves=shelves,
        parameters=dict(_parameters(line, shelves)) if shelves.prefix is not None else {},
        document=read_document(line, shelves.secret) if shelves.secret is not None else None,
    )


def _parameters(line: Line, shelves: Shelves) -> Iterator[tuple[str, Parameter]]:
    for batch in _batches(sorted(KNOWN)):
        names = {shelves.parameter(name): name for name in batch}
        reply = line.read(f"ssm:{shelves.prefix}", "ssm", "get_parameters", Names=[*names], WithDecryption=True)
        for entry in entries(reply.get("Parameters")):
            name, version, text = names.get(str(entry.get("Name"))), entry.get("Version"), entry.get("Value")
            if name is not None and isinstance(version, int) and isinstance(text, str):
                yield name, Parameter(version, str(entry.get("Type")), Secret(text, reference=f"live {name}"))


def _batches(names: list[str]) -> Iterable[list[str]]:
    return (names[start : start + _BATCH] for start in range(0, len(names), _BATCH))


def read_document(line: Line, secret: str, *, version: str | None = None) -> Document:
    """A version of a secret, the current one for None. Raises CouldNotCheck."""
    about = f"aws_secret:{secret}"
    selector = {"VersionId": version} if version is not None else {"VersionStage": "AWSCURRENT"}
    reply = line.call("secretsmanager", "get_secret_value", SecretId=secret, **selector)
    if isinstance(reply, Fault):
        if reply.code == "ResourceNotFoundException":
            return Document(None, {}, "is not there, or holds nothing yet")
        raise unreadable(about, reply)
    found = _object(reply.get("SecretString"))
    if found is None:
        raise CouldNotCheck(f"`{about}` holds no JSON object", help="name another secret, or let it hold `{}` first")
    return Document(str(reply.get("VersionId")), found)


def _object(text: object) -> dict[str, Any] | None:
    if not isinstance(text, str):
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
