"""Documents in which every setting of the published schemas stands once."""

from __future__ import annotations

from typing import Any

SECRET = {"vault": "keymanager/production/smtp#password", "version": 3, "max_age": "90d"}

ENVIRONMENT: dict[str, Any] = {
    "version": 1,
    "extends": ["base.yaml", "eu.yaml"],
    "tier": "production",
    "owner": "platform-team",
    "description": "Customer mail for the EU installation",
    "application": {"name": "Acme License Portal", "url": "https://licenses.acme.example", "runtime": "container"},
    "email": {
        "driver": "smtp",
        "smtp": {
            "host": "smtp.sendgrid.net",
            "port": 587,
            "encryption": "tls",
            "username": "apikey",
            "password": SECRET,
            "fallback_ports": [2525],
            "ehlo_domain": "licenses.acme.example",
            "timeout": "30s",
        },
        "sendmail": {"path": "/usr/sbin/sendmail", "arguments": ["-bs", "-i"]},
        "mailgun": {"domain": "mg.acme.example", "region": "us", "api_key": {"env": "MAILGUN_API_KEY"}},
        "ses": {
            "region": "eu-west-1",
            "access_key_id": {"dotenv": "AWS_ACCESS_KEY_ID"},
            "secret_access_key": {"aws_secret": "km/prod/ses#secret"},
            "configuration_set": "keymanager",
        },
        "sender": {"name": "Acme License Portal", "email": "licensing@acme.example", "dkim_selectors": ["s1"]},
        "reply_to": "support@acme.example",
        "test": {
            "recipients": ["mail-test@acme.example", "mail-test@partner.example"],
            "confirm": {
                "imap": "imaps://imap.acme.example",
                "username": {"file": "/run/secrets/imap-user"},
                "password": {"ssm": "/km/prod/imap", "version": "AWSCURRENT"},
            },
        },
    },
    "stores": {
        "vault": {
            "address": "https://vault.acme.example:8200",
            "mount": "secret",
            "kv": 2,
            "namespace": "platform",
            "ca_file": "certs/vault-ca.pem",
            "auth": {"jwt": {"role": "kmconfig-production"}},
        },
        "aws": {"region": "eu-west-1", "role_arn": "arn:aws:iam::123456789012:role/kmconfig"},
    },
}

TARGETS: list[dict[str, Any]] = [
    {
        "laravel_env": {
            "path": "/var/www/keymanager/.env",
            "laravel": "auto",
            "reload": [["php", "artisan", "config:cache"], ["php", "artisan", "queue:restart"]],
            "verify": [["php", "ops/mail-check.php"]],
        }
    },
    {"laravel_env": {"path": ".env", "laravel": 11}},
    {"laravel_env": {"path": ".env", "ssh": "deploy@web1.acme.example:2222", "ssh_known_hosts": "ops/known_hosts"}},
    {
        "settings_api": {
            "url": "https://licenses.acme.example/api",
            "api_key": {"env": "KM_API_KEY"},
            "signing_key_file": "/run/secrets/signing.pem",
        }
    },
    {"kubernetes": {"directory": "deploy", "namespace": "keymanager", "name": "mail", "secrets": "secret_ref"}},
    {
        "kubernetes": {
            "directory": "deploy",
            "namespace": "keymanager",
            "name": "mail",
            "secret_name": "mail-login",
            "secret_store": {"name": "vault-production", "kind": "ClusterSecretStore"},
            "refresh_interval": "15m",
            "laravel": 11,
        }
    },
    {"aws": {"ssm_prefix": "/keymanager/production", "secret_id": "keymanager/production/mail"}},
    {"vault": {"path": "keymanager/production/mail"}},
    {"file": {"path": "build/settings.json"}},
]

LOGINS: list[dict[str, Any]] = [
    {"token": {}},
    {"token": {"token": {"env": "CI_VAULT_TOKEN"}}},
    {"approle": {"role_id": "6f2c8a34", "secret_id": {"env": "SECRET_ID"}, "mount": "approle"}},
    {"kubernetes": {"role": "kmconfig", "mount": "kubernetes", "token_file": "/var/run/token"}},
    {"jwt": {"role": "kmconfig", "mount": "jwt/github", "jwt": {"env": "ID_TOKEN"}, "audience": "vault"}},
    {"aws": {"role": "kmconfig", "mount": "aws", "region": "eu-west-1", "header_value": "vault.acme.example"}},
    {"userpass": {"username": "kmconfig", "password": {"file": "/run/secrets/vault"}, "mount": "userpass"}},
]

PROJECT: dict[str, Any] = {
    "version": 1,
    "environments": "environments",
    "state": ".kmconfig/state",
    "lint": {
        "fail_on": "error",
        "rules": {"noreply-sender": "error", "KM414": "off"},
        "baseline": ".kmconfig-baseline.json",
    },
    "policy": {
        "providers": ["sendgrid", "ses"],
        "secret_sources": {"production": ["vault", "aws_secret"], "development": ["env", "dotenv"]},
        "max_secret_age": "90d",
        "hosts": ["smtp.sendgrid.net"],
        "commands": ["php", "/usr/sbin/sendmail"],
    },
    "promotion": ["development", "staging", "production"],
    "plugins": True,
}
