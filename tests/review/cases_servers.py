"""Changes of where logins, secrets, messages and settings go, and what people are told about each."""

from __future__ import annotations

from tests.review.cases import BASE, PRODUCTION, Case

_HTTPS, _HTTP = "https://vault.acme.example", "http://vault.acme.example"
_TARGET = "target:\n  file: {path: out/production.json}\n"
_API = "target:\n  settings_api: {url: 'https://a.example/api', api_key: {env: API}, ca_file: ca.pem}\n"
_CLUSTER = "target:\n  kubernetes: {directory: k8s, namespace: mail, name: mail, secret_store: {name: vault}}\n"
_LARAVEL = (
    "target:\n  laravel_env:\n    path: /srv/app/.env\n    laravel: 12\n"
    "    reload: [[php, a.php]]\n    verify: [[php, b.php]]\n"
)
_SSH = _LARAVEL + "    ssh: deploy@one.example\n"
_CONFIRM = "    confirm: {{imap: {}, username: a, password: {{env: IMAP}}}}\n"
_IMAPS = _CONFIRM.format("imaps://imap.acme.example")


def _vault(new: str, words: str, severity: str = "high", before: str = _HTTPS) -> Case:
    return Case(
        PRODUCTION,
        f"address: {before}",
        f"address: {new}",
        "stores.vault.address",
        severity,
        words,
        before=((f"address: {_HTTPS}", f"address: {before}"),),
    )


def _confirm(before: str, after: str, severity: str, words: str) -> Case:
    """The mailbox of the test, as the text of its block before and after."""
    return Case(
        BASE,
        f"  test:\n{before}",
        f"  test:\n{after}",
        "email.test.confirm.imap",
        severity,
        words,
        before=(("  test:\n", f"  test:\n{before}"),),
    )


def _target(before: str, after: str, setting: str, severity: str, words: str) -> Case:
    return Case(PRODUCTION, before, after, setting, severity, words, before=((_TARGET, before),))


def _authority(old: str, new: str, words: str, severity: str = "medium") -> Case:
    return Case(
        PRODUCTION,
        f"{old}    auth:",
        f"{new}    auth:",
        "stores.vault.ca_file",
        severity,
        words,
        before=(("    auth:", f"{old}    auth:"),),
    )


VAULT: tuple[Case, ...] = (
    _vault(_HTTP, "the login of the secret store and the secrets would cross the network in clear text"),
    _vault("http://10.0.0.8:8200", "in clear text", before="http://127.0.0.1:8200"),
    _vault("http://10.0.0.8:8200", "goes to another server, `http://10.0.0.8:8200`", before="http://127.0.0.1:8200"),
    _vault("https://evil.example", "and secrets are read from there"),
    _vault(f"{_HTTPS}:8300", "goes to another address of the server, "),
    Case(
        PRODUCTION,
        "stores:\n  vault:\n",
        f"stores:\n  vault:\n    address: {_HTTP}\n",
        "stores.vault.address",
        "high",
        "in clear text",
        before=((f"    address: {_HTTPS}\n", ""),),
    ),
    Case(PRODUCTION, f"    address: {_HTTPS}\n", "", "stores.vault.address", "medium", "wherever VAULT_ADDR leads"),
    _authority("    ca_file: ca.pem\n", "", "every certificate authority that this machine trusts may vouch for Vault"),
    _authority("", "    ca_file: ca.pem\n", "another certificate authority vouches for Vault, the one in `ca.pem`"),
    Case(
        PRODUCTION,
        "[one.example]",
        "[one.example, two.example]",
        "stores.vault.redirect_hosts",
        "high",
        "handed on to `two.example`, and secrets read from there",
        before=(("    auth:", "    redirect_hosts: [one.example]\n    auth:"),),
    ),
    Case(PRODUCTION, "    auth:", "    kv: 1\n    auth:", "stores.vault.kv", "medium", "lead to other secrets"),
)

MAILBOX: tuple[Case, ...] = (
    _confirm("", _IMAPS, "medium", "the login of the test mailbox goes to `imaps://imap.acme.example`"),
    _confirm(
        _IMAPS,
        _CONFIRM.format("imaps://imap.evil.example"),
        "high",
        "login of the test mailbox goes to another server, `imaps://imap.evil.example`",
    ),
    _confirm(
        _IMAPS, _CONFIRM.format("imaps://imap.acme.example:1993"), "medium", "goes to another address of the server"
    ),
    _confirm(_IMAPS, _CONFIRM.format("imap://imap.acme.example"), "medium", "begins in clear text"),
    _confirm("", _CONFIRM.format("imap://imap.acme.example"), "medium", "begins in clear text"),
)

TARGETS: tuple[Case, ...] = (
    _target(
        _LARAVEL,
        "",
        "target.laravel_env.path",
        "high",
        "apply has no place to write to any more; laravel env `/srv/app/.env` keeps the settings it has",
    ),
    _target(
        _LARAVEL,
        _TARGET,
        "target.file.path",
        "high",
        "another kind of target, file `out/production.json`; laravel env `/srv/app/.env` keeps the settings it has",
    ),
    _target(_LARAVEL, _TARGET, "target.laravel_env.reload", "info", "belonged to the former target"),
    Case(
        PRODUCTION,
        "stores:\n",
        f"{_TARGET}stores:\n",
        "target.file.path",
        "medium",
        "apply has a place to write to now: file `out/production.json`",
        before=((_TARGET, ""),),
    ),
    _target(_SSH, _SSH.replace("one", "two"), "target.laravel_env.ssh", "high", "on another machine"),
    _target(_SSH, _LARAVEL, "target.laravel_env.ssh", "high", "no longer over SSH"),
    _target(
        _SSH,
        f"{_SSH}    ssh_known_hosts: hosts\n",
        "target.laravel_env.ssh_known_hosts",
        "medium",
        "other host keys",
    ),
    _target(
        _API, _API.replace("https", "http"), "target.settings_api.url", "high", "would cross the network in clear text"
    ),
    _target(
        _API,
        _API.replace("a.example", "b.example"),
        "target.settings_api.url",
        "high",
        "`https://b.example/api`, which is given the API key",
    ),
    _target(
        _API,
        _API.replace(", ca_file: ca.pem", ""),
        "target.settings_api.ca_file",
        "medium",
        "may vouch for the settings API",
    ),
    _target(
        _CLUSTER,
        _CLUSTER.replace("{name: vault}", "{name: other}"),
        "target.kubernetes.secret_store.name",
        "medium",
        "another Secret or store",
    ),
)

SPF: tuple[Case, ...] = (
    Case(
        BASE,
        "smtp.sendgrid.net",
        "mail.acme.example",
        "email.smtp.host",
        "high",
        "the SPF record of `acme.example` must allow the address that it sends from",
    ),
    Case(
        BASE,
        "mail.acme.example",
        "mail2.acme.example",
        "email.smtp.host",
        "high",
        "mail leaves through `mail2.acme.example`, a server of no known provider",
        before=(("smtp.sendgrid.net", "mail.acme.example"),),
    ),
    Case(
        BASE,
        "email:\n",
        "email:\n  driver: sendmail\n",
        "email.driver",
        "medium",
        "the SPF record of `acme.example` must allow the public address of that machine",
    ),
    Case(BASE, "email:\n", "email:\n  driver: sendmail\n", "email.driver", "medium", "SendGrid signed the mail (DKIM)"),
    Case(
        BASE,
        "smtp.sendgrid.net",
        "localhost",
        "email.smtp.host",
        "medium",
        "through the machine that the application runs on",
    ),
    Case(
        BASE,
        "arguments: [-t]",
        "arguments: [-t, -v]",
        "email.sendmail.arguments",
        "high",
        "called in another way",
        before=(("email:\n", "email:\n  driver: sendmail\n  sendmail: {arguments: [-t]}\n"),),
    ),
)

SERVERS: tuple[Case, ...] = (*VAULT, *MAILBOX, *TARGETS, *SPF)
