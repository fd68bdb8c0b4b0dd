"""The servers that are given a login with these settings, each with the setting that decides it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from kmconfig.lint.rules.once import once
from kmconfig.lint.rules.references import references
from kmconfig.providers.mailgun import API_HOSTS
from kmconfig.providers.registry import normal_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmconfig.environment.environment import Environment
    from kmconfig.source.value import Value

_URLS = (("target", "settings_api", "url"), ("email", "test", "confirm", "imap"))
_VAULT_ADDRESS = ("stores", "vault", "address")


class Place(NamedTuple):
    """A server by its name in small letters, and the setting that decides it."""

    host: str
    decides: Value[Any]


@once
def login_places(env: Environment) -> tuple[Place, ...]:
    """Where logins go: to the mail server, the stores, the target and the mailbox of the test, as far as known."""
    return tuple(place for place in (*_mail(env), *_urls(env), *_shell(env)) if place.host)


def web_addresses(env: Environment) -> Iterator[Value[Any]]:
    """The addresses of servers that take a token: Vault where a reference or the target needs it, and the target's."""
    for path in (_VAULT_ADDRESS, _URLS[0]):
        value = env.get(*path)
        if value is not None and isinstance(value.data, str) and (path is not _VAULT_ADDRESS or _needs_vault(env)):
            yield value


def host_of(url: str) -> str:
    """The host of a URL, empty where it names none."""
    try:
        return normal_host(urlsplit(url).hostname or "")
    except ValueError:
        return ""


def _mail(env: Environment) -> Iterator[Place]:
    email = env.email
    if email.smtp is not None and (email.smtp.username is not None or email.smtp.password is not None):
        yield Place(normal_host(email.smtp.host.data), email.smtp.host)
    if email.mailgun is not None:
        yield Place(API_HOSTS.get(email.mailgun.region.data, ""), email.mailgun.region)
    if email.ses is not None and email.ses.region is not None:
        yield Place(f"email.{email.ses.region.data}.amazonaws.com", email.ses.region)


def _urls(env: Environment) -> Iterator[Place]:
    for value in (*web_addresses(env), env.get(*_URLS[1])):
        if value is not None and isinstance(value.data, str):
            yield Place(host_of(value.data), value)


def _shell(env: Environment) -> Iterator[Place]:
    ssh = env.get("target", "laravel_env", "ssh")
    if ssh is not None and isinstance(ssh.data, str):
        yield Place(host_of(f"ssh://{ssh.data}"), ssh)


def _needs_vault(env: Environment) -> bool:
    return env.get("target", "vault") is not None or any(ref.data.source == "vault" for ref in references(env))
