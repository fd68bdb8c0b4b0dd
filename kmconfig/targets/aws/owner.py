"""Which environment was applied, as a tag of the secret, or of one parameter."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from kmconfig.secrets.aws.faults import Fault
from kmconfig.secrets.aws.told import entries

if TYPE_CHECKING:
    from kmconfig.targets.aws.line import Line
    from kmconfig.targets.aws.reader import AwsReader
    from kmconfig.targets.aws.shelves import Shelves

_TAG = "kmconfig/environment"
_TAGGED = "MAIL_MAILER"
"""The variable that every environment has."""


def read_owner(line: Line, shelves: Shelves) -> str | None:
    """Who was applied last, None where that is not known, also for want of permission."""
    if shelves.secret is not None:
        reply = line.call("secretsmanager", "describe_secret", SecretId=shelves.secret)
        tags = "Tags"
    else:
        name = shelves.parameter(_TAGGED)
        reply = line.call("ssm", "list_tags_for_resource", ResourceType="Parameter", ResourceId=name)
        tags = "TagList"
    if isinstance(reply, Fault):
        return None
    return next((str(tag.get("Value")) for tag in entries(reply.get(tags)) if tag.get("Key") == _TAG), None)


def write_owner(reader: AwsReader, environment: str) -> None:
    """Tag the target. A login that may not is no reason to stop: it is logged as a warning."""
    line, shelves = reader.line, reader.shelves
    if read_owner(line, shelves) == environment:
        return
    tags: list[dict[str, Any]] = [{"Key": _TAG, "Value": environment}]
    if shelves.secret is not None:
        reply = line.call("secretsmanager", "tag_resource", SecretId=shelves.secret, Tags=tags)
    else:
        reply = line.call(
            "ssm",
            "add_tags_to_resource",
            ResourceType="Parameter",
            ResourceId=shelves.parameter(_TAGGED),
            Tags=tags,
        )
    if isinstance(reply, Fault):
        logging.getLogger(__name__).warning(
            "`%s` could not be tagged with the environment that was applied: it %s",
            reader.shown,
            reply.of_writing().says,
        )
