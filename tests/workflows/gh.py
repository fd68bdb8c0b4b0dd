"""Stands for `gh api` in the jobs that tests play: the calls that the action makes, with GitHub's permissions."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

BOT = "github-actions[bot]"
_REPOSITORY = r"repos/acme/mail-settings"


class Request(NamedTuple):
    """One call."""

    method: str
    path: str
    query: dict[str, list[str]]
    fields: dict[str, str]


class Refused(Exception):  # noqa: N818 - an answer, not a fault of the program
    """GitHub says no."""


def request_of(arguments: list[str]) -> Request:
    """Read the command line."""
    assert arguments.pop(0) == "api"
    method, path, fields = "GET", "", {}
    while arguments:
        argument = arguments.pop(0)
        if argument == "--method":
            method = arguments.pop(0)
        elif argument in ("--field", "--raw-field"):
            name, _, value = arguments.pop(0).partition("=")
            from_file = argument == "--field" and value.startswith("@")
            fields[name] = Path(value[1:]).read_text(encoding="utf-8") if from_file else value
        elif argument not in ("--paginate", "--silent"):
            path = argument
    address = urlsplit(path)
    return Request(method, address.path, parse_qs(address.query), fields)


def answer(request: Request, state: dict[str, Any], permissions: dict[str, str]) -> Any:
    """Do what is asked. Raises Refused."""
    areas = {"issues", "pull-requests"} if "/comments" in request.path else {"issues"}
    granted = {permissions.get(area) for area in areas}
    if request.method != "GET" and "write" not in granted:
        raise Refused("Resource not accessible by integration (HTTP 403)")
    if len(request.fields.get("body", "")) > 65536:
        raise Refused("Validation Failed (HTTP 422)")
    if match := re.fullmatch(rf"{_REPOSITORY}/issues/(\d+)/comments", request.path):
        return comments(request, state, int(match[1]))
    if match := re.fullmatch(rf"{_REPOSITORY}/issues/comments/(\d+)", request.path):
        return changed(state["comments"], "id", int(match[1]), request.fields)
    if match := re.fullmatch(rf"{_REPOSITORY}/issues/(\d+)", request.path):
        return changed(state["issues"], "number", int(match[1]), request.fields)
    if request.path == f"{_REPOSITORY}/issues":
        return issues(request, state)
    raise Refused("Not Found (HTTP 404)")


def comments(request: Request, state: dict[str, Any], issue: int) -> Any:
    """List or write comments."""
    if request.method == "GET":
        return [comment for comment in state["comments"] if comment["issue"] == issue]
    comment = {"id": state["next"], "issue": issue, "user": {"login": BOT}, **request.fields}
    state["comments"].append(comment)
    state["next"] += 1
    return comment


def issues(request: Request, state: dict[str, Any]) -> Any:
    """List or open issues."""
    if request.method == "GET":
        creator, wanted = request.query["creator"][0], request.query["state"][0]
        return [issue for issue in state["issues"] if issue["user"]["login"] == creator and issue["state"] == wanted]
    issue = {"number": state["next"], "state": "open", "user": {"login": BOT}, **request.fields}
    state["issues"].append(issue)
    state["next"] += 1
    return issue


def changed(entries: list[dict[str, Any]], key: str, value: int, fields: dict[str, str]) -> Any:
    """Change one entry."""
    (entry,) = (entry for entry in entries if entry[key] == value)
    entry.update(fields)
    return entry


def main() -> int:
    """Answer one call."""
    place = Path(os.environ["FAKE_SERVICE"])
    state = json.loads(place.read_text(encoding="utf-8"))
    request = request_of(sys.argv[1:])
    try:
        result = answer(request, state, state["tokens"][os.environ["GH_TOKEN"]])
    except Refused as refusal:
        sys.stderr.write(f"gh: {refusal}\n")
        return 1
    state["calls"].append([request.method, request.path])
    place.write_text(json.dumps(state), encoding="utf-8")
    if "--silent" not in sys.argv:
        sys.stdout.write(json.dumps(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
