"""The settings of an earlier run as a candidate again, so that a rollback can prove that mail works with them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from kmconfig.deploy.candidates import resolve_candidate
from kmconfig.environment.project import Project
from kmconfig.errors import ConfigurationError, CouldNotCheck
from kmconfig.mail.account import secret_references
from kmconfig.targets.goal import Candidate
from kmconfig.targets.secret_changes import secret_settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kmconfig.deploy.plan import Plan
    from kmconfig.deploy.receipts import Stored
    from kmconfig.environment.environment import Environment
    from kmconfig.environment.reference import SecretRef
    from kmconfig.secrets.secret import Secret
    from kmconfig.secrets.stores import Stores
    from kmconfig.targets.goal import Earlier
    from kmconfig.targets.interface import Reader

UNKNOWN_SETTINGS = "what comes back is not known as settings that could be tried: no run of ours left it"
_UNKNOWN_SECRETS = "what comes back cannot be tried: the secrets that belong to it cannot be read from the target"
_OTHER_SECRETS = (
    "what comes back cannot be tried: its secrets are fetched from elsewhere than the environment says today"
)


def earlier_environment(project: Project, environment: Environment, receipt: Stored | None) -> Environment | None:
    """The settings that a receipt holds; None where there is no receipt, or it holds none that are complete.

    Where secrets lie, and with which login, is what the environment says today: no receipt decides that.
    """
    settings = receipt.entries("settings") if receipt is not None else {}
    if not settings:
        return None
    stores = environment.get("stores")
    declared = {"stores": stores.plain()} if stores is not None and stores.data else {}
    document = {"version": 1, "tier": environment.tier, **declared, **settings}
    earlier = Project(project.root, overlay={environment.file.path: json.dumps(document).encode()})
    rebuilt = earlier.environment(environment.name)
    return None if rebuilt.incomplete or rebuilt.missing() else rebuilt


def earlier_candidate(
    earlier: Environment, goal: Earlier, plan: Plan, *, reader: Reader, stores: Stores
) -> Candidate | str:
    """Earlier settings with the secrets that the application will use with them, or why they cannot be tried.

    These are the secrets that a target brings back. Where it holds none, the application fetches what the store has.
    """
    if reader.capabilities.holds_secrets:
        found = _by_reference(earlier, reader.earlier_secrets(goal))
        return Candidate(environment=earlier, secrets=found) if found is not None else _UNKNOWN_SECRETS
    try:
        candidate = resolve_candidate(earlier, stores=stores)
        return candidate if _fetches_the_same(candidate, plan, reader) else _OTHER_SECRETS
    except (ConfigurationError, CouldNotCheck) as error:
        return f"what comes back cannot be tried: {error.message}"


def _fetches_the_same(candidate: Candidate, plan: Plan, reader: Reader) -> bool:
    """Whether the target, as it comes back, refers to the secrets of a candidate."""
    settings = secret_settings(candidate)
    wanted = reader.compare(candidate).kept
    return all(plan.kept.get(key) == kept for key, kept in wanted.items() if kept.setting in settings)


def _by_reference(environment: Environment, secrets: Mapping[str, Secret]) -> dict[SecretRef, Secret] | None:
    """The secrets of settings under their references, None where one is not known."""
    wanted = dict.fromkeys(secret_references(environment))
    probe = Candidate(environment=environment, secrets={}, unread=frozenset(wanted))
    found = {ref: secrets[setting] for setting, ref in secret_settings(probe).items() if setting in secrets}
    return found if wanted.keys() <= found.keys() else None
