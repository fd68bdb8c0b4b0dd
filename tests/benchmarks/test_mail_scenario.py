"""The benchmark of live tests: its server takes mail from both sides, and its programs are the ones it says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.mail import ENVIRONMENTS, SEND, SMTPLIB, SWAKS, TEST, conversation, mail_scenarios
from benchmarks.measure import run
from kmconfig.environment.project import Project

if TYPE_CHECKING:
    from pathlib import Path


def test_both_sides_send(tmp_path: Path) -> None:
    result = conversation(tmp_path, rounds=1)
    assert set(result.runs) == {SMTPLIB, SEND}
    assert all(result.seconds(label) > 0 for label in result.runs)
    (comparison,) = result.comparisons()
    assert comparison[0].most == 1.1


def test_every_environment_is_sent_from(tmp_path: Path) -> None:
    for scenario in mail_scenarios(tmp_path):
        command = next(command for command in scenario.commands if command.label == TEST)
        assert len(Project(command.folder).names()) == ENVIRONMENTS
        assert run(command).seconds > 0
        labels = {command.label for command in scenario.commands} | set(scenario.missing)
        assert {TEST, SWAKS} <= labels
