"""What is kept to put the target back: which versions there were, never what they hold."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from kmconfig.errors import CouldNotCheck
from kmconfig.targets.aws.history import history
from kmconfig.targets.aws.holdings import Document, Holdings, Parameter, read_document

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kmconfig.targets.aws.history import Version
    from kmconfig.targets.aws.line import Line
    from kmconfig.targets.aws.shelves import Shelves


class Snapshot(NamedTuple):
    """The versions of the parameters that there were, by variable, and the id of the secret's."""

    parameters: Mapping[str, int]
    secret: str | None = None

    @classmethod
    def of(cls, holdings: Holdings) -> Snapshot:
        """That of a state."""
        document = holdings.document
        return cls(
            {name: parameter.version for name, parameter in holdings.parameters.items()},
            document.version if document is not None else None,
        )

    @classmethod
    def read(cls, snapshot: bytes | None) -> Snapshot:
        """What :meth:`write` has made. Raises CouldNotCheck for anything else."""
        if snapshot is None:
            return cls({})
        try:
            kept = json.loads(snapshot)
            parameters = {str(name): int(version) for name, version in kept["parameters"].items()}
            return cls(parameters, None if kept["secret"] is None else str(kept["secret"]))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            damaged = CouldNotCheck("the snapshot of this target is damaged", help="pick an older run")
        raise damaged

    def write(self) -> bytes:
        """The snapshot as it is kept."""
        return json.dumps(self._asdict(), separators=(",", ":"), sort_keys=True).encode()

    def holdings(self, line: Line, shelves: Shelves, names: Iterable[str]) -> Holdings:
        """What these versions hold under ``names``. Raises CouldNotCheck where AWS no longer keeps them."""
        parameters = {}
        for name in names:
            version = self.parameter(line, shelves, name) if shelves.prefix is not None else None
            if version is not None:
                parameters[name] = Parameter(version.number, version.kind, version.text)
        return Holdings(shelves=shelves, parameters=parameters, document=self.document(line, shelves))

    def parameter(self, line: Line, shelves: Shelves, name: str) -> Version | None:
        """The version that a parameter had, None where there was none."""
        number = self.parameters.get(name)
        if number is None:
            return None
        found = history(line, shelves.parameter(name)).get(number)
        if found is None:
            raise _dropped(f"ssm:{shelves.parameter(name)}", str(number))
        return found

    def document(self, line: Line, shelves: Shelves) -> Document | None:
        """The version that the secret had."""
        if shelves.secret is None or self.secret is None:
            return None
        found = read_document(line, shelves.secret, version=self.secret)
        if found.version is None:
            raise _dropped(f"aws_secret:{shelves.secret}", self.secret)
        return found


def _dropped(about: str, version: str) -> CouldNotCheck:
    return CouldNotCheck(
        f"version {version} of `{about}` is no longer kept", help="pick a newer run, or write the files anew"
    )
