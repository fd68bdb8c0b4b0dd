"""From references to secrets: each source is asked once, and each secret is masked from then on."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from kmconfig.secrets.secret import Secret
from kmconfig.secrets.store import Answer, ResolveContext, SecretProblem, Store

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from kmconfig.environment.reference import SecretRef, Source
    from kmconfig.secrets.masker import Masker


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """The secrets that were found, by reference, and why others were not, in the order asked for."""

    secrets: Mapping[SecretRef, Secret] = field(default_factory=lambda: MappingProxyType({}))
    problems: tuple[SecretProblem, ...] = ()


def resolve(refs: Iterable[SecretRef], *, context: ResolveContext, masker: Masker) -> Resolved:
    """Read the value of every reference and register it with ``masker``.

    A reference that gives no secret becomes a problem; nothing is raised. References that differ only in
    ``max_age`` are asked for once.
    """
    wanted = tuple(dict.fromkeys(refs))
    by_source: dict[Source, dict[SecretRef, None]] = {}
    for ref in wanted:
        by_source.setdefault(ref.source, {})[_place(ref)] = None
    masker.arm()
    answers: dict[SecretRef, Answer] = {}
    for source, places in by_source.items():
        answers.update(_store(source, context).resolve(tuple(places)))
    for answer in answers.values():
        if isinstance(answer, Secret):
            masker.register(answer)
    secrets: dict[SecretRef, Secret] = {}
    problems: list[SecretProblem] = []
    for ref in wanted:
        answer = answers[_place(ref)]
        if isinstance(answer, Secret):
            secrets[ref] = answer
        else:
            problems.append(replace(answer, ref=ref))
    return Resolved(secrets=MappingProxyType(secrets), problems=tuple(problems))


class UnavailableStore:
    """Stands for a source that this version cannot read."""

    def resolve(self, refs: Sequence[SecretRef]) -> Mapping[SecretRef, Answer]:
        return {
            ref: SecretProblem(
                ref=ref,
                kind="not_available",
                message=f"`{ref}` cannot be read: the source `{ref.source}` is not available yet",
                help="let the environment provide the secret and refer to it with `env` or `file`",
            )
            for ref in refs
        }


def _place(ref: SecretRef) -> SecretRef:
    return ref if ref.max_age is None else ref._replace(max_age=None)


def _store(source: Source, context: ResolveContext) -> Store:
    # Imported where chosen, so that a run pays only for the sources it uses.
    match source:
        case "env":
            from kmconfig.secrets.source_env import EnvStore  # noqa: PLC0415

            return EnvStore(context.environ)
        case "file":
            from kmconfig.secrets.source_file import FileStore  # noqa: PLC0415

            return FileStore(context.root)
        case "dotenv":
            from kmconfig.secrets.source_dotenv import DotenvStore  # noqa: PLC0415

            return DotenvStore(context.root, tier=context.tier)
        case _:
            return UnavailableStore()
