"""Links to lines of files as they are at one commit, where it is known which web pages show the repository."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kmconfig.report.escape import for_uri

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kmconfig.report.spot import Spot

_COMMIT = r"[0-9a-f]{40}|[0-9a-f]{64}"
_SERVER = r"https?://[A-Za-z0-9.-]+(?::[0-9]+)?"
_REPOSITORY = r"[\w.-]+(?:/[\w.-]+)+"
#: `https://user:token@host/owner/name.git`, `ssh://git@host/owner/name.git` and `git@host:owner/name.git`.
_REMOTE = re.compile(
    rf"(?:(?:https?|ssh)://(?:[^@/\s]*@)?(?P<host>[A-Za-z0-9.-]+)(?::[0-9]+)?/|[\w.-]+@(?P<scp>[A-Za-z0-9.-]+):)"
    rf"(?P<repository>{_REPOSITORY})/?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Permalinks:
    """Makes links: ``prefix`` stands before a path, ``mark`` between the path and the number of a line."""

    prefix: str
    mark: str = "#L"

    def to(self, place: Spot) -> str:
        """The address of a line."""
        return f"{self.prefix}/{for_uri(place.path)}{self.mark}{place.line}"


def permalinks(environ: Mapping[str, str], *, remote: str | None, commit: str | None) -> Permalinks | None:
    """What makes links to a commit, from what GitHub's and GitLab's jobs are told, or from the remote's address.

    Without ``commit`` the job's own counts. None where the pages or the commit are not known.
    """
    server, repository = environ.get("GITHUB_SERVER_URL", ""), environ.get("GITHUB_REPOSITORY", "")
    if server and repository:
        return _links(f"{server.rstrip('/')}/{repository}", "blob", commit or environ.get("GITHUB_SHA"))
    project = environ.get("CI_PROJECT_URL", "")
    if project:
        return _links(project, "-/blob", commit or environ.get("CI_COMMIT_SHA"))
    found = _REMOTE.fullmatch(remote or "")
    host = (found["host"] or found["scp"]).lower() if found is not None else ""
    if found is None or not _way(host):
        return None
    return _links(f"https://{host}/{found['repository'].removesuffix('.git')}", _way(host), commit)


def _way(host: str) -> str:
    """What stands between repository and commit on a host's pages, empty where that is not known."""
    if host == "github.com":
        return "blob"
    return "-/blob" if host.split(".", maxsplit=1)[0] == "gitlab" else ""


def _links(address: str, way: str, commit: str | None) -> Permalinks | None:
    sound = re.fullmatch(f"{_SERVER}/{_REPOSITORY}", address, re.ASCII) is not None
    if not sound or commit is None or re.fullmatch(_COMMIT, commit) is None:
        return None
    return Permalinks(f"{address}/{way}/{commit}")
