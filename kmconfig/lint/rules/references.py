"""References to secrets, as rules look at them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kmconfig.environment.merge import lookup
from kmconfig.environment.reference import OWN_SOURCES, SecretRef
from kmconfig.environment.settings import reference_from
from kmconfig.environment.words import known
from kmconfig.lint.rules.once import once
from kmconfig.lint.rules.scope import login_of
from kmconfig.source.value import Value

if TYPE_CHECKING:
    from kmconfig.environment.environment import Environment
    from kmconfig.source.value import Path


_OWN_SOURCES = frozenset[str](OWN_SOURCES)
_DRIVERS = frozenset(("smtp", "sendmail", "mailgun", "ses"))
_NAMES = frozenset(("username", "access_key_id", "role_id"))
#: Every setting of the published schema that may refer to a secret, in the order in which people meet them; a test
#: compares with the schema.
PLACES: tuple[tuple[str, ...], ...] = (
    ("email", "smtp", "username"),
    ("email", "smtp", "password"),
    ("email", "mailgun", "api_key"),
    ("email", "ses", "access_key_id"),
    ("email", "ses", "secret_access_key"),
    ("email", "test", "confirm", "username"),
    ("email", "test", "confirm", "password"),
    ("stores", "vault", "auth", "token", "token"),
    ("stores", "vault", "auth", "approle", "role_id"),
    ("stores", "vault", "auth", "approle", "secret_id"),
    ("stores", "vault", "auth", "jwt", "jwt"),
    ("stores", "vault", "auth", "userpass", "password"),
    ("stores", "fingerprint_key"),
    ("target", "settings_api", "api_key"),
)
_STORE_OF_SOURCE = {
    "vault": tuple(("stores", "vault", key) for key in ("address", "mount", "namespace")),
    "aws_secret": (("stores", "aws", "region"), ("stores", "aws", "role_arn")),
    "ssm": (("stores", "aws", "region"), ("stores", "aws", "role_arn")),
}


@once
def references(env: Environment) -> tuple[Value[SecretRef], ...]:
    """Every reference that counts: those of the chosen driver, of the test, of the target and of the stores."""
    foreign = _DRIVERS - {env.email.driver.data}
    places = (*PLACES, *known().secrets)
    return tuple(found for path in places if path[1] not in foreign and (found := _reference(env, path)) is not None)


def _reference(env: Environment, path: Path) -> Value[SecretRef] | None:
    node = lookup(env.root, path)
    if node is None or type(node.data) is not dict or not _is_reference(node):
        return None
    if any(broken[: len(path)] == path for broken in env.broken):
        return None
    return Value(reference_from(node.data), path, node.span, node.key_span, node.overrides)


@once
def judged(env: Environment) -> tuple[Value[SecretRef], ...]:
    """The references that rules of the KM3 area judge: not the login of what they let off in development."""
    if login_of(env) is not None:
        return references(env)
    return tuple(reference for reference in references(env) if reference.path[:2] != ("email", "smtp"))


@once
def credentials(env: Environment) -> tuple[Value[SecretRef], ...]:
    """The references that mail is sent with and settings are written with: not the test's, not the stores'."""
    return tuple(
        reference
        for reference in judged(env)
        if reference.path[0] != "stores" and reference.path[:2] != ("email", "test")
    )


@once
def passwords(env: Environment) -> tuple[Value[SecretRef], ...]:
    """The references that have to be changed now and then: not the stores', and no names that belong to them."""
    return tuple(filter(must_change, judged(env)))


def must_change(reference: Value[SecretRef]) -> bool:
    """Whether a secret has to be changed now and then, which what stores are opened with and names need not."""
    return reference.path[0] != "stores" and reference.path[-1] not in _NAMES


def identity_of(reference: SecretRef, env: Environment) -> str:
    """What tells one secret from another: its source, name and key, and the store that the environment means."""
    settings = [env.get(*path) for path in _STORE_OF_SOURCE.get(reference.source, ())]
    if reference.source in known().stores:
        settings = [env.get("stores", reference.source)]
    store = (str(value.plain()) if value is not None else "" for value in settings)
    return "\0".join((reference.source, reference.name, reference.key or "", *store))


def _is_reference(node: Value[dict[str, Any]]) -> bool:
    named = _OWN_SOURCES & node.data.keys()
    if known().stores:
        named |= known().stores.keys() & node.data.keys()
    return bool(named) and all(isinstance(node.data[source].data, str) for source in named)
