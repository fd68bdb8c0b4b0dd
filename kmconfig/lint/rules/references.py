"""References to secrets, as rules look at them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kmconfig.environment.reference import SOURCES, SecretRef
from kmconfig.environment.settings import reference_from
from kmconfig.lint.rules.scope import login_of
from kmconfig.source.value import Value

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from kmconfig.environment.environment import Environment

_DRIVERS = frozenset(("smtp", "sendmail", "mailgun", "ses"))
_SOURCES = frozenset[str](SOURCES)
_NAMES = frozenset(("username", "access_key_id", "role_id"))
_STORE_OF_SOURCE = {
    "vault": tuple(("stores", "vault", key) for key in ("address", "mount", "namespace")),
    "aws_secret": (("stores", "aws", "region"), ("stores", "aws", "role_arn")),
    "ssm": (("stores", "aws", "region"), ("stores", "aws", "role_arn")),
}


def references(env: Environment) -> Iterator[Value[SecretRef]]:
    """Every reference that counts: those of the chosen driver, of the test, of the target and of the stores."""
    foreign = _DRIVERS - {env.email.driver.data}
    for key in ("email", "stores", "target"):
        block = env.root.data.get(key)
        stack = [block] if block is not None else []
        while stack:
            node = stack.pop()
            if not isinstance(node.data, dict) or (len(node.path) == 2 and node.path[1] in foreign):
                continue
            if _is_reference(node):
                if not any(path[: len(node.path)] == node.path for path in env.broken):
                    yield Value(reference_from(node.data), node.path, node.span, node.key_span, node.overrides)
            else:
                stack += reversed(node.data.values())


def judged(env: Environment) -> Iterator[Value[SecretRef]]:
    """The references that rules of the KM3 area judge: not the login of what they let off in development."""
    let_off = login_of(env) is None
    for reference in references(env):
        if not (let_off and reference.path[:2] == ("email", "smtp")):
            yield reference


def credentials(env: Environment) -> Iterator[Value[SecretRef]]:
    """The references that mail is sent with and settings are written with: not the test's, not the stores'."""
    for reference in judged(env):
        if reference.path[0] != "stores" and reference.path[:2] != ("email", "test"):
            yield reference


def passwords(env: Environment) -> Iterator[Value[SecretRef]]:
    """The references that have to be changed now and then: not the stores', and no names that belong to them."""
    for reference in judged(env):
        if reference.path[0] != "stores" and reference.path[-1] not in _NAMES:
            yield reference


def identity_of(reference: SecretRef, env: Environment) -> Hashable:
    """What tells one secret from another: its source, name and key, and the store that the environment means."""
    settings = [env.get(*path) for path in _STORE_OF_SOURCE.get(reference.source, ())]
    store = tuple(value.data if value is not None else None for value in settings)
    return (reference.source, reference.name, reference.key, store)


def _is_reference(node: Value[dict[str, Any]]) -> bool:
    named = _SOURCES & node.data.keys()
    return bool(named) and all(isinstance(node.data[source].data, str) for source in named)
