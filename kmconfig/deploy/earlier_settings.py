"""The settings of an earlier run as a candidate again, so that a rollback can prove that mail works with them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from kmconfig.environment.project import Project
from kmconfig.mail.account import secret_references
from kmconfig.targets.goal import Candidate
from kmconfig.targets.secret_changes import secret_settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kmconfig.deploy.receipts import Stored
    from kmconfig.environment.environment import Environment
    from kmconfig.environment.reference import SecretRef
    from kmconfig.secrets.secret import Secret


def earlier_candidate(
    project: Project, environment: Environment, receipt: Stored | None, secrets: Mapping[str, Secret]
) -> Candidate | None:
    """The settings that a receipt holds, with the secrets that the target brings back, by setting.

    None where there is no receipt, it holds no settings, or a secret is not known: then nothing can be tried.
    """
    settings = receipt.entries("settings") if receipt is not None else {}
    if not settings:
        return None
    document = {"version": 1, "tier": environment.tier, **settings}
    earlier = Project(project.root, overlay={environment.file.path: json.dumps(document).encode()})
    rebuilt = earlier.environment(environment.name)
    if rebuilt.incomplete or rebuilt.missing():
        return None
    found = _by_reference(rebuilt, secrets)
    return Candidate(environment=rebuilt, secrets=found) if found is not None else None


def _by_reference(environment: Environment, secrets: Mapping[str, Secret]) -> dict[SecretRef, Secret] | None:
    """The secrets under their references, None where one is not known."""
    wanted = dict.fromkeys(secret_references(environment))
    probe = Candidate(environment=environment, secrets={}, unread=frozenset(wanted))
    found = {ref: secrets[setting] for setting, ref in secret_settings(probe).items() if setting in secrets}
    return found if wanted.keys() <= found.keys() else None
