"""Reading the manifests of an environment, and planning against them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.targets.candidate import mail_keys_input
from kmconfig.targets.facts import facts_of
from kmconfig.targets.goal import Earlier
from kmconfig.targets.interface import NOTHING_WRITTEN, Capabilities, Comparison, LiveState
from kmconfig.targets.kubernetes.contents import desired, resource_files
from kmconfig.targets.kubernetes.fields import documents, fields, owner_in, owner_of
from kmconfig.targets.kubernetes.folder import Folder, read_file, read_folder
from kmconfig.targets.kubernetes.kustomization import missing_lines, written_for
from kmconfig.targets.kubernetes.operations import kept, operations
from kmconfig.targets.kubernetes.raw_secrets import quoting_notes, require_unchanged
from kmconfig.targets.kubernetes.wanted import wanted
from kmconfig.targets.laravel_env.facts import live_facts
from kmconfig.targets.laravel_keys import capability_notes
from kmconfig.targets.unresolved import unresolved
from kmconfig.targets.variables.texts import Variables

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kmconfig.secrets.secret import Secret
    from kmconfig.targets.goal import Candidate, Goal
    from kmconfig.targets.interface import MailFacts
    from kmconfig.targets.kubernetes.fields import Documents
    from kmconfig.targets.kubernetes.place import Place
    from kmconfig.targets.secret_changes import Written

_GIT = (
    "nothing reaches the cluster before the files are committed and pushed; git refuses the push of a second checkout"
    " that did not see the first"
)


class KubernetesReader:
    """Reads the manifests in a folder."""

    kind = "kubernetes"
    folder = None

    capabilities = Capabilities(compare_and_set=False, atomic=False, holds_secrets=False, others=(_GIT,))

    def __init__(self, place: Place) -> None:
        self.place = place
        self.shown = place.says(f"{place.name}-*.yaml")
        self.identity = f"kubernetes:{place.shown.rstrip('/')}/{place.namespace}/{place.name}"

    def live(self) -> LiveState:
        """Read the files; absent is a state too."""
        folder = self.read()
        return self._state(folder, documents(folder.contents, self.place))

    def live_secrets(self) -> tuple[Secret, ...]:
        """What somebody has put into the ConfigMap under names of secrets."""
        return self._variables(documents(self.read().contents, self.place)).secrets()

    def earlier_secrets(self, goal: Earlier) -> Mapping[str, Secret]:  # noqa: ARG002
        """None: a snapshot of manifests holds references only."""
        return {}

    def read(self) -> Folder:
        """The files of the folder. Raises CouldNotCheck where one cannot be read."""
        return read_folder(self.place)

    def compare(
        self,
        goal: Goal,
        *,
        formerly_ours: frozenset[str] = frozenset(),  # noqa: ARG002 - our files are ours as a whole
        written: Mapping[str, Written] = NOTHING_WRITTEN,  # noqa: ARG002 - no secret is written
    ) -> Comparison:
        """Say which statements of the manifests would change."""
        folder = self.read()
        held = documents(folder.contents, self.place)
        contents = desired(goal, self.place, folder)
        future = documents(contents, self.place)
        after = fields(future, contents, self.place)
        return Comparison(
            live=self._state(folder, held),
            operations=operations(fields(held, folder.contents, self.place), after),
            kept=kept(after),
            facts=self._facts(future) if isinstance(goal, Earlier) else facts_of(goal.environment),
            notes=() if isinstance(goal, Earlier) else tuple(self._notes(goal, folder, resource_files(contents))),
        )

    def _state(self, folder: Folder, held: Documents) -> LiveState:
        return LiveState(base=folder.base, facts=self._facts(held), owner=_owner(held, self.place))

    def _facts(self, held: Documents) -> MailFacts:
        return live_facts(self._variables(held))

    def _variables(self, held: Documents) -> Variables:
        data = held.get(self.place.config_file, {}).get("data")
        texts = data.items() if isinstance(data, dict) else ()
        return Variables({key: text for key, text in texts if isinstance(text, str)})

    def _notes(self, goal: Candidate, folder: Folder, resources: Sequence[str]) -> Iterator[str]:
        place = self.place
        yield "commit and push the files: only then Argo CD or Flux brings them to the cluster"
        found = wanted(goal.environment, place)
        require_unchanged(goal, found)
        if (secret := found.external_secret) is not None:
            store = secret["spec"]["secretStoreRef"]
            yield f"the cluster fetches the secrets through the {store['kind']} `{store['name']}`, which has to exist"
        elif found.secrets:
            keys = ", ".join(found.secrets)
            yield f"the Secret `{place.secret_name}` has to hold {keys}; kmconfig does not look at it"
        yield from quoting_notes(goal, found)
        if folder.foreign is not None:
            yield from self._listing_notes(folder.foreign, goal.environment.name, resources)
        yield from capability_notes(mail_keys_input(unresolved(goal.environment)), place.laravel)

    def _listing_notes(self, kustomization: bytes, environment: str, resources: Sequence[str]) -> Iterator[str]:
        """What to do about a kustomization that is not ours, or lists what we wrote under another name."""
        if missing := missing_lines(kustomization, resources):
            lines = "; ".join(f"`- {name}`" for name in missing)
            yield f"add to `resources` in the kustomization of `{self.place.shown}`: {lines}"
        for name in written_for(kustomization):
            if name not in resources and owner_of(read_file(self.place, name)[0]) == environment:
                yield (
                    f"`{self.place.says(name)}` holds settings of this environment under an earlier `name`, and is"
                    " still deployed: remove it, and its line in the kustomization"
                )


def _owner(held: Documents, place: Place) -> str | None:
    return owner_in(held.get(place.config_file, {}))
