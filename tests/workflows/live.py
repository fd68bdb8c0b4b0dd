"""An installation that jobs plan, apply and watch: one environment, a JSON file as its target, and a mail server."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.deploy.site import PASSWORD, VARIABLE, Site
from tests.review.repository import Repository

if TYPE_CHECKING:
    from pathlib import Path

    from tests.mail.servers import Server

#: What the protected environment of the job hands over.
SECRETS = {VARIABLE: PASSWORD}


@dataclass(frozen=True, slots=True)
class Live:
    """``origin`` is what the jobs check out, ``settings`` the file that they write."""

    origin: Repository
    site: Site
    settings: Path

    def configure(self, **changes: Any) -> None:
        """Commit the environment `staging`."""
        self.site.configure(target={"file": {"path": str(self.settings)}}, **changes)
        self.origin.commit()

    def edit(self, old: str, new: str) -> None:
        """Change the live settings behind everybody's back."""
        text = self.settings.read_text(encoding="utf-8")
        assert json.dumps(old)[1:-1] in text
        self.settings.write_text(text.replace(json.dumps(old)[1:-1], json.dumps(new)[1:-1]), encoding="utf-8")


def live_in(folder: Path, server: Server) -> Live:
    """Lay out an installation and commit its environment."""
    origin = Repository.create(folder / "installation")
    application = folder / "application"
    application.mkdir()
    live = Live(origin, Site(origin.root, application, server), application / "mail.json")
    live.configure()
    return live
