"""Forced failures: faults of our own with the secret in their text, and secrets that cannot be used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from kmconfig.cli.app import COMMANDS
from tests.meta.canary.scene import VARIABLE

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.mail.servers import Server
    from tests.meta.canary.scene import Scene

#: Where a fault with the canary in its text breaks out, by command.
FAULTS = {
    "init": ("kmconfig.scaffold.scaffold.scaffold",),
    "import": ("kmconfig.importing.importer.import_env",),
    "lint": ("kmconfig.lint.engine.lint_loaded",),
    "rules": ("kmconfig.cli.output.write_text",),
    "explain": ("kmconfig.cli.output.write_text",),
    "show": ("kmconfig.cli.output.write_text",),
    "diff": ("kmconfig.review.review.review_environments",),
    "secrets": ("kmconfig.secrets.inventory.judge_age",),
    "schema": ("kmconfig.cli.schema.write_text",),
    "dns": ("kmconfig.dns.examine.check_spf",),
    "test": ("kmconfig.mail.smtp.SmtpTransport.probe", "kmconfig.mail.smtp.SmtpTransport.send"),
    "render": ("kmconfig.targets.rendering.mail_keys_input",),
    "plan": ("kmconfig.deploy.prepare.make_plan",),
    "apply": ("kmconfig.mail.smtp.SmtpTransport.send",),
    "drift": ("kmconfig.deploy.drift.drift_of",),
    "rollback": ("kmconfig.deploy.rollback.plan_rollback",),
    "history": ("kmconfig.report.history.history_text",),
    "report": ("kmconfig.report.page.document.page",),
    "completion": ("kmconfig.cli.completion.write_text",),
    "demo": ("kmconfig.cli.demonstration.story.Story.tell",),
}
EXCEPTIONS: tuple[type[Exception], ...] = (RuntimeError, ValueError, OSError, KeyError)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("kind", EXCEPTIONS)
def test_an_internal_error_that_holds_the_secret(
    scene: Scene,
    server: Callable[..., Server],
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    kind: type[Exception],
) -> None:
    def fail(*_: Any, **__: Any) -> Any:
        raise kind(f"failed with {scene.canary.value} at {scene.live.value}")

    with server() as running:
        scene.settings(running.port)
        scene.prepare(command)
        for place in FAULTS[command]:
            monkeypatch.setattr(place, fail)
        ran = scene.call(*next(scene.lines(command, "text")))
    assert ran.code == (6 if command == "apply" else 70), ran.err
    assert scene.overheard(ran) == {}


@pytest.mark.parametrize("source", ["env", "dotenv", "file"])
def test_a_secret_that_cannot_be_used(scene: Scene, monkeypatch: pytest.MonkeyPatch, source: str) -> None:
    half = scene.canary.halves[0]
    monkeypatch.setenv(VARIABLE, f"{half}\r\n{half}")
    (scene.root / ".env").write_text(f'CANARY="{half} $x\n', encoding="utf-8")
    (scene.root / "canary.txt").write_bytes(half.encode() + b"\xff\0\n")
    scene.settings(1025, source=source)
    runs = [scene.call(*line) for command in ("test", "apply") for line in scene.lines(command, "text")]
    assert {ran.code for ran in runs} <= {1, 5}
    assert scene.overheard(*runs) == {}
