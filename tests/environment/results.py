"""Results of commands in which every member of the published schemas stands once."""

from __future__ import annotations

from typing import Any

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
