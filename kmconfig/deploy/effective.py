"""What the application really uses after the write, as Laravel's own `config:show mail` tells it.

A cached configuration, settings in a database or variables of the process may win over the file. This asks the
application's console; that its web processes and queues do the same is for `verify` commands to show.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from kmconfig.deploy.steps import StepFailed
from kmconfig.errors import CouldNotCheck, Refused
from kmconfig.targets.registry import beside

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from kmconfig.deploy.proof_commands import ProofCommands
    from kmconfig.deploy.steps import Steps
    from kmconfig.deploy.work import Work
    from kmconfig.targets.interface import Kept

STEP: Final = "effective"

#: Where `config/mail.php` of Laravel puts what the file says; none of these is a secret.
_PLACES: Final = {
    "MAIL_MAILER": "default",
    "MAIL_HOST": "mailers.smtp.host",
    "MAIL_PORT": "mailers.smtp.port",
    "MAIL_ENCRYPTION": "mailers.smtp.encryption",
    "MAIL_SCHEME": "mailers.smtp.scheme",
    "MAIL_FROM_ADDRESS": "from.address",
}
_URL: Final = "mailers.smtp.url"  # wins over host and port; it may hold a password
_UNSET: Final = frozenset(("", "null"))

_ROW = re.compile(r"\s*(?P<path>[\w-]+(?:\s+⇁\s+[\w-]+)*)\s+\.{2,}(?:\s+(?P<value>\S.*?))?\s*")
_COLOUR = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_UNKNOWN_COMMAND = re.compile(r'"config:show" is not defined|no commands defined')
_NO_PROGRAM = ("could not be run: there is no program", "ended with 127")  # the latter by shells, ssh and containers
_DROPPED = ".?!:"  # Laravel prints no punctuation at the end of a value


def check_effective(work: Work, commands: ProofCommands, steps: Steps) -> None:
    """Compare what was applied with what the application says that it uses. Without `artisan` there is no such step.

    Raises StepFailed where they differ, or the application cannot be asked although it knows the command.
    """
    wanted = dict(_wanted(work.plan.kept))
    try:
        artisan = _artisan(work, commands) if wanted else None
    except (Refused, CouldNotCheck) as error:
        steps.skipped(STEP, error.message)
        return
    if artisan is None:
        return
    printed: list[str] = []
    result = commands.result_of((*artisan, "config:show", "mail", "--no-ansi", "--no-interaction"), seen=printed.append)
    text = "".join(printed)
    if not result.ok and (reason := _unable(text, result.detail)) is not None:
        steps.skipped(STEP, f"`{' '.join(artisan)}` {reason}")
        return
    with steps.step(STEP) as say:
        if not result.ok:
            # What it printed may hold the configuration, so that is told no further.
            raise StepFailed(f"`{' '.join(artisan)} config:show mail` failed, so it is not known what is in use")
        say(_compared(wanted, read_table(text), mask=commands.mask))


def read_table(text: str) -> Mapping[str, str]:
    """The rows of what `config:show` prints, by their paths. A value too long for its row is left out."""
    found = {}
    for line in _COLOUR.sub("", text).splitlines():
        row = _ROW.fullmatch(line)
        if row is not None:
            path = ".".join(part.strip() for part in row["path"].split("⇁"))
            found[path] = row["value"] or ""
    return found


def _artisan(work: Work, commands: ProofCommands) -> tuple[str, ...] | None:
    """The application's console: as its own commands call it, or else PHP's where it lies beside the `.env`.

    Raises Refused where it must not be run, and CouldNotCheck where nobody can look.
    """
    for command in (*commands.reload, *commands.verify):
        for at, word in enumerate(command):
            if PurePosixPath(word).name == "artisan":
                return command[: at + 1]
    ours = beside(work.reader, "artisan")
    if ours is None:
        return None
    allowed = work.project.allowed_commands
    if allowed is not None and "php" not in allowed:
        raise Refused("`policy.commands` does not allow `php`")
    if not ours:
        raise Refused("`artisan` belongs to another user, and no `reload` or `verify` command runs it")
    return ("php", "artisan")


def _wanted(kept: Mapping[str, Kept]) -> Iterator[tuple[str, str]]:
    smtp = "MAIL_MAILER" in kept and kept["MAIL_MAILER"].text == "smtp"
    for key, place in _PLACES.items():
        if key in kept and not kept[key].secret and (smtp or not place.startswith("mailers.")):
            yield place, kept[key].text


def _compared(wanted: Mapping[str, str], used: Mapping[str, str], *, mask: Callable[[str], str]) -> str:
    """What agrees, for people. Raises StepFailed for what does not."""
    differing = [
        f"`mail.{place}` is `{mask(used[place])}`, not `{text}`"
        for place, text in wanted.items()
        if place in used and _normal(used[place]) != _normal(text)
    ]
    if any(place.startswith("mailers.smtp.") for place in wanted) and used.get(_URL, "") not in _UNSET:
        differing.append(f"`mail.{_URL}` is set and wins over host and port")
    if differing:
        raise StepFailed(
            f"the application does not use what the file says: {'; '.join(differing)}; a cached configuration, its"
            " database or variables of the process win"
        )
    agreed = [place for place in wanted if place in used]
    if not agreed:
        raise StepFailed("`config:show mail` printed nothing that could be compared")
    unseen = [place for place in wanted if place not in used]
    return f"{', '.join(agreed)} as applied" + (f"; not shown: {', '.join(unseen)}" if unseen else "")


def _normal(text: str) -> str:
    text = text.strip().rstrip(_DROPPED)
    return "" if text in _UNSET else text


def _unable(text: str, detail: str) -> str | None:
    """Why it does not know the command, None where it does and failed."""
    if _UNKNOWN_COMMAND.search(text):
        return "has no `config:show`, which came during Laravel 10"
    return "cannot be run here" if detail.startswith(_NO_PROGRAM) else None
