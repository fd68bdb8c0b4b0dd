"""Which two states of a repository are compared, by what was asked for or by what is usual."""

from __future__ import annotations

import re
from dataclasses import dataclass
from shlex import quote
from typing import TYPE_CHECKING

from kmconfig.errors import ConfigurationError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kmconfig.review.git import Repository

WORKING_TREE = "working tree"

#: Variables in which CI systems name the branch that a pull or merge request is for.
_TARGETS = ("GITHUB_BASE_REF", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "CHANGE_TARGET")
_DEFAULTS = (
    *("refs/remotes/origin/HEAD", "refs/remotes/origin/main", "refs/remotes/origin/master"),
    *("refs/heads/main", "refs/heads/master"),
)
_SHORT = 12
#: What leads from one revision to another, which a remote does not follow.
_STEPS = frozenset("~^@:")
#: The beginning of a commit's id, which no remote is asked for.
_ABBREVIATED = "[0-9a-f]{4,39}"


@dataclass(frozen=True, slots=True)
class Revision:
    """One state: the id of its commit, None for the working tree, and how people call it."""

    commit: str | None
    title: str


def revisions(
    repository: Repository, base: str | None, head: str | None, environ: Mapping[str, str]
) -> tuple[Revision, Revision]:
    """The states before and after.

    Without ``head`` the one after is the working tree; without ``base`` the one before is the commit at which HEAD
    left the default branch, or in CI the branch that the request is for.

    Raises:
        UsageError: what was given can be no revision.
        ConfigurationError: there is no such revision here; says what to fetch.
    """
    after = Revision(None, WORKING_TREE) if head is None else _named(repository, head)
    if base is not None:
        return _named(repository, base), after
    return _branching(repository, after, environ), after


def _named(repository: Repository, name: str) -> Revision:
    if not name or name.startswith("-") or not name.isprintable():
        raise UsageError(
            f"`{name}` is no revision", help="name a branch, a tag or a commit, such as origin/main or HEAD~1"
        )
    commit = repository.commit(name)
    if commit is not None:
        return Revision(commit, name if commit.startswith(name) else f"{name} ({commit[:_SHORT]})")
    if ".." in name:
        raise UsageError(f"`{name}` is a range", help="give both revisions: kmconfig diff BASE HEAD")
    found = repository.find("rev-parse", "--verify", "--quiet", "--end-of-options", name)
    # Any forty digits name something; whether it is here is another question.
    if found is not None and repository.find("cat-file", "-t", found) is not None:
        raise ConfigurationError(
            f"there is no revision `{name}`: what it names is no commit", help="name a branch, a tag or a commit"
        )
    if repository.is_shallow:
        raise ConfigurationError(
            f"there is no revision `{name}` in this shallow clone", help=f"fetch it: {_alone(name)}{_UNSHALLOW}"
        )
    raise ConfigurationError(
        f"there is no revision `{name}`", help="`git fetch` brings those of the remote; `git branch -a` lists branches"
    )


def _alone(name: str) -> str:
    """How to get a revision without the history, and what it is called then; the remote does not know our names."""
    if _STEPS.intersection(name) or re.fullmatch(_ABBREVIATED, name):
        return ""
    remote = "origin/"
    if name.startswith(remote):
        wanted, called = f"{name.removeprefix(remote)}:refs/remotes/{name}", ""
    else:
        wanted, called = name, " and compare with FETCH_HEAD"
    return f"`git fetch --depth=1 origin {quote(wanted)}`{called}, or all history: "


_UNSHALLOW = "`git fetch --unshallow origin`; in GitHub Actions give actions/checkout `fetch-depth: 0`"


def _branching(repository: Repository, head: Revision, environ: Mapping[str, str]) -> Revision:
    """Where the state after left the default branch."""
    tip = head.commit or repository.commit("HEAD")
    if tip is None:
        raise ConfigurationError("there is no commit yet", help="commit the environments, then change them")
    branch, commit = _default_branch(repository, environ)
    common = repository.merge_base(commit, tip)
    if common is None:
        remedy = (
            f"fetch the history between them: {_UNSHALLOW}"
            if repository.is_shallow
            else "name the revision to compare with: kmconfig diff BASE"
        )
        known = "this shallow clone knows no commit" if repository.is_shallow else "there is no commit"
        raise ConfigurationError(f"{known} that HEAD and {branch} have in common", help=remedy)
    return Revision(common, f"{branch} ({common[:_SHORT]})")


def _default_branch(repository: Repository, environ: Mapping[str, str]) -> tuple[str, str]:
    """The name of the branch that changes are for, and its commit."""
    target = next((environ[name] for name in _TARGETS if environ.get(name)), None)
    candidates = _DEFAULTS if target is None else (f"refs/remotes/origin/{target}", f"refs/heads/{target}")
    for candidate in candidates:
        commit = repository.commit(candidate)
        if commit is not None:
            return candidate.removeprefix("refs/remotes/").removeprefix("refs/heads/"), commit
    if target is not None:
        fetch = f"`git fetch origin {quote(f'{target}:refs/remotes/origin/{target}')}`"
        raise ConfigurationError(
            f"the branch `{target}`, which this change is for, is not in this clone",
            help=f"fetch it: {fetch}; in GitHub Actions give actions/checkout `fetch-depth: 0`",
        )
    raise ConfigurationError(
        "there is no default branch to compare with: neither origin/HEAD nor main nor master",
        help="name a revision: kmconfig diff BASE; `git fetch origin main:refs/remotes/origin/main` brings a branch",
    )
