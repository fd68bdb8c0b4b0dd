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

_PLACE = {"path": "environments/base.yaml", "line": 5, "column": 7}

RESULTS: dict[str, dict[str, Any]] = {
    "findings": {
        "version": 1,
        "findings": [
            {
                "code": "KM201",
                "name": "port-encryption-mismatch",
                "severity": "error",
                "message": "port 465 needs `encryption: ssl`",
                "help": "set `encryption: ssl`",
                "path": "environments/production.yaml",
                "line": 9,
                "column": 17,
                "end_line": 9,
                "end_column": 20,
                "environments": ["production"],
                "setting": "email.smtp.encryption",
                "related": [{**_PLACE, "message": "this port decides"}],
                "fix": {"title": "use `ssl`", "safe": False},
                "fingerprint": "3f1c",
            }
        ],
        "skipped": [{"code": "KM701", "reason": "the name server did not answer"}],
        "summary": {
            "files": 4,
            "environments": 3,
            "errors": 1,
            "warnings": 0,
            "notes": 0,
            "suppressed": 0,
            "baselined": 0,
        },
    },
    "show": {
        "version": 1,
        "environment": "production",
        "tier": "production",
        "settings": {"email": {"smtp": {"port": 587}}},
        "origins": {"email.smtp.host": {**_PLACE, "overrides": [_PLACE]}, "email.smtp.port": "default"},
    },
    "test": {
        "version": 1,
        "results": [
            {
                "environment": "production",
                "driver": "smtp",
                "ok": False,
                "test_id": "7c1f",
                "message_id": None,
                "recipients": ["mail-test@acme.example"],
                "outcomes": [{"address": "mail-test@acme.example", "ok": True, "code": 250, "text": "2.1.5 ok"}],
                "stages": [{"stage": "resolve", "ok": True, "ms": 1.5, "detail": "192.0.2.1"}],
                "diagnosis": {"stage": "connect", "symptom": "refused", "cause": "firewall", "remedies": ["open 587"]},
                "confirmation": None,
                "notes": ["only port 2525 answered"],
                "ports": [
                    {"port": 587, "encryption": "tls", "ok": False, "configured": True, "ms": 0.5, "detail": "refused"}
                ],
                "advice": "2525 answers",
            }
        ],
    },
    "plan": {
        "version": 1,
        "results": [
            {
                "environment": "production",
                "target": "laravel_env:/var/www/keymanager/.env",
                "digest": "sha256:0",
                "created": "2026-03-31T14:30:00Z",
                "expires": "2026-03-31T15:30:00+00:00",
                "commit": None,
                "operations": [
                    {
                        "setting": "email.smtp.port",
                        "key": "MAIL_PORT",
                        "action": "change",
                        "before": "25",
                        "after": "587",
                        "secret": False,
                        "version": None,
                        "fingerprint": None,
                        "compared": True,
                        "origin": "environments/production.yaml:7:11",
                    }
                ],
                "guards": [{"name": "host-change", "reason": "the login would go elsewhere"}],
                "approve": "--approve host-change",
                "inputs": {"files": {"environments/production.yaml": "00"}, "rules": "00", "tool": "0.1.0"},
                "secrets": [
                    {"setting": "email.smtp.password", "reference": "env:PW", "version": None, "fingerprint": None}
                ],
                "notes": [],
                "limits": ["several values are written one after the other, not all at once"],
                "base": "sha256:1",
                "back_to": None,
            }
        ],
    },
    "receipt": {
        "version": 1,
        "results": [
            {
                "run": "01",
                "environment": "production",
                "plan_digest": "sha256:0",
                "result": "applied",
                "application_verified": False,
                "steps": [{"step": "lock", "outcome": "done", "ms": 3, "more": 1}],
                "more": True,
            }
        ],
    },
    "secrets": {
        "version": 1,
        "results": [
            {
                "environment": "production",
                "references": [
                    {
                        "setting": "email.smtp.password",
                        "source": "vault",
                        "reference": "km/prod/smtp#password",
                        "status": "ok",
                        "version": 9,
                        "created": "2026-03-31T14:30:00.123456789Z",
                        "age_days": 12,
                        "max_age": "90d",
                        "detail": "12 of 90 days",
                        "shape": {
                            "fits": False,
                            "provider": "SendGrid",
                            "expected": "an API key",
                            "confirmed": True,
                            "seen": "",
                        },
                    }
                ],
                "stores": [
                    {"store": "vault", "where": "https://vault.acme.example", "identity": "token from VAULT_TOKEN"}
                ],
            }
        ],
    },
    "dns": {
        "version": 1,
        "results": [
            {
                "environment": "production",
                "domain": "acme.example",
                "checks": [
                    {
                        "code": "KM701",
                        "name": "no-spf",
                        "result": "pass",
                        "records": ["v=spf1 include:_spf.acme.example -all"],
                        "detail": "`acme.example` has an SPF record",
                        "help": None,
                        "suggestion": None,
                    }
                ],
                "spf": {
                    "lookups": 1,
                    "void_lookups": 0,
                    "complete": True,
                    "steps": [
                        {
                            "depth": 0,
                            "cause": "",
                            "domain": "acme.example",
                            "record": "v=spf1 include:_spf.acme.example -all",
                            "lookups": 1,
                            "problem": None,
                        },
                        {
                            "depth": 1,
                            "cause": "include:_spf.acme.example",
                            "domain": "_spf.acme.example",
                            "record": None,
                            "lookups": 1,
                            "problem": "`include:_spf.acme.example` leads to no SPF record",
                        },
                    ],
                },
            }
        ],
    },
    "drift": {
        "version": 1,
        "results": [
            {
                "environment": "production",
                "target": "laravel_env:/var/www/keymanager/.env",
                "result": "drift",
                "run": "20260331T143000Z-000000000",
                "differences": [
                    {
                        "setting": "email.smtp.port",
                        "key": "MAIL_PORT",
                        "class": "external",
                        "live": "25",
                        "expected": "587",
                        "detail": "somebody changed it",
                        "ignored": None,
                    }
                ],
                "notes": [],
            }
        ],
    },
}
_CHANGE = {
    "setting": "email.smtp.host",
    "before": "smtp.sendgrid.net",
    "after": "smtp.mailgun.org",
    "secret": None,
    "severity": "high",
    "risks": ["the login and all mail go to another server, `smtp.mailgun.org`"],
    "origin": _PLACE,
}
_FINDINGS = {"new_findings": [], "fixed_findings": RESULTS["findings"]["findings"], "hidden_findings": []}
RESULTS["diff"] = {
    "version": 1,
    "base": "origin/main",
    "head": "working tree",
    "environments": [
        {
            "environment": "production",
            "status": "renamed",
            "tier": "production",
            "former_name": "prod",
            "note": "was `prod`",
            "risks": ["receipts and history of `prod` are not those of `production`"],
            "changes": [_CHANGE],
            **_FINDINGS,
        }
    ],
    "groups": [{"environments": ["production"], "changes": [_CHANGE]}],
    "project": [{**_CHANGE, "setting": "lint.rules.noreply-sender", "before": None, "after": "off"}],
    **_FINDINGS,
    "notes": ["`environments/shared` is a submodule at 0123456789ab; what is in it is not compared"],
}
RESULTS["history"] = {
    "version": 1,
    "environment": "production",
    "receipts": [{"run": "20260331T143000Z-000000000"}],
    "broken": [{"run": "20260331T143000Z-000000000", "reason": "it was changed after it was written"}],
}
RESULTS["import"] = {
    "version": 1,
    "environment": "production",
    "source": "/var/www/keymanager/.env",
    "path": "environments/production.yaml",
    "written": True,
    "text": "version: 1\ntier: production\n",
    "tier": "production",
    "laravel": {"version": 12, "by": "composer.lock", "certain": True},
    "items": [
        {
            "key": "MAIL_SCHEME",
            "line": 4,
            "status": "carried",
            "setting": "email.smtp.encryption",
            "reason": "port 465 speaks TLS from the first byte",
            "help": None,
        }
    ],
    "secrets": [
        {
            "setting": "email.smtp.password",
            "reference": "env:PRODUCTION_SMTP_PASSWORD",
            "command": "IFS= read -rs PRODUCTION_SMTP_PASSWORD && export PRODUCTION_SMTP_PASSWORD",
        }
    ],
    "plan": {"operations": [{"key": "MAIL_SCHEME", "action": "add", "reason": "not set"}], "impossible": None},
    "findings": RESULTS["findings"]["findings"],
}
RESULTS["render"] = {
    "version": 1,
    "environment": "production",
    "target": "vault",
    "documents": [{"MAIL_HOST": "smtp.sendgrid.net", "MAIL_PASSWORD": {"reference": "vault:km/production/smtp#key"}}],
}
RESULTS["init"] = {
    "version": 1,
    "driver": "smtp",
    "provider": "sendgrid",
    "written": ["environments/base.yaml", "kmconfig.yaml"],
    "kept": [".gitignore"],
    "lines": [{"path": ".gitignore", "text": ".kmconfig/\n"}],
    "steps": ["authenticate the sender's domain"],
    "secrets": [{"reference": "env:PRODUCTION_SMTP_PASSWORD", "command": "IFS= read -rs PRODUCTION_SMTP_PASSWORD"}],
    "next": ["kmconfig lint"],
    "findings": RESULTS["findings"]["findings"],
}
