"""A production environment whose password lies in a store in memory."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from kmconfig.environment.project import Project
from kmconfig.secrets.observing import observe
from tests.lint.clean import write_environment
from tests.secrets.fake_store import FakeStore, FakeStores, Held

if TYPE_CHECKING:
    from pathlib import Path

    from kmconfig.lint.observed import Observed, SecretState

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
KEY = f"SG.{'a1' * 11}.{'b2' * 21}c"
NAME = "keymanager/production/smtp"
SETTING = "email.smtp.password"


class Run:
    """A production environment whose password lies in a store in memory."""

    def __init__(self, root: Path, held: Held, *, text: str = "", project: str = "") -> None:
        write_environment(root, text)
        if project:
            (root / "kmconfig.yaml").write_text(f"version: 1\n{project}", encoding="utf-8")
        self.project = Project(root)
        self.store = FakeStore(**{NAME: held})
        self.stores = FakeStores(self.store, root=root)
        self.asked: list[str] = []

    def observe(self, *, values: bool = False) -> Observed:
        environment = self.project.environment("production")
        return observe(
            [environment], self.stores, now=NOW, values=values, file=self.project.file, progress=self.asked.append
        )

    def state(self, *, values: bool = False) -> SecretState:
        return self.observe(values=values).secrets["production"][SETTING]
