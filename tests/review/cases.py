"""Changes of a setting, and what people are told about each."""

from __future__ import annotations

from typing import NamedTuple

BASE = "environments/base.yaml"
PRODUCTION = "environments/production.yaml"


class Case(NamedTuple):
    """A change of a file: first the texts of ``before`` are replaced, then ``old`` by ``new``.

    ``setting`` changes by that for production, at worst with ``severity``, and a risk holds ``words``.
    """

    path: str
    old: str
    new: str
    setting: str
    severity: str
    words: str
    before: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return f"{self.setting}-{self.words[:24]}"


_TARGET = "target:\n  file: {path: out/production.json}\n"
_API = "target:\n  settings_api: {url: 'https://a.example/api', api_key: {env: API}, signing_key_file: a.pem}\n"
_CLUSTER = "target:\n  kubernetes: {directory: k8s, namespace: mail, name: mail, secrets: external_secret}\n"
_LARAVEL = "target:\n  laravel_env:\n    path: /srv/app/.env\n    laravel: 12\n"
_SES = "email:\n  driver: ses\n  ses: {region: eu-west-1}\n"

CASES: tuple[Case, ...] = (
    Case(BASE, "encryption: tls", "encryption: none", "email.smtp.encryption", "high", "encryption is off"),
    Case(
        BASE,
        "encryption: ssl",
        "encryption: tls",
        "email.smtp.encryption",
        "medium",
        "STARTTLS",
        before=(("encryption: tls", "encryption: ssl"),),
    ),
    Case(
        BASE,
        "localhost",
        "mail.acme.example",
        "email.smtp.host",
        "high",
        "in clear text",
        before=(("smtp.sendgrid.net", "localhost"), ("tls", "none")),
    ),
    Case(BASE, "smtp.sendgrid.net", "mail.acme.example", "email.smtp.host", "high", "of no known provider"),
    Case(BASE, "smtp.sendgrid.net", "smtp.eu.sendgrid.net", "email.smtp.host", "medium", "to another server"),
    Case(
        BASE,
        "smtp.sendgrid.net",
        "smtp.mailgun.org",
        "email.smtp.host",
        "high",
        "SPF of `acme.example` must include `mailgun.org`",
    ),
    Case(BASE, "smtp.sendgrid.net", "smtp.mailgun.org", "email.smtp.host", "high", "`k1._domainkey`"),
    Case(
        BASE,
        "smtp.sendgrid.net",
        "smtp.mailgun.org",
        "email.smtp.host",
        "high",
        "it expects an address on the Mailgun domain",
    ),
    Case(BASE, "email:\n", _SES, "email.driver", "medium", "by `ses` instead of `smtp`"),
    Case(BASE, "email:\n", _SES, "email.driver", "medium", "SPF of `acme.example` needs no include"),
    Case(
        BASE,
        "licensing@acme.example",
        "licensing@new.example",
        "email.sender.email",
        "high",
        "`new.example` needs SPF, DKIM",
        before=(("email:\n", _SES),),
    ),
    Case(BASE, "email:\n", "email:\n  driver: sendmail\n", "email.sendmail.path", "high", "the program that is run"),
    Case(
        BASE,
        "eu-west-1",
        "us-east-1",
        "email.ses.region",
        "medium",
        "region",
        before=(("email:\n", _SES),),
    ),
    Case(
        BASE, "licensing@acme.example", "licensing@new.example", "email.sender.email", "high", "`new.example` needs SPF"
    ),
    Case(
        BASE,
        "licensing@acme.example",
        "licensing@new.example",
        "email.sender.email",
        "high",
        "do not know `new.example` yet",
    ),
    Case(BASE, "licensing@acme.example", "licensing@gmail.com", "email.sender.email", "high", "mailbox service"),
    Case(
        BASE,
        "licensing@acme.example",
        "noreply@acme.example",
        "email.sender.email",
        "info",
        "answers go to `support@acme.example`",
    ),
    Case(
        BASE,
        "licensing@",
        "noreply@",
        "email.sender.email",
        "medium",
        "reach nobody",
        before=(("  reply_to: support@acme.example\n", ""),),
    ),
    Case(
        BASE,
        "support@acme.example",
        "help@elsewhere.example",
        "email.reply_to",
        "medium",
        "another domain, `elsewhere.example`",
    ),
    Case(BASE, "  reply_to: support@acme.example\n", "", "email.reply_to", "info", "the sender's own address"),
    Case(
        BASE,
        "  test:\n    recipients: [mail-test@acme.example, mail-test@partner.example]\n",
        "",
        "email.test.recipients",
        "medium",
        "no test recipient is left",
    ),
    Case(
        BASE,
        ", mail-test@partner.example",
        "",
        "email.test.recipients",
        "info",
        "no longer go to `mail-test@partner.example`",
    ),
    Case(
        BASE,
        "    confirm: {imap: imaps://imap.acme.example, username: a, password: {env: IMAP}}\n",
        "",
        "email.test.confirm.imap",
        "medium",
        "whether test messages arrive",
        before=(
            ("  test:", "  test:\n    confirm: {imap: imaps://imap.acme.example, username: a, password: {env: IMAP}}"),
        ),
    ),
    Case(
        PRODUCTION,
        "{vault: keymanager/production/smtp#password, max_age: 90d}",
        "{env: SMTP_PASSWORD}",
        "email.smtp.password",
        "medium",
        "moved from `vault:keymanager/production/smtp#password` to `env:SMTP_PASSWORD`",
    ),
    Case(
        PRODUCTION,
        "keymanager/production/smtp",
        "keymanager/staging/smtp",
        "email.smtp.password",
        "high",
        "`production` now shares this secret with `staging`",
    ),
    Case(PRODUCTION, "max_age: 90d", "max_age: 365d", "email.smtp.password", "medium", "may grow older"),
    Case(PRODUCTION, ", max_age: 90d", "", "email.smtp.password", "medium", "no age limit"),
    Case(
        PRODUCTION, "max_age: 90d", "version: 3, max_age: 90d", "email.smtp.password", "info", "the newest became `3`"
    ),
    Case(
        PRODUCTION,
        "{vault: keymanager/production/smtp#password, max_age: 90d}",
        "correct-horse-battery",
        "email.smtp.password",
        "high",
        "stands in the file as plain text",
    ),
    Case(
        PRODUCTION,
        "  smtp:\n    password: {vault: keymanager/production/smtp#password, max_age: 90d}\n",
        "  smtp: {}\n",
        "email.smtp.password",
        "medium",
        "no secret to log in with",
    ),
    Case(
        PRODUCTION,
        "vault.acme.example",
        "vault.elsewhere.example",
        "stores.vault.address",
        "high",
        "login of the secret store goes to another server",
    ),
    Case(
        PRODUCTION, "kmconfig-production", "admin", "stores.vault.auth.jwt.role", "medium", "login at Vault is another"
    ),
    Case(
        PRODUCTION,
        "    auth:",
        "    redirect_hosts: [vault.elsewhere.example]\n    auth:",
        "stores.vault.redirect_hosts",
        "high",
        "may be handed on",
    ),
    Case(
        PRODUCTION, "    auth:", "    mount: other\n    auth:", "stores.vault.mount", "medium", "lead to other secrets"
    ),
    Case(
        PRODUCTION,
        "stores:\n",
        "stores:\n  aws: {role_arn: 'arn:aws:iam::123456789012:role/admin'}\n",
        "stores.aws.role_arn",
        "high",
        "another identity",
    ),
    Case(
        PRODUCTION,
        "tier: production",
        "tier: staging",
        "tier",
        "high",
        "stricter rules of production and its guards no longer apply",
    ),
    Case(PRODUCTION, "out/production.json", "out/other.json", "target.file.path", "high", "writes to another place"),
    Case(
        PRODUCTION,
        "laravel: 12\n",
        "laravel: 12\n    reload: [[curl, evil.example]]\n",
        "target.laravel_env.reload",
        "high",
        "would run this as `reload`: `curl evil.example`",
        before=((_TARGET, _LARAVEL),),
    ),
    Case(
        PRODUCTION,
        "    verify: [[php, a.php]]\n",
        "",
        "target.laravel_env.verify",
        "medium",
        "no longer proves itself",
        before=((_TARGET, _LARAVEL + "    verify: [[php, a.php]]\n"),),
    ),
    Case(
        PRODUCTION,
        ", signing_key_file: a.pem",
        "",
        "target.settings_api.signing_key_file",
        "high",
        "no longer have to be signed",
        before=((_TARGET, _API),),
    ),
    Case(
        PRODUCTION,
        "{env: API}",
        "{env: OTHER}",
        "target.settings_api.api_key",
        "medium",
        "moved from `env:API` to `env:OTHER`",
        before=((_TARGET, _API),),
    ),
    Case(
        PRODUCTION,
        "external_secret",
        "secret_ref",
        "target.kubernetes.secrets",
        "medium",
        "another Secret or store",
        before=((_TARGET, _CLUSTER),),
    ),
    Case(
        PRODUCTION,
        "{env: A}",
        "{file: /run/secrets/a}",
        "stores.vault.auth.token.token",
        "medium",
        "moved from `env:A` to `file:/run/secrets/a`",
        before=(("{jwt: {role: kmconfig-production}}", "{token: {token: {env: A}}}"),),
    ),
)
