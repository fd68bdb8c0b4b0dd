"""What every source of secrets offers: values, what is known without them, and why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

from kmconfig.secrets.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from kmconfig.environment.reference import SecretRef

ProblemKind: TypeAlias = Literal["missing", "denied", "invalid", "refused", "unreachable", "undeclared"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretProblem:
    """Why a reference gave no secret. ``message`` and ``help`` never hold any part of a value or of a server's body.

    ``kind`` is ``missing`` (nothing there), ``denied`` (no permission), ``invalid`` (there, but no usable
    text), ``refused`` (we will not read it from there), ``unreachable`` (the store gave no answer that can be
    used: no connection, TLS, timeout, sealed, throttled, not logged in) or ``undeclared`` (the environment
    does not say how to reach the store).
    """

    ref: SecretRef
    kind: ProblemKind
    message: str
    help: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What a store says of a secret without its value.

    ``version`` is the store's own name of the version that counts, None where it has none. ``created`` is when
    that version was made, with its time zone, None where the store does not tell. ``read`` says that the store read
    the value for it, with its key.
    """

    ref: SecretRef
    version: str | None = None
    created: datetime | None = None
    detail: str = ""
    read: bool = False


Answer: TypeAlias = Secret | SecretProblem
Metadata: TypeAlias = Description | SecretProblem


class Store(Protocol):
    """One place that secrets are read from, opened once for a run."""

    def resolve(self, refs: Sequence[SecretRef]) -> Mapping[SecretRef, Answer]:
        """Answer every one of ``refs``, all of this source and distinct. Raises nothing for a bad secret."""
        ...

    def describe(self, refs: Sequence[SecretRef]) -> Mapping[SecretRef, Metadata]:
        """Say of every one of ``refs`` what is known without reading its value. Raises nothing for a bad secret."""
        ...

    def identity(self) -> str | None:
        """As whom the store was asked, for people, such as ``token from VAULT_TOKEN``; None where nobody logs in."""
        ...

    def close(self) -> None:
        """Give back what was taken, such as a login of our own. Called once, whatever happened."""
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


def described(answers: Mapping[SecretRef, Answer]) -> dict[SecretRef, Metadata]:
    """What a source without versions and ages can say of what it was asked for."""
    return {
        ref: Description(ref=ref, read=True) if isinstance(answer, Secret) else answer
        for ref, answer in answers.items()
    }
