"""A draft as the text of an environment file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from kmconfig.environment.document import checked_document
from kmconfig.importing.item import Reason
from kmconfig.secrets.new_place import written
from kmconfig.source.span import SourceFile
from kmconfig.source.writing import schema_comment, yaml_lines

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kmconfig.importing.draft import Draft

#: All settings that a target may keep, in the order in which they stand in a file.
SETTINGS: Final = (
    *("application.name", "application.url", "application.runtime", "email.driver"),
    *(f"email.smtp.{name}" for name in ("host", "port", "encryption", "username", "password", "auth")),
    *("email.smtp.fallback_ports", "email.smtp.ehlo_domain", "email.smtp.timeout"),
    *("email.sendmail.path", "email.sendmail.arguments"),
    *("email.mailgun.domain", "email.mailgun.region", "email.mailgun.api_key"),
    *(f"email.ses.{name}" for name in ("region", "access_key_id", "secret_access_key", "configuration_set")),
    *("email.sender.name", "email.sender.email", "email.sender.dkim_selectors"),
    *("email.reply_to", "email.test.recipients"),
)


def settle(draft: Draft, path: str, head: Mapping[str, Any], tail: Mapping[str, Any], *, comment: str) -> str:
    """The text of the file at ``path``, without the settings that the schema refuses, which the draft then tells of.

    ``head`` and ``tail`` are what stands before and behind the settings.
    """
    while True:
        text = _text(draft, path, head, tail, comment=comment)
        document = checked_document(SourceFile(path, text), None, schema="environment")
        refused = {
            setting: Reason(f"the schema refuses it: {problem.message}", problem.help)
            for problem in document.problems
            if (setting := _setting_of(draft, problem.path)) is not None
        }
        if not refused:
            return text
        for setting, reason in refused.items():
            draft.give_up(setting, reason)


def _setting_of(draft: Draft, path: tuple[str | int, ...]) -> str | None:
    """The setting of the draft at or above a path of the document."""
    for length in range(len(path), 1, -1):
        setting = ".".join(str(part) for part in path[:length])
        if setting in draft.settings or setting in draft.secrets:
            return setting
    return None


def _text(draft: Draft, path: str, head: Mapping[str, Any], tail: Mapping[str, Any], *, comment: str) -> str:
    settings: dict[str, Any] = draft.settings | {name: written(ref) for name, ref in draft.secrets.items()}
    if settings.get("email.sender.name") == settings.get("application.name"):
        settings.pop("email.sender.name", None)
    tree: dict[str, Any] = dict(head)
    for setting in sorted(settings, key=SETTINGS.index):
        node = tree
        *parents, last = setting.split(".")
        for part in parents:
            node = node.setdefault(part, {})
        node[last] = settings[setting]
    lines = yaml_lines({**tree, **tail})
    return "\n".join((schema_comment(path), comment, *lines)) + "\n"
