"""Looks at the secrets of environments: whether they are there, how old they are and, if told, what form they have."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from kmconfig.environment.stores import stores_of
from kmconfig.environment.words import known
from kmconfig.lint.observed import Observed, Scopes, SecretState, Sight, ValueSight
from kmconfig.lint.rules.references import references
from kmconfig.lint.rules.secret_form import expected_form, judge_shape
from kmconfig.providers.sendgrid import SENDGRID
from kmconfig.secrets.secret import Secret
from kmconfig.secrets.store import Answer, Description, Metadata, ProblemKind, SecretProblem
from kmconfig.secrets.stores import Place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from kmconfig.environment.environment import Environment
    from kmconfig.environment.projectfile import ProjectFile
    from kmconfig.environment.reference import SecretRef, Source
    from kmconfig.secrets.stores import Stores
    from kmconfig.source.value import Value

Progress: TypeAlias = "Callable[[str], None]"
Reference: TypeAlias = "Value[SecretRef]"

_SIGHTS: dict[ProblemKind, Sight] = {
    "missing": "missing",
    "invalid": "unusable",
    "denied": "denied",
    "refused": "error",
    "unreachable": "error",
    "undeclared": "error",
}
_REMOTE: dict[Source, str] = {"vault": "Vault", "aws_secret": "AWS Secrets Manager", "ssm": "AWS SSM"}


def observe(
    environments: Iterable[Environment],
    stores: Stores,
    *,
    now: datetime,
    values: bool,
    file: ProjectFile,
    progress: Progress | None = None,
) -> Observed:
    """Look at every secret that environments refer to.

    Only metadata is read, unless ``values`` asks for the form too: then values are read, compared with what their
    provider issues, and forgotten; and SendGrid is asked what its key may do. Nothing is raised for a secret that
    cannot be read. ``progress`` hears the name of each server before it is asked.
    """
    limit = file.get("policy", "max_secret_age")
    seen = {}
    for environment in environments:
        if not environment.incomplete and not environment.broken:
            look = _Look(environment, stores, values=values, file=file, progress=progress)
            seen[environment.name] = look.states()
    return Observed(now, max_secret_age=None if limit is None else limit.data, secrets=seen)


class _Look:
    """At the secrets of one environment."""

    def __init__(
        self,
        environment: Environment,
        stores: Stores,
        *,
        values: bool,
        file: ProjectFile,
        progress: Progress | None,
    ) -> None:
        self._environment = environment
        self._stores = stores
        self._place = Place(environment.tier, stores_of(environment))
        self._values = values
        self._allowed_hosts = file.allowed_hosts
        self._progress = progress

    def states(self) -> dict[str, SecretState]:
        """What is seen, by setting."""
        counting = list(references(self._environment))
        metadata = self._metadata(counting)
        answers = self._answers([reference.data for reference in counting if _readable(metadata[reference.data])])
        return {
            reference.setting: self._state(reference, metadata[reference.data], answers.get(reference.data))
            for reference in counting
        }

    def _metadata(self, counting: Sequence[Reference]) -> dict[SecretRef, Metadata]:
        by_source: dict[Source, list[SecretRef]] = {}
        for reference in counting:
            by_source.setdefault(reference.data.source, []).append(reference.data)
        found: dict[SecretRef, Metadata] = {}
        for source, refs in by_source.items():
            package = known().stores.get(source)
            if source in _REMOTE or package is not None:
                self._say(_REMOTE[source] if package is None else package.title)
            found.update(self._stores.describe(refs, place=self._place))
        return found

    def _answers(self, refs: Sequence[SecretRef]) -> Mapping[SecretRef, Answer]:
        """The values, where they are asked for; no store is asked again that gave no answer."""
        if not self._values or not refs:
            return {}
        resolved = self._stores.resolve(refs, place=self._place)
        return {**resolved.secrets, **{problem.ref: problem for problem in resolved.problems}}

    def _state(self, reference: Reference, metadata: Metadata, answer: Answer | None) -> SecretState:
        if isinstance(answer, Secret):
            return self._judged(reference, _of_metadata(metadata, readable=True), answer)
        state = _of_metadata(metadata, readable=False)
        if answer is None or state.status != "found":
            return state
        if answer.kind in ("missing", "invalid"):
            return _of_problem(answer)
        value: ValueSight = "denied" if answer.kind == "denied" else "error"
        return state._replace(value=value, unread=answer.message, help=answer.help or "")

    def _judged(self, reference: Reference, state: SecretState, secret: Secret) -> SecretState:
        state = state._replace(value="read")
        expected = expected_form(self._environment, reference.path)
        if expected is None:
            return state
        state = state._replace(shape=judge_shape(secret.reveal(), expected))
        # Only what looks like SendGrid's own key is shown to SendGrid.
        if expected.provider is SENDGRID and state.shape is not None and state.shape.fits and expected.form.secret:
            return state._replace(scopes=self._scopes(secret))
        return state

    def _scopes(self, secret: Secret) -> Scopes:
        from kmconfig.secrets.sendgrid_scopes import api_host, ask_scopes  # noqa: PLC0415 - brings requests

        smtp = self._environment.email.smtp
        host = api_host(SENDGRID.region_of(smtp.host.data.lower()) if smtp is not None else None)
        if self._allowed_hosts is not None and host not in self._allowed_hosts:
            return Scopes(unknown=f"`policy.hosts` does not let {host} be asked what the key may do")
        self._say("SendGrid")
        return ask_scopes(secret, host)

    def _say(self, server: str) -> None:
        if self._progress is not None:
            self._progress(server)


def _readable(metadata: Metadata) -> bool:
    """Whether a value may be there: a role may have the value without its metadata."""
    return isinstance(metadata, Description) or metadata.kind == "denied"


def _of_metadata(metadata: Metadata, *, readable: bool) -> SecretState:
    if isinstance(metadata, Description):
        return SecretState(
            "found",
            version=metadata.version,
            created=metadata.created,
            detail=metadata.detail,
            value="read" if metadata.read else "unasked",
        )
    return SecretState("found", detail=metadata.message) if readable else _of_problem(metadata)


def _of_problem(problem: SecretProblem) -> SecretState:
    return SecretState(_SIGHTS[problem.kind], detail=problem.message, help=problem.help or "")
