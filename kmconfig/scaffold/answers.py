"""What `kmconfig init` has to know, and what is wrong with an answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from kmconfig.environment.document import checked_document
from kmconfig.errors import UsageError
from kmconfig.providers.mail_domains import domain_of, is_disposable, is_free_mail
from kmconfig.providers.placeholders import is_placeholder_address, is_placeholder_domain
from kmconfig.providers.registry import provider_by_slug, provider_remedy
from kmconfig.source.span import SourceFile
from kmconfig.source.writing import yaml_lines

Driver: TypeAlias = Literal["smtp", "sendmail", "mailgun", "ses"]
Tier: TypeAlias = Literal["development", "staging", "production"]
Target: TypeAlias = Literal["laravel_env", "settings_api", "kubernetes", "aws", "vault", "file"]
SecretSource: TypeAlias = Literal["env", "vault", "aws", "file"]
Ci: TypeAlias = Literal["github", "gitlab", "none"]
Runtime: TypeAlias = Literal["host", "container", "cloud"]

DRIVERS: Final[tuple[Driver, ...]] = ("smtp", "sendmail", "mailgun", "ses")
TIERS: Final[tuple[Tier, ...]] = ("development", "staging", "production")
TARGETS: Final[tuple[Target, ...]] = ("laravel_env", "settings_api", "kubernetes", "aws", "vault", "file")
SECRET_SOURCES: Final[tuple[SecretSource, ...]] = ("env", "vault", "aws", "file")
CIS: Final[tuple[Ci, ...]] = ("github", "gitlab", "none")
RUNTIMES: Final[tuple[Runtime, ...]] = ("host", "container", "cloud")


#: Characters of an answer that messages repeat.
_LONGEST_SHOWN: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Everything that the files are made from; each answer has been accepted by its check.

    ``provider`` is a slug. ``host`` is that of a server of one's own, ``region`` that of a provider with regional
    hosts. ``username`` is None where the provider decides it, or where it is to be a reference. ``domain`` is the
    sending domain of Mailgun. ``target_path`` is a path, or a prefix, in which `{tier}` stands for the tier.
    """

    application_name: str
    sender: str
    driver: Driver = "smtp"
    provider: str = "self-hosted"
    tiers: tuple[Tier, ...] = TIERS
    secrets: SecretSource = "env"
    target: Target = "laravel_env"
    ci: Ci = "github"
    runtime: Runtime = "host"
    recipients: tuple[str, ...] = ()
    url: str | None = None
    reply_to: str | None = None
    host: str | None = None
    region: str | None = None
    username: str | None = None
    domain: str | None = None
    laravel: int | None = None
    target_path: str | None = None
    vault_address: str | None = None
    aws_region: str | None = None

    @property
    def sender_domain(self) -> str:
        """The domain of the sender's address."""
        return domain_of(self.sender)

    @property
    def mailgun_domain(self) -> str:
        """The domain that Mailgun sends for."""
        return self.domain or f"mg.{self.sender_domain}"


def quoted(answer: str) -> str:
    """An answer as messages name it: between backticks, and cut where it is long."""
    return f"`{answer}`" if len(answer) <= _LONGEST_SHOWN else f"`{answer[:_LONGEST_SHOWN]}…`"


def accept(setting: str, value: Any) -> None:
    """Hold the value of a setting, such as `email.sender.email`, against the schema. Raises UsageError."""
    tree: dict[str, Any] = {"version": 1}
    node = tree
    *parents, last = setting.split(".")
    for part in parents:
        node = node.setdefault(part, {})
    node[last] = value
    text = "\n".join(yaml_lines(tree)) + "\n"
    document = checked_document(SourceFile("an answer", text), None, schema="environment")
    if document.problems:
        problem = document.problems[0]
        raise UsageError(problem.message, help=problem.help or None)


def accept_address(address: str) -> None:
    """An address of one's own. Raises UsageError for a malformed one, a placeholder, and one at a free-mail service."""
    accept("email.sender.email", address)
    if is_placeholder_address(address):
        raise UsageError(f"{quoted(address)} is a placeholder", help="give an address at a domain of your own")
    domain = domain_of(address)
    if is_free_mail(domain) or is_disposable(domain):
        raise UsageError(
            f"{quoted(domain)} is a free-mail domain, which nobody can send licenses from",
            help="give an address at a domain of your own",
        )


def accept_host(host: str) -> None:
    """The host of a mail server of one's own. Raises UsageError."""
    accept("email.smtp.host", host)
    if is_placeholder_domain(host):
        raise UsageError(f"{quoted(host)} is a placeholder", help="give the name of your mail server")


def accept_provider(word: str) -> str:
    """The slug of a provider. Raises UsageError for a word that is none, with the nearest one."""
    slug = word.strip().lower()
    if provider_by_slug(slug) is not None:
        return slug
    raise UsageError(f"there is no provider {quoted(word)}", help=provider_remedy(word))
