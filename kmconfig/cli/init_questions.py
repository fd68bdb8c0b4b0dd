"""The questions of `kmconfig init`, in the order in which people meet them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from kmconfig.cli.init_answers import Option
from kmconfig.errors import UsageError
from kmconfig.providers.placeholders import is_noreply
from kmconfig.providers.registry import providers
from kmconfig.scaffold.advice import HOSTINGS, SENDS, advise, runtime_of
from kmconfig.scaffold.answers import (
    TIERS,
    Answers,
    accept,
    accept_address,
    accept_host,
    accept_provider,
    quoted,
)
from kmconfig.scaffold.environments import needs_aws
from kmconfig.scaffold.scaffold import accept_username
from kmconfig.scaffold.servers import accept_region, provider_named

if TYPE_CHECKING:
    from kmconfig.cli.init_answers import Answering
    from kmconfig.scaffold.advice import Advice, Hosting, Sends
    from kmconfig.scaffold.answers import Driver

_DRIVERS: Final = (
    Option("smtp", "any provider, little to set up, deliverability as the provider's"),
    Option("mailgun", "Mailgun's API: high volumes, analytics, very good deliverability, paid per message"),
    Option("ses", "Amazon SES: for applications on AWS, very good deliverability at very low cost"),
    Option("sendmail", "the machine's own mail system: free, more work, lower deliverability"),
)
_SENDS: Final = (
    Option("customers", "licenses, passwords, invoices to people outside"),
    Option("internal", "only to one's own organisation"),
)
_HOSTINGS: Final = (
    Option("host", "a server of one's own"),
    Option("container", "Docker, Kubernetes"),
    Option("aws", "AWS"),
    Option("cloud", "another cloud"),
)
_SECRETS: Final = (
    Option("env", "variables, as pipelines hand them over"),
    Option("vault", "HashiCorp Vault or OpenBao"),
    Option("aws", "AWS Secrets Manager"),
    Option("file", "files in /run/secrets, as Docker and Kubernetes mount them"),
)
_TARGETS: Final = (
    Option("laravel_env", "the application's .env"),
    Option("settings_api", "the installation's own API"),
    Option("kubernetes", "manifests in a folder"),
    Option("aws", "Parameter Store"),
    Option("vault", "Vault"),
    Option("file", "a JSON file"),
)
_CIS: Final = (Option("github", "GitHub Actions"), Option("gitlab", "GitLab CI"), Option("none", "neither"))
_OWNERS: Final = {"mailgun": "mailgun", "ses": "ses", "sendmail": "self-hosted"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What the flags say; None or empty where they are silent."""

    provider: str | None = None
    driver: Driver | None = None
    sends: Sends | None = None
    monthly: int | None = None
    hosting: Hosting | None = None
    tiers: tuple[str, ...] = ()
    secrets: str | None = None
    target: str | None = None
    ci: str | None = None
    application_name: str | None = None
    url: str | None = None
    sender: str | None = None
    reply_to: str | None = None
    recipients: tuple[str, ...] = ()
    domain: str | None = None
    host: str | None = None
    region: str | None = None
    username: str | None = None
    laravel: int | None = None
    target_path: str | None = None
    vault_address: str | None = None
    aws_region: str | None = None


class Questions:
    """Asks what the flags leave open."""

    def __init__(self, given: Given, answering: Answering) -> None:
        self.given = given
        self.answering = answering
        self._hosting: Hosting | None = given.hosting

    def answers(self) -> Answers:
        """All answers. Raises UsageError for one that is missing or cannot be taken."""
        name = self._text(
            "--application-name", "Name of the application, as customers know it", "application.name", "KeyManager"
        )
        sender = self._sender()
        driver, provider = self._way()
        found: dict[str, Any] = {"application_name": name, "sender": sender, "driver": driver, "provider": provider}
        found |= self._server(driver, provider, sender)
        found["tiers"] = self._tiers()
        found["secrets"] = self.given.secrets or self._choice("--secrets", "Where secrets lie", _SECRETS, "env")
        found["target"] = self.given.target or self._choice(
            "--target", "Where the settings go", _TARGETS, "laravel_env"
        )
        found["url"] = self._url(found["target"])
        found["ci"] = self.given.ci or self._choice("--ci", "Where changes are reviewed", _CIS, "github")
        answers = Answers(
            **found,
            runtime="host" if self._hosting is None else runtime_of(self._hosting),
            recipients=self.given.recipients or self._recipients(sender),
            reply_to=self._reply_to(sender),
            laravel=self.given.laravel,
            target_path=self.given.target_path,
            vault_address=self.given.vault_address,
            aws_region=self.given.aws_region,
        )
        return replace(answers, aws_region=self._aws_region(answers))

    def _sender(self) -> str:
        if self.given.sender is not None:
            accept_address(self.given.sender)
            return self.given.sender
        return self.answering.text("--sender", "Address that mail is sent from", check=accept_address)

    def _way(self) -> tuple[Driver, str]:
        """The driver and the provider."""
        given = self.given
        provider = accept_provider(given.provider) if given.provider is not None else None
        if given.driver is not None:
            return given.driver, self._provider(given.driver, provider, "sendgrid")
        if provider is not None:
            return "smtp", provider
        advice = self._advice()
        self.answering.tell([f"  → {advice.driver}: {reason}" for reason in advice.reasons])
        word = self._choice("--driver", "Driver", _DRIVERS, advice.driver)
        driver = next(option for option in ("smtp", "mailgun", "ses", "sendmail") if option == word)
        return driver, self._provider(driver, None, advice.provider if driver == advice.driver else "sendgrid")

    def _advice(self) -> Advice:
        given = self.given
        asked = {"--sends": given.sends, "--monthly": given.monthly, "--hosting": given.hosting}
        missing = [flag for flag, value in asked.items() if value is None]
        if missing and not self.answering.attended:
            raise UsageError(
                f"{'--provider' if len(missing) == len(asked) else missing[0]} is missing",
                help="give --provider or --driver; or --sends, --monthly and --hosting for advice",
            )
        sends = given.sends or self._word("--sends", "What is sent", _SENDS, SENDS)
        monthly = given.monthly
        if monthly is None:
            text = self.answering.text("--monthly", "Messages a month, roughly", check=_count)
            monthly = _count(text)
        hosting: Hosting = given.hosting or self._word("--hosting", "Where the application runs", _HOSTINGS, HOSTINGS)
        self._hosting = hosting
        return advise(sends, monthly, hosting)

    def _word(self, flag: str, question: str, options: tuple[Option, ...], words: tuple[Any, ...]) -> Any:
        chosen = self.answering.choice(flag, question, options)
        return next(word for word in words if word == chosen)

    def _provider(self, driver: Driver, provider: str | None, usual: str) -> str:
        owner = _OWNERS.get(driver)
        if provider is not None or owner is not None:
            return provider or owner or usual
        options = [Option(record.slug, record.title) for record in providers()]
        return accept_provider(self.answering.choice("--provider", "Provider", options, default=usual))

    def _server(self, driver: Driver, slug: str, sender: str) -> dict[str, Any]:
        given, provider = self.given, provider_named(slug)
        found: dict[str, Any] = {"host": given.host, "region": given.region, "username": given.username}
        if driver == "smtp" and slug == "self-hosted" and given.host is None:
            found["host"] = self.answering.text("--host", "Name of the mail server", check=accept_host)
        needs_region = driver == "ses" or (driver == "smtp" and not provider.hosts and len(provider.regions) > 1)
        if given.region is None and needs_region and slug != "zoho":

            def known(region: str) -> None:
                accept_region(provider, region)

            found["region"] = self.answering.text("--region", f"Region of {provider.title}", check=known)
        found["domain"] = given.domain
        if slug == "mailgun" and given.domain is None:
            usual = f"mg.{sender.rpartition('@')[2]}"
            found["domain"] = self._text("--domain", "Sending domain at Mailgun", "email.mailgun.domain", usual)
        if given.username is not None and driver == "smtp":
            accept_username(slug, given.username)
        return found

    def _tiers(self) -> tuple[str, ...]:
        if self.given.tiers:
            return tuple(tier for tier in TIERS if tier in self.given.tiers)
        text = self.answering.text("--tier", "Tiers, separated by blanks", check=_tiers_of, default=" ".join(TIERS))
        return _tiers_of(text)

    def _url(self, target: str) -> str | None:
        if self.given.url is not None:
            accept("application.url", self.given.url)
            return self.given.url
        default = None if target == "settings_api" else ""
        question = "Web address of the application" + ("" if default is None else ", or nothing")
        return self._checked("--url", question, "application.url", default) or None

    def _aws_region(self, answers: Answers) -> str | None:
        if answers.aws_region is not None or not needs_aws(answers):
            return answers.aws_region
        question = "AWS region of " + ("Parameter Store" if answers.target == "aws" else "Secrets Manager")
        return self._checked("--aws-region", question, "stores.aws.region", None)

    def _recipients(self, sender: str) -> tuple[str, ...]:
        question = "Mailboxes for the test message, separated by blanks"
        return _recipients_of(self.answering.text("--recipient", question, check=_recipients_of, default=sender))

    def _reply_to(self, sender: str) -> str | None:
        if self.given.reply_to is not None or not is_noreply(sender):
            return self.given.reply_to
        return self._checked("--reply-to", "Address for replies, or nothing", "email.reply_to", "") or None

    def _text(self, flag: str, question: str, setting: str, default: str) -> str:
        given: str | None = getattr(self.given, flag.removeprefix("--").replace("-", "_"))
        if given is not None:
            accept(setting, given)
            return given
        return self._checked(flag, question, setting, default)

    def _checked(self, flag: str, question: str, setting: str, default: str | None) -> str:
        return self.answering.text(flag, question, check=lambda text: accept(setting, text), default=default)

    def _choice(self, flag: str, question: str, options: tuple[Option, ...], default: str) -> str:
        return self.answering.choice(flag, question, options, default=default)


def _count(text: str) -> int:
    digits = text.replace(",", "").replace("_", "").strip()
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 12):
        raise UsageError(f"{quoted(text)} is no number", help="such as 2000")
    return int(digits)


def _tiers_of(text: str) -> tuple[str, ...]:
    words = text.replace(",", " ").split()
    unknown = [word for word in words if word not in TIERS]
    if unknown or not words:
        raise UsageError(f"{quoted(' '.join(unknown) or text)} is no tier", help=f"choose from {' '.join(TIERS)}")
    return tuple(tier for tier in TIERS if tier in words)


def _recipients_of(text: str) -> tuple[str, ...]:
    addresses = tuple(dict.fromkeys(text.replace(",", " ").split()))
    if not addresses:
        raise UsageError("the test message needs a mailbox", help="give an address that you can look into")
    for address in addresses:
        accept("email.sender.email", address)
    return addresses
