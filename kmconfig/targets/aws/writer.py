"""Writing parameters and the secret, one after the other, and putting back what was there.

A parameter that has to go gets the text `null`, which Laravel takes for a variable that is not set: with a parameter
AWS deletes all its versions, and with them the way back. One that was not there before is deleted on the way back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kmconfig.errors import CouldNotCheck, Refused
from kmconfig.secrets.secret import Secret
from kmconfig.targets.aws.evidence import Staged, judge
from kmconfig.targets.aws.history import history, mark_of, version_id
from kmconfig.targets.aws.holdings import SECURE
from kmconfig.targets.aws.snapshot import Snapshot
from kmconfig.targets.aws.writing import delete_parameter, promote, put_parameter, put_version, tidy
from kmconfig.targets.goal import Candidate
from kmconfig.targets.laravel_keys import SECRET_KEYS
from kmconfig.targets.variables.reading import aim
from kmconfig.targets.variables.texts import NULL

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from kmconfig.targets.aws.holdings import Holdings
    from kmconfig.targets.aws.reader import AwsReader
    from kmconfig.targets.goal import Goal
    from kmconfig.targets.interface import State, WritePermit
    from kmconfig.targets.keeping.interface import Fence
    from kmconfig.targets.variables.texts import Text


class AwsWriter:
    """Writes what differs, the secret first, and marks each version that it makes."""

    def __init__(self, reader: AwsReader, permit: WritePermit, goal: Goal, *, formerly_ours: frozenset[str]) -> None:
        self._reader = reader
        self._line = reader.line
        self._shelves = reader.shelves
        self._permit = permit
        self._goal = goal
        self._formerly_ours = formerly_ours
        self._mark = mark_of(f"{permit.plan_digest} {permit.base}")
        self._parameters: Mapping[str, Text] | None = None
        self._data: Mapping[str, Any] | None = None
        self._judged: str | None = None

    def prepare(self) -> None:
        """Make sure that the secret is there, that no secret would be kept in clear, and that versions can be told.

        Raises CouldNotCheck.
        """
        holdings = self._reader.read()
        if holdings.document is not None and holdings.document.version is None:
            raise CouldNotCheck(
                f"`aws_secret:{self._shelves.secret}` {holdings.document.lack}",
                help="create it with its KMS key and policy first, with `{}` in it: `aws secretsmanager create-secret`",
            )
        changes = self._changes(holdings)[0]
        for name, text in changes.items():
            held = holdings.parameters.get(name)
            if held is not None and held.kind != SECURE and _is_secret(name, text):
                raise CouldNotCheck(
                    f"`ssm:{self._shelves.parameter(name)}` is a {held.kind}, which keeps secrets in clear, and AWS"
                    " does not change the type of a parameter",
                    help="delete it, wait 30 seconds, and apply again: it is then made as a SecureString",
                )
        replaced = next((name for name in changes if name in holdings.parameters), None)
        if replaced is not None:
            # Each write and each way back looks at it: without the permission a run would stop half-way.
            history(self._line, self._shelves.parameter(replaced))

    def capture(self) -> bytes:
        """Which versions there are now."""
        return Snapshot.of(self._required()).write()

    def stage(self) -> str:
        """Compose what differs. Returns the mark of its versions with what they are of."""
        if isinstance(self._goal, Candidate):
            self._goal.require_read()
        self._parameters, self._data = self._changes(self._required())
        return str(Staged(self._mark, tuple(sorted(self._parameters)), secret=self._data is not None))

    def write(self, fence: Fence) -> None:
        """Write what was staged, each on top of the version that was planned against."""
        if self._parameters is None:
            raise ValueError("values are staged before they are written")
        holdings = self._required()
        if self._data is not None:
            self._write_secret(holdings, self._data, fence)
        for name, text in self._parameters.items():
            held = holdings.parameters.get(name)
            kind = held.kind if held is not None else SECURE if _is_secret(name, text) else "String"
            fence.check()
            put_parameter(
                self._line,
                self._shelves.parameter(name),
                text,
                kind=kind,
                after=held.version if held is not None else 0,
                mark=self._mark,
            )

    def _write_secret(self, holdings: Holdings, data: Mapping[str, Any], fence: Fence) -> None:
        secret, document = self._shelves.secret, holdings.document
        if secret is None or document is None or document.version is None:
            raise CouldNotCheck(f"`aws_secret:{secret}` is not there", help="create it first, with `{}` in it")
        version = version_id(self._mark, secret)
        fence.check()
        put_version(self._line, secret, data, version=version)
        promote(self._line, secret, version=version, before=document.version, fence=fence)
        tidy(self._line, secret, version=version)

    def restore(self, snapshot: bytes | None, fence: Fence) -> None:
        """Write old versions of parameters as new ones, and make the secret's old version current again.

        Only what differs from the snapshot is touched. Raises Refused where others have written since it was judged.
        """
        kept = Snapshot.read(snapshot)
        holdings = self._reader.read()
        if self._judged not in (None, holdings.base):
            raise self._changed()
        self._restore_parameters(kept, holdings, fence)
        self._restore_secret(kept, holdings, fence)

    def _restore_parameters(self, kept: Snapshot, holdings: Holdings, fence: Fence) -> None:
        for name, held in holdings.parameters.items():
            if kept.parameters.get(name) == held.version:
                continue
            before = kept.parameter(self._line, self._shelves, name)
            fence.check()
            if before is None:
                delete_parameter(self._line, self._shelves.parameter(name))
            elif before.text != held.text:
                put_parameter(
                    self._line,
                    self._shelves.parameter(name),
                    before.text,
                    kind=before.kind,
                    after=held.version,
                    mark=self._mark,
                )

    def _restore_secret(self, kept: Snapshot, holdings: Holdings, fence: Fence) -> None:
        secret, document = self._shelves.secret, holdings.document
        if secret is None or document is None or kept.secret == document.version:
            return
        if kept.secret is None or document.version is None:
            raise CouldNotCheck(f"`aws_secret:{secret}` was not there before", help="put back what it held yourself")
        promote(self._line, secret, version=kept.secret, before=document.version, fence=fence)

    def state(self, snapshot: bytes | None, written: Collection[str]) -> State:
        """Tell by versions, and by the marks they carry."""
        holdings = self._reader.read()
        self._judged = holdings.base
        return judge(self._reader, holdings, Snapshot.read(snapshot), written)

    def _changes(self, holdings: Holdings) -> tuple[dict[str, Text], dict[str, Any] | None]:
        """The parameters that differ, and the secret's JSON where that does."""
        parameters: dict[str, Text] = {}
        data = dict(holdings.document.data) if holdings.document is not None else {}
        changed = False
        for name, text in aim(self._reader, self._goal, holdings, self._formerly_ours).texts.items():
            for shelf, wanted in holdings.differing(name, text):
                if shelf == "parameter":
                    parameters[name] = NULL if wanted is None else wanted
                    continue
                changed = True
                data.pop(name, None)
                if wanted is not None:
                    data[name] = wanted
        return parameters, data if changed else None

    def _required(self) -> Holdings:
        holdings = self._reader.read()
        if holdings.base != self._permit.base:
            raise self._changed()
        return holdings

    def _changed(self) -> Refused:
        return Refused(
            f"`{self._reader.shown}` changed after it was compared with the files",
            help="somebody else writes it; run the command again",
        )


def _is_secret(name: str, text: Text) -> bool:
    return isinstance(text, Secret) or (name in SECRET_KEYS and text != NULL)
