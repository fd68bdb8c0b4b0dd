"""Folders of a repository in which nothing but their own files may lie."""

from __future__ import annotations

from posixpath import normpath


def reserved(path: str, *, environments: str, state: str) -> str | None:
    """Why no other files belong in a folder, None where they may lie there. All paths are relative to the root."""
    folder = normpath(path)
    if ".git" in folder.split("/"):
        return "git takes nothing from a folder `.git`"
    if ".kmconfig" in folder.split("/") or _within(folder, state):
        return f"`{normpath(state)}` and `.kmconfig` hold what kmconfig keeps for itself"
    if _within(folder, environments):
        return f"every YAML file in `{normpath(environments)}` is read as an environment"
    return None


def _within(folder: str, other: str) -> bool:
    around = normpath(other)
    inside = not folder.startswith(("/", "../")) and folder != ".."
    return inside if around == "." else f"{folder}/".startswith(f"{around}/")
