"""Where secrets of a new environment are to be stored, and the references that point there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kmconfig.source.writing import Flow

if TYPE_CHECKING:
    from kmconfig.environment.reference import OwnSource, SecretRef


@dataclass(frozen=True, slots=True)
class SecretPlace:
    """A source of secrets and the path, name or prefix below which they lie in it."""

    source: OwnSource
    text: str

    def reference(self, setting: str, *, max_age: str | None = None) -> SecretRef:
        """The reference of the secret that belongs to a setting such as ``email.smtp.password``."""
        from kmconfig.environment.reference import SecretRef  # noqa: PLC0415 - a type everywhere else

        _, block, name = setting.split(".")
        match self.source:
            case "vault":
                return SecretRef("vault", self.text, key=name, max_age=max_age)
            case "env" | "dotenv":
                return SecretRef(self.source, f"{self.text}_{block}_{name}".upper(), max_age=max_age)
            case "file":
                file = f"{block}-{name}".replace("_", "-")
                return SecretRef("file", f"{self.text.rstrip('/')}/{file}", max_age=max_age)
            case "aws_secret" | "ssm":
                return SecretRef(self.source, f"{self.text}/{block}/{name}".replace("_", "-"), max_age=max_age)


def written(ref: SecretRef) -> Flow:
    """A reference as it stands in a file."""
    name = ref.name if ref.key is None else f"{ref.name}#{ref.key}"
    extra = {"version": ref.version, "max_age": ref.max_age}
    return Flow({ref.source: name, **{key: value for key, value in extra.items() if value is not None}})
