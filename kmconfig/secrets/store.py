"""What every source of secrets offers, and its answer when it has no secret to give."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

from kmconfig.secrets.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from kmconfig.environment.reference import SecretRef

ProblemKind: TypeAlias = Literal["missing", "denied", "invalid", "refused", "not_available"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretProblem:
    """Why a reference gave no secret. ``message`` and ``help`` never hold any part of a value.

    ``kind`` is ``missing`` (nothing there), ``denied`` (no permission), ``invalid`` (there, but no usable
    text), ``refused`` (we will not read it from there) or ``not_available`` (the source is not built yet).
    """

    ref: SecretRef
    kind: ProblemKind
    message: str
    help: str | None = None


Answer: TypeAlias = Secret | SecretProblem


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolveContext:
    """Where a run resolves: the repository root, the process environment and the environment's tier."""

    root: Path
    environ: Mapping[str, str] = field(repr=False)
    tier: str


class Store(Protocol):
    """One source of secrets."""

    def resolve(self, refs: Sequence[SecretRef]) -> Mapping[SecretRef, Answer]:
        """Answer every one of ``refs``, all of this source and distinct. Raises nothing for a bad secret."""
        ...


def accept(ref: SecretRef, value: str) -> Answer:
    """Make a Secret of text found at ``ref``, exactly as it is, or say why it cannot be one."""
    if not value:
        return SecretProblem(
            ref=ref, kind="invalid", message=f"`{ref}` is set but empty", help="give it a value, or drop the reference"
        )
    if "\0" in value:
        return SecretProblem(
            ref=ref,
            kind="invalid",
            message=f"`{ref}` holds a NUL character",
            help="store the secret as plain UTF-8 text",
        )
    if any("\ud800" <= character <= "\udfff" for character in value):
        return SecretProblem(
            ref=ref,
            kind="invalid",
            message=f"`{ref}` is not valid UTF-8",
            help="store the secret as plain UTF-8 text, or base64-encode it where the server expects that",
        )
    return Secret(value, reference=str(ref))
