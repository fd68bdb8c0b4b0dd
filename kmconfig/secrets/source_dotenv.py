"""Secrets from the `.env` file at the root, for development: `dotenv: NAME`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.secrets.secret_file import Unreadable, read_secret_file
from kmconfig.secrets.store import Answer, Metadata, SecretProblem, accept, described

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from dotenv.parser import Binding

    from kmconfig.environment.reference import SecretRef


class DotenvStore:
    """Reads `.env` once, without expanding variables.

    The many readers of this format disagree about some spellings. A value is taken only where they agree;
    otherwise the answer asks for single quotes, so that no login is tried with a mangled password.
    """

    def __init__(self, root: Path, *, tier: str) -> None:
        self._path = root / ".env"
        self._tier = tier

    def resolve(self, refs: Sequence[SecretRef]) -> Mapping[SecretRef, Answer]:
        if self._tier != "development":
            return {ref: self._refused(ref) for ref in refs}
        content = read_secret_file(self._path)
        if isinstance(content, Unreadable):
            return {
                ref: SecretProblem(ref=ref, kind=content.kind, message=content.message, help=content.help)
                for ref in refs
            }
        bindings = _bindings(content)
        return {ref: self._one(ref, bindings.get(ref.name, [])) for ref in refs}

    def describe(self, refs: Sequence[SecretRef]) -> Mapping[SecretRef, Metadata]:
        """Say whether they are there: nothing here knows versions or ages."""
        return described(self.resolve(refs))

    def identity(self) -> None:
        """Nobody logs in."""

    def close(self) -> None:
        """There is nothing to give back."""

    def _refused(self, ref: SecretRef) -> SecretProblem:
        return SecretProblem(
            ref=ref,
            kind="refused",
            message=f"`{ref}` reads the `.env` file at the root, which is for development, not for `{self._tier}`",
            help="use `env`, `file` or a secret store",
        )

    def _one(self, ref: SecretRef, bindings: list[Binding]) -> Answer:
        if not bindings:
            return SecretProblem(
                ref=ref,
                kind="missing",
                message=f"`{ref.name}` is not set in `{self._path}`",
                help=f"add a line `{ref.name}='…'`, in single quotes",
            )
        lines = ", ".join(str(_line(binding)) for binding in bindings)
        if len(bindings) > 1:
            return SecretProblem(
                ref=ref,
                kind="invalid",
                message=f"`{ref.name}` is set more than once in `{self._path}` (lines {lines})",
                help="keep one of these lines",
            )
        if _ambiguous(bindings[0]):
            return SecretProblem(
                ref=ref,
                kind="invalid",
                message=f"programs read `{ref.name}` in `{self._path}` (line {lines}) in different ways",
                help="put the value in single quotes; if it holds a single quote or a backslash, use `file` instead",
            )
        return accept(ref, bindings[0].value or "")


def _bindings(content: str) -> dict[str, list[Binding]]:
    from io import StringIO  # noqa: PLC0415

    from dotenv.parser import parse_stream  # noqa: PLC0415 - its package loads much, for this source only

    found: dict[str, list[Binding]] = {}
    for binding in parse_stream(StringIO(content, newline="")):
        # A line that cannot be read has no key, yet must not count as absent.
        words = binding.original.string.partition("=")[0].split() if binding.error else [binding.key or ""]
        found.setdefault(words[-1] if words else "", []).append(binding)
    return found


def _line(binding: Binding) -> int:
    text = binding.original.string
    leading = text[: len(text) - len(text.lstrip())]
    return binding.original.line + leading.count("\n")


def _ambiguous(binding: Binding) -> bool:
    """Whether phpdotenv, shells and Docker could read the value differently."""
    if binding.error or "\r" in (binding.value or ""):
        return True
    written = binding.original.string.partition("=")[2].strip()
    if '="' in written:  # phpdotenv takes this for the start of a value of several lines, wherever it stands
        return True
    if written.startswith("'"):
        return "\\" in written.rpartition("'")[0]
    if written.startswith('"'):
        return any(character in written.rpartition('"')[0] for character in "\\$`")
    return any(character in written for character in "#\"'\\$` \t")
