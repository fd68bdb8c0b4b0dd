"""The versioned key-value engine."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, cast

from tests.servers.vault.clock import parse_duration, timestamp, write_duration
from tests.servers.vault.kv1 import list_keys
from tests.servers.vault.messages import DONE, UNSUPPORTED_OPERATION, Outcome, Refused

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from tests.servers.vault.clock import FakeClock
    from tests.servers.vault.messages import Call, Json
    from tests.servers.vault.release import Release

_DEFAULT_VERSIONS = 10
_COMMANDS = {"read": "get", "create": "put", "update": "put", "delete": "delete", "list": "list", "patch": "patch"}


@dataclass(slots=True, kw_only=True)
class Version:
    """One version of a secret; no data once it is destroyed."""

    created: datetime
    data: Json | None
    deleted: datetime | None = None
    destroyed: bool = False

    def gone(self, now: datetime) -> bool:
        """Tell whether there is nothing to read any more."""
        return self.destroyed or (self.deleted is not None and self.deleted <= now)

    def describe(self) -> Json:
        """Return what metadata says of this version."""
        return {
            "created_time": timestamp(self.created),
            "deletion_time": timestamp(self.deleted) if self.deleted else "",
            "destroyed": self.destroyed,
        }


@dataclass(slots=True, kw_only=True)
class Entry:
    """All versions at one path, and the path's own settings."""

    created: datetime
    updated: datetime
    versions: dict[int, Version] = field(default_factory=dict)
    current: int = 0
    max_versions: int = 0
    cas_required: bool = False
    delete_after: int = 0
    custom: dict[str, str] | None = None


class KvTwo:
    """Secrets by path, each with its versions."""

    def __init__(self, clock: FakeClock, release: Release) -> None:
        self._clock = clock
        self._release = release
        self.entries: dict[str, Entry] = {}
        self._config = Entry(created=clock.now(), updated=clock.now())

    def exists(self, path: str) -> bool | None:
        """Tell create from update, for data and metadata."""
        area, _, name = path.partition("/")
        entry = self.entries.get(name)
        if area == "metadata":
            return entry is not None
        if area != "data":
            return None
        version = entry.versions.get(entry.current) if entry else None
        return version is not None and not version.gone(self._clock.now())

    def is_login(self, path: str) -> bool:
        """Tell whether a path needs no token: none does."""
        return False

    def handle(self, call: Call) -> Outcome:
        """Answer a call below the mount."""
        area, _, name = call.path.partition("/")
        operation = "update" if call.operation == "create" else call.operation
        areas = {"data", "metadata", "delete", "undelete", "destroy", "config"}
        areas |= {"subkeys"} if self._release.subkeys else set()
        if area not in areas or (not name and area not in ("config", "metadata")):
            return self._invalid(call)
        action = self._actions().get((area, operation))
        if action is None:
            raise Refused(405, UNSUPPORTED_OPERATION)
        return action(call, name)

    def _actions(self) -> dict[tuple[str, str], Callable[[Call, str], Outcome]]:
        return {
            ("data", "read"): self._read,
            ("data", "update"): self._write,
            ("data", "delete"): self._delete_latest,
            ("subkeys", "read"): self._subkeys,
            ("metadata", "read"): self._read_metadata,
            ("metadata", "update"): self._write_metadata,
            ("metadata", "delete"): self._delete_all,
            ("metadata", "list"): lambda _, name: list_keys(self.entries, name),
            ("delete", "update"): self._delete_versions,
            ("undelete", "update"): self._undelete,
            ("destroy", "update"): self._destroy,
            ("config", "read"): lambda *_: Outcome(data=_settings(self._config)),
            ("config", "update"): self._configure,
        }

    def _invalid(self, call: Call) -> Outcome:
        program, tool = ("Vault", "vault") if self._release.flavour == "vault" else ("OpenBao", "bao")
        warning = (
            "Invalid path for a versioned K/V secrets engine. See the API docs for the appropriate API endpoints "
            f"to use. If using the {program} CLI, use '{tool} kv {_COMMANDS[call.operation]}' for this operation."
        )
        return Outcome(status=404, warnings=(warning,))

    def _find(self, call: Call, name: str) -> tuple[Entry, int, Version]:
        entry = self.entries.get(name)
        if entry is None:
            raise Refused(404)
        number = int(call.query.get("version", "0") or 0) or entry.current
        if number not in entry.versions:
            raise Refused(404)
        return entry, number, entry.versions[number]

    def _read(self, call: Call, name: str) -> Outcome:
        entry, number, version = self._find(call, name)
        metadata = self._metadata(entry, number)
        if version.gone(self._clock.now()):
            return Outcome(status=404, data={"data": None, "metadata": metadata})
        return Outcome(data={"data": version.data, "metadata": metadata})

    def _subkeys(self, call: Call, name: str) -> Outcome:
        entry, number, version = self._find(call, name)
        metadata = self._metadata(entry, number)
        if version.gone(self._clock.now()):
            return Outcome(status=404, data={"subkeys": None, "metadata": metadata})
        return Outcome(data={"subkeys": _without_values(version.data or {}), "metadata": metadata})

    def _metadata(self, entry: Entry, number: int) -> Json:
        described = entry.versions[number].describe() | {"version": number}
        return described | self._custom(entry)

    def _custom(self, entry: Entry) -> Json:
        return {"custom_metadata": entry.custom} if self._release.custom_metadata else {}

    def _write(self, call: Call, name: str) -> Outcome:
        data = call.body.get("data")
        if not isinstance(data, dict):
            raise Refused(400, "no data provided")
        entry = self.entries.get(name)
        options = cast("Json", call.body.get("options") or {})
        if "cas" in options:
            if int(options["cas"]) != (entry.current if entry else 0):
                raise Refused(400, "check-and-set parameter did not match the current version")
        elif self._config.cas_required or (entry is not None and entry.cas_required):
            raise Refused(400, "check-and-set parameter required for this call")
        number = self.put(name, data)
        return Outcome(data=self._metadata(self.entries[name], number))

    def put(self, name: str, data: Json) -> int:
        """Store *data* as a new version and return its number."""
        now = self._clock.now()
        entry = self.entries.setdefault(name, Entry(created=now, updated=now))
        entry.current += 1
        entry.updated = now
        after = entry.delete_after or self._config.delete_after
        entry.versions[entry.current] = Version(
            created=now, data=dict(data), deleted=now + timedelta(seconds=after) if after else None
        )
        kept = entry.max_versions or self._config.max_versions or _DEFAULT_VERSIONS
        for number in [number for number in entry.versions if number <= entry.current - kept]:
            del entry.versions[number]
        return entry.current

    def _delete_latest(self, call: Call, name: str) -> Outcome:
        entry = self.entries.get(name)
        if entry is not None:
            self._mark_deleted(entry, [entry.current])
        return DONE

    def _delete_versions(self, call: Call, name: str) -> Outcome:
        entry, numbers = self._chosen(call, name)
        self._mark_deleted(entry, numbers)
        return DONE

    def _mark_deleted(self, entry: Entry, numbers: list[int]) -> None:
        now = self._clock.now()
        for number in numbers:
            version = entry.versions.get(number)
            if version is not None and not version.gone(now):
                version.deleted = entry.updated = now

    def _undelete(self, call: Call, name: str) -> Outcome:
        entry, numbers = self._chosen(call, name)
        for number in numbers:
            version = entry.versions.get(number)
            if version is not None and not version.destroyed:
                version.deleted = None
        return DONE

    def _destroy(self, call: Call, name: str) -> Outcome:
        entry, numbers = self._chosen(call, name)
        for number in numbers:
            if number in entry.versions:
                entry.versions[number].destroyed = True
                entry.versions[number].data = None
        return DONE

    def _chosen(self, call: Call, name: str) -> tuple[Entry, list[int]]:
        numbers = [int(number) for number in call.body.get("versions") or []]
        if not numbers:
            raise Refused(400, "no version number provided")
        now = self._clock.now()
        return self.entries.get(name, Entry(created=now, updated=now)), numbers

    def _read_metadata(self, call: Call, name: str) -> Outcome:
        entry = self.entries.get(name)
        if entry is None:
            raise Refused(404)
        return Outcome(
            data={
                "created_time": timestamp(entry.created),
                "current_version": entry.current,
                "oldest_version": min(entry.versions, default=0) if entry.current > len(entry.versions) else 0,
                "updated_time": timestamp(entry.updated),
                "versions": {str(number): version.describe() for number, version in entry.versions.items()},
            }
            | _settings(entry)
            | self._custom(entry)
        )

    def _write_metadata(self, call: Call, name: str) -> Outcome:
        now = self._clock.now()
        entry = self.entries.setdefault(name, Entry(created=now, updated=now))
        _apply_settings(entry, call.body)
        if "custom_metadata" in call.body:
            entry.custom = cast("dict[str, str]", call.body["custom_metadata"])
        entry.updated = now
        return DONE

    def _delete_all(self, call: Call, name: str) -> Outcome:
        self.entries.pop(name, None)
        return DONE

    def _configure(self, call: Call, name: str) -> Outcome:
        _apply_settings(self._config, call.body)
        return DONE


def _settings(entry: Entry) -> Json:
    return {
        "cas_required": entry.cas_required,
        "delete_version_after": write_duration(entry.delete_after),
        "max_versions": entry.max_versions,
    }


def _apply_settings(entry: Entry, body: Json) -> None:
    entry.max_versions = int(body.get("max_versions", entry.max_versions))
    entry.cas_required = bool(body.get("cas_required", entry.cas_required))
    entry.delete_after = parse_duration(body.get("delete_version_after", entry.delete_after))


def _without_values(data: Json) -> Json:
    return {key: _without_values(value) if isinstance(value, dict) and value else None for key, value in data.items()}
