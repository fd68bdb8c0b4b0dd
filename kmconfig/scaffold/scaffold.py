"""The files that begin a repository, what of them can be written, and what is left to do."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kmconfig.environment.project import Project
from kmconfig.errors import UsageError
from kmconfig.lint.engine import lint
from kmconfig.providers.hosts import is_loopback
from kmconfig.providers.registry import provider_by_slug
from kmconfig.scaffold.answers import accept, accept_address, accept_host
from kmconfig.scaffold.destinations import require_paths
from kmconfig.scaffold.environments import environment_files, needs_aws, references, tier_path
from kmconfig.scaffold.project_files import SHARED_FILES, is_there, project_files
from kmconfig.scaffold.setup_steps import setup_steps
from kmconfig.source.reader import read_content

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

    from kmconfig.environment.reference import SecretRef
    from kmconfig.lint.engine import Outcome
    from kmconfig.scaffold.answers import Answers

_OF_DRIVER = {"mailgun": "mailgun", "ses": "ses", "sendmail": "self-hosted"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scaffold:
    """What `init` is going to do.

    ``files`` are the texts of new files by path; ``kept`` are paths that exist and stay as they are; ``lines`` are
    texts that should be added to some of those by hand. ``secrets`` are those to store, ``steps`` is what to do at the
    provider, both as far as the answers stand in the environments. ``outcome`` is what lint says of everything
    together. ``versioned`` says that the folder lies in a git repository.
    """

    answers: Answers
    files: Mapping[str, str]
    kept: tuple[str, ...]
    lines: Mapping[str, str]
    secrets: tuple[SecretRef, ...]
    steps: tuple[str, ...]
    outcome: Outcome
    versioned: bool


def scaffold(root: Path, answers: Answers, *, today: date) -> Scaffold:
    """Compose the files, and lint them together with what exists. Nothing is written.

    Raises UsageError where answers do not fit together, naming the flag.
    """
    check_answers(answers)
    wanted = {**environment_files(answers), **project_files(answers)}
    kept = tuple(path for path in wanted if os.path.lexists(root / path))
    files = {path: text for path, text in wanted.items() if path not in kept}
    valid = replace(
        answers, tiers=tuple(tier for tier in answers.tiers if _holds(root, tier_path(tier), wanted, files))
    )
    project = Project(root, overlay={path: text.encode() for path, text in files.items()})
    project.load()
    return Scaffold(
        answers=answers,
        files=files,
        kept=kept,
        lines={path: wanted[path] for path in kept if path in SHARED_FILES and not _says(root / path, path, wanted)},
        secrets=references(valid),
        steps=setup_steps(answers) if valid.tiers else (),
        outcome=lint(project, today=today),
        versioned=any(os.path.lexists(folder / ".git") for folder in (root.resolve(), *root.resolve().parents)),
    )


def check_answers(answers: Answers) -> None:
    """Hold every answer against its check, and answers against each other. Raises UsageError."""
    accept_address(answers.sender)
    for setting, value in _settings(answers):
        if value is not None:
            accept(setting, value)
    if answers.host is not None:
        accept_host(answers.host)
    if answers.username is not None:
        accept_username(answers.provider, answers.username)
    _check_driver(answers)
    _check_vault(answers.vault_address)
    if needs_aws(answers) and answers.aws_region is None:
        raise UsageError("--aws-region is missing", help="name the region of settings and secrets, such as eu-west-1")
    require_paths(answers)


def _settings(answers: Answers) -> tuple[tuple[str, str | None], ...]:
    """Answers that are only held against the schema, with the setting that has their form."""
    return (
        ("application.name", answers.application_name),
        ("application.url", answers.url),
        ("email.reply_to", answers.reply_to),
        ("email.mailgun.domain", answers.domain),
        ("stores.vault.address", answers.vault_address),
        ("stores.aws.region", answers.aws_region),
        *(("email.sender.email", recipient) for recipient in answers.recipients),
    )


def _check_vault(address: str | None) -> None:
    """Refuse an address to which the login and every secret would go in clear text. Raises UsageError."""
    if address is None:
        return
    from urllib.parse import urlsplit  # noqa: PLC0415 - with the first address

    parts = urlsplit(address)
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        raise UsageError(
            "--vault-address is without TLS: the login and every secret would cross the network in clear text",
            help="write it as https://…; only a server on this machine may be reached by http://",
        )


def _check_driver(answers: Answers) -> None:
    if _OF_DRIVER.get(answers.driver, answers.provider) != answers.provider:
        raise UsageError(
            f"the driver {answers.driver} does not send through {answers.provider}",
            help=f"leave --provider out, or use --driver smtp --provider {answers.provider}",
        )
    if answers.driver == "sendmail" and answers.runtime != "host":
        raise UsageError(
            f"sendmail has no place where the application runs in a {answers.runtime}",
            help="choose --driver smtp, mailgun or ses",
        )


def accept_username(slug: str, username: str) -> None:
    """Hold a user name against what the provider expects. Raises UsageError, without repeating the name."""
    provider = provider_by_slug(slug)
    accept("email.smtp.username", username)
    if provider is None or provider.username.secret or not provider.username.fits(username):
        expected = provider.username.expected if provider is not None else "another one"
        raise UsageError("this is not the user name that the provider wants", help=f"it expects {expected}")


def _holds(root: Path, path: str, wanted: Mapping[str, str], files: Mapping[str, str]) -> bool:
    """Whether a file is going to be what was wanted: it is new, or says exactly that already."""
    return path in files or read_content(root / path) == wanted[path].encode()


def _says(location: Path, path: str, wanted: Mapping[str, str]) -> bool:
    content = read_content(location)
    return isinstance(content, bytes) and is_there(path, content.decode("utf-8", "replace"), wanted[path])
