"""Lint says before a merge what plan and apply would refuse: hosts, programs, clear text, secrets out of reach."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.lint.clean import run_lint, write_environment

if TYPE_CHECKING:
    from pathlib import Path

_POLICY = "policy: {hosts: [smtp.sendgrid.net, vault.acme.example]}"
_KUBERNETES = "target: {kubernetes: {directory: deploy, namespace: keymanager, name: mail}}\nemail: {smtp: "


def _messages(root: Path, code: str) -> list[str]:
    outcome = run_lint(root)
    assert outcome.crashes == []
    return [found.message for found in outcome.findings if found.rule.code == code]


def _said(root: Path, code: str, text: str, project: str = "") -> list[str]:
    write_environment(root, f"{text}\n")
    (root / "kmconfig.yaml").write_text(f"version: 1\n{project}\n", encoding="utf-8")
    return _messages(root, code)


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        ("owner: team", []),
        ("email: {smtp: {host: SMTP.SendGrid.net.}}", []),
        ("email: {smtp: {host: mail.acme.example}}", ["mail.acme.example"]),
        ("email: {smtp: {host: mail.acme.example, username: null, password: null}}", []),
        ("email: {driver: mailgun, mailgun: {domain: mg.acme.example, region: eu}}", ["api.eu.mailgun.net"]),
        ("email: {driver: ses, ses: {region: eu-west-1}}", ["email.eu-west-1.amazonaws.com"]),
        ("email: {driver: sendmail}", []),
        ("stores: {vault: {address: 'https://vault.other.example:8200'}}", ["vault.other.example"]),
        (
            "stores: {vault: {address: 'https://vault.other.example'}}\nemail: {smtp: {password: {env: A}}}",
            [],
        ),
        ("target: {laravel_env: {path: .env, ssh: deploy@app.acme.example:22}}", ["app.acme.example"]),
        (
            "target: {settings_api: {url: 'https://licenses.acme.example/api', api_key: {env: A}}}",
            ["licenses.acme.example"],
        ),
        (
            "email: {test: {confirm: {imap: 'imaps://imap.acme.example', username: a, password: {env: A}}}}",
            ["imap.acme.example"],
        ),
    ],
)
def test_hosts_that_policy_leaves_out(tmp_path: Path, text: str, hosts: list[str]) -> None:
    said = _said(tmp_path, "KM609", text, _POLICY)
    assert said == [f"`policy.hosts` does not allow a login at `{host}`" for host in hosts]


@pytest.mark.parametrize(
    ("text", "programs"),
    [
        (
            "target: {laravel_env: {path: .env, reload: [[php, artisan], [sh, -c, x]], verify: [[curl, x]]}}",
            ["sh", "curl"],
        ),
        ("email: {driver: sendmail, sendmail: {path: /usr/bin/msmtp}}", ["/usr/bin/msmtp"]),
        ("email: {driver: sendmail}", []),
        ("target: {file: {path: settings.json}}", []),
    ],
)
def test_programs_that_policy_leaves_out(tmp_path: Path, text: str, programs: list[str]) -> None:
    said = _said(tmp_path, "KM610", text, "policy: {commands: [php, /usr/sbin/sendmail]}")
    assert said == [f"`policy.commands` does not allow `{program}`" for program in programs]


def test_without_a_policy_everything_goes(tmp_path: Path) -> None:
    text = "email: {smtp: {host: mail.acme.example}}\ntarget: {laravel_env: {path: .env, reload: [[sh, -c, x]]}}"
    assert _said(tmp_path, "KM609", text) == _said(tmp_path, "KM610", text) == []


@pytest.mark.parametrize(
    ("address", "clear"),
    [
        ("http://vault.acme.example", True),
        ("https://vault.acme.example", False),
        ("http://localhost:8200", False),
        ("http://[::1]:8200", False),
        ("http://10.0.0.4:8200", True),
    ],
)
def test_addresses_in_clear(tmp_path: Path, address: str, *, clear: bool) -> None:
    assert bool(_said(tmp_path, "KM315", f"stores: {{vault: {{address: '{address}'}}}}")) is clear


@pytest.mark.parametrize(
    ("settings", "count"),
    [
        ("{password: {env: A}}}", 1),
        ("{username: {env: A}, password: {file: /run/secrets/a}}}", 2),
        ("{password: {aws_secret: 'a#b'}}}", 0),
        ("{username: {vault: 'a#b'}, password: {ssm: /a}}}", 1),
        ("{username: {vault: 'a#b'}, password: {vault: 'a#c'}}}", 0),
    ],
)
def test_secrets_that_a_cluster_cannot_fetch(tmp_path: Path, settings: str, count: int) -> None:
    assert len(_said(tmp_path, "KM509", _KUBERNETES + settings)) == count


@pytest.mark.parametrize(
    ("directory", "project", "count"),
    [
        ("deploy/production", "", 0),
        ("environments", "", 1),
        ("./environments/x/", "", 1),
        ("environments-of-the-cluster", "", 0),
        ("deploy/../environments", "", 1),
        (".git/x", "", 1),
        ("vendor/.git", "", 1),
        (".github", "", 0),
        (".kmconfig", "", 1),
        ("receipts", "state: receipts", 1),
        ("/srv/manifests", "", 0),
        ("../manifests", "", 0),
        (".", "", 0),
    ],
)
def test_folders_that_have_another_purpose(tmp_path: Path, directory: str, project: str, count: int) -> None:
    target = f"target: {{kubernetes: {{directory: '{directory}', namespace: keymanager, name: mail}}}}"
    assert len(_said(tmp_path, "KM611", target, project)) == count
