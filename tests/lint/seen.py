"""What an ``observed`` fence of a manual says of stores and servers, as rules are given it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any

import yaml

from kmconfig.dns.examine import examine
from kmconfig.dns.observing import senders_of
from kmconfig.lint.observed import AccountState, Observed, Scopes, SecretState, ShapeVerdict
from kmconfig.lint.rules.references import references
from kmconfig.lint.rules.secret_form import expected_form
from tests.dns.zone import zone

if TYPE_CHECKING:
    from kmconfig.environment.environment import Environment
    from kmconfig.environment.project import Project
    from kmconfig.lint.sender_domain import DomainState
    from kmconfig.source.value import Path

#: How a secret is seen of which the fence says nothing.
FRESH = {"version": "7", "created": "fresh"}

#: What a provider says of an account of which the fence says nothing.
SOUND = {"sandbox": False, "paused": "", "domain": "active", "sender": "verified"}


def observed_in(text: str, project: Project, *, today: date, dns: str | None = None) -> Observed:
    """What is seen of every environment of a project. Settings that ``text`` does not name have fresh secrets.

    ``dns`` is the text of such a fence; without it nobody looked at domains.
    """
    said: dict[str, dict[str, Any]] = yaml.safe_load(text) or {}
    account = AccountState("the account", **{**SOUND, **said.pop("account", {})})
    limit = project.file.get("policy", "max_secret_age")
    settings = {
        name: {
            reference.setting: _state(environment, reference.path, {**FRESH, **said.get(reference.setting, {})}, today)
            for reference in references(environment)
        }
        for name, environment in project.environments.items()
    }
    unknown = said.keys() - {setting for seen in settings.values() for setting in seen}
    assert not unknown, f"no environment refers to a secret at {unknown}"
    return Observed(noon(today), max_secret_age=None if limit is None else limit.data, secrets=settings)._replace(
        accounts=dict.fromkeys(project.environments, account), domains={} if dns is None else _domains(project, dns)
    )


def _domains(project: Project, records: str) -> dict[str, DomainState]:
    senders = senders_of(project.environments.values())
    return {name: examine(sender, zone(records), blocklists=True).state for name, sender in senders.items()}


def noon(day: date) -> datetime:
    """The middle of a day."""
    return datetime.combine(day, time(12), tzinfo=UTC)


def _state(environment: Environment, path: Path, said: dict[str, Any], today: date) -> SecretState:
    created = said["created"]
    state = SecretState(
        said.get("status", "found"),
        version=said["version"],
        created=noon(today if created == "fresh" else created) if created != "unknown" else None,
        detail=said.get("detail", ""),
    )
    expected = expected_form(environment, path)
    if "shape" in said:
        assert expected is not None
        title, form = expected.provider.title, expected.form
        shape = ShapeVerdict(said["shape"] == "fits", title, form.expected, "https://docs.example", form.confirmed)
        state = state._replace(value="read", shape=shape)
    return state._replace(scopes=Scopes(tuple(said["beyond"]))) if "beyond" in said else state
