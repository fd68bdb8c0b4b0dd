"""GitHub as jobs see it: a repository, an event, tokens with permissions, comments, issues, artefacts and caches."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.review.repository import Repository

if TYPE_CHECKING:
    from collections.abc import Callable

BOT = "github-actions[bot]"
REPOSITORY = "acme/mail-settings"


class Service:
    """Keeps its state in a file, which the `gh` of the jobs reads and writes. ``origin`` is what jobs check out."""

    def __init__(self, folder: Path, origin: Repository) -> None:
        folder.mkdir()
        self._folder = folder
        self.origin = origin
        self.repository = REPOSITORY
        self.event_name = "workflow_dispatch"
        self.event: dict[str, Any] = {"repository": {"default_branch": "main"}}
        self.ref_name = "main"
        self.run_id = "1"
        self.variables: dict[str, str] = {}
        self.sarif: list[dict[str, Any]] = []
        self.caches: dict[str, Path] = {}
        self.fork = False
        self.state = folder / "service.json"
        self._save({"tokens": {}, "comments": [], "issues": [], "calls": [], "next": 1})

    def pull_request(self, number: int, head: str, *, fork: bool = False, title: str = "change") -> None:
        """Let the next job be for a pull request from branch ``head``."""
        self.fork = fork
        source = "stranger/mail-settings" if fork else self.repository
        self.event_name = "pull_request"
        self.ref_name = f"{number}/merge"
        self.event = {
            "repository": {"default_branch": "main"},
            "pull_request": {
                "number": number,
                "title": title,
                "head": {"ref": head, "repo": {"full_name": source, "fork": fork}},
            },
        }

    def base_variables(self) -> dict[str, str]:
        """What GitHub tells a job about the branch that a request is for."""
        return {"GITHUB_BASE_REF": "main"} if self.event_name == "pull_request" else {}

    def token(self, permissions: dict[str, str]) -> str:
        """A token for a job; one of a fork may read what the job may write."""
        granted = {area: "read" if self.fork else access for area, access in permissions.items()}
        state = self.load()
        name = f"token-{len(state['tokens'])}"
        state["tokens"][name] = granted
        self._save(state)
        return name

    def load(self) -> dict[str, Any]:
        """What is there now."""
        state: dict[str, Any] = json.loads(self.state.read_text(encoding="utf-8"))
        return state

    def change(self, **changes: Any) -> None:
        """Put something there."""
        self._save(self.load() | changes)

    def _save(self, state: dict[str, Any]) -> None:
        self.state.write_text(json.dumps(state), encoding="utf-8")

    @property
    def comments(self) -> list[dict[str, Any]]:
        """The comments, oldest first."""
        found: list[dict[str, Any]] = self.load()["comments"]
        return found

    @property
    def issues(self) -> list[dict[str, Any]]:
        """The issues, oldest first."""
        found: list[dict[str, Any]] = self.load()["issues"]
        return found

    def artefact(self, name: str) -> Path:
        """The folder of what a job has uploaded."""
        return self._folder / "artefacts" / name

    def played(self, action: str, given: dict[str, str], workspace: Path) -> dict[str, str]:
        """Do what a foreign action does, as far as it matters here."""
        acts: dict[str, Callable[[dict[str, str], Path], None]] = {
            "actions/checkout": self._checkout,
            "actions/setup-python": _nothing,
            "actions/cache": _nothing,
            "actions/cache/restore": self._restore,
            "actions/cache/save": self._keep,
            "actions/upload-artifact": self._upload,
            "actions/download-artifact": self._download,
            "github/codeql-action/upload-sarif": self._scan,
        }
        acts[action](given, workspace)
        return {}

    def _checkout(self, given: dict[str, str], workspace: Path) -> None:
        assert given["persist-credentials"] == "false"
        here = Repository(workspace)
        here.git("clone", "--quiet", f"file://{self.origin.root}", ".")
        if self.event_name == "pull_request":
            head = self.event["pull_request"]["head"]["ref"]
            here.git("checkout", "--quiet", "--detach", "origin/main")
            here.git("merge", "--quiet", "--no-ff", "--message", "merge", f"origin/{head}")

    def _upload(self, given: dict[str, str], workspace: Path) -> None:
        source = workspace / given["path"]
        place = self.artefact(given["name"])
        if not source.exists():
            assert given.get("if-no-files-found") == "ignore"
        elif source.is_dir():
            shutil.copytree(source, place)
        else:
            place.mkdir(parents=True)
            shutil.copy(source, place)

    def _download(self, given: dict[str, str], workspace: Path) -> None:
        shutil.copytree(self.artefact(given["name"]), workspace / given["path"], dirs_exist_ok=True)

    def _keep(self, given: dict[str, str], workspace: Path) -> None:
        source, place = workspace / given["path"], self._folder / "caches" / given["key"]
        if source.exists():
            shutil.copytree(source, place)
            self.caches[given["key"]] = place

    def _restore(self, given: dict[str, str], workspace: Path) -> None:
        for key, place in reversed(self.caches.items()):
            if key == given["key"] or key.startswith(given["restore-keys"]):
                shutil.copytree(place, workspace / given["path"])
                return

    def _scan(self, given: dict[str, str], workspace: Path) -> None:
        self.sarif.append(json.loads(Path(given["sarif_file"]).read_text(encoding="utf-8")))


def _nothing(given: dict[str, str], workspace: Path) -> None:
    """Play an action that leaves nothing that matters here."""
