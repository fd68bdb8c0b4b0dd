"""The settings that count: those of the driver that is chosen, one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kmconfig.source.value import Value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment

_DRIVERS = ("smtp", "sendmail", "mailgun", "ses")


def effective(environment: Environment) -> Value[Any]:
    """The merged settings without the blocks of the drivers that are not chosen."""
    root = environment.root
    email = root.data.get("email")
    if email is None or not isinstance(email.data, dict) or "driver" not in email.data:
        return root
    foreign = {name for name in _DRIVERS if name != email.data["driver"].data}
    kept = {key: value for key, value in email.data.items() if key not in foreign}
    return Value({**root.data, "email": Value(kept, email.path, email.span, email.key_span)}, ())


def leaves(value: Value[Any]) -> Iterator[Value[Any]]:
    """Settings in order: scalars, lists and secret references."""
    if isinstance(value.data, dict) and not is_reference(value):
        for child in value.data.values():
            yield from leaves(child)
    else:
        yield value


def is_reference(value: Value[Any]) -> bool:
    from kmconfig.environment.merge import is_secret_setting  # noqa: PLC0415

    return is_secret_setting(value.path)
