"""Receipts lie where others may write: what somebody has done to them must not steer a run, and shows."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from kmconfig.deploy.plan import digest_of
from tests.deploy.endings import APPLY
from tests.deploy.site import good_server

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.running import Call
    from tests.deploy.site import Site
    from tests.mail.certificates import Certificates

ROLLBACK = ("rollback", "staging", "--yes", "--format", "json")


@pytest.fixture
def two(site: Site, kmconfig: Call) -> list[Path]:
    """Two receipts, oldest first."""
    assert kmconfig(*APPLY).code == 0
    site.configure(ehlo_domain="licenses.acme.test")
    assert kmconfig(*APPLY).code == 0
    return site.receipts


def edit(receipt: Path, **changes: Any) -> dict[str, Any]:
    """Change a receipt, and return what it said."""
    document: dict[str, Any] = json.loads(receipt.read_text(encoding="utf-8"))
    receipt.write_text(json.dumps(document | changes), encoding="utf-8")
    return document


def test_no_login_goes_to_a_server_that_somebody_wrote_into_a_receipt(
    site: Site, kmconfig: Call, two: list[Path], certificates: Certificates
) -> None:
    with good_server(certificates) as stranger:
        settings = edit(two[0])["settings"]
        settings["email"]["smtp"]["port"] = stranger.port
        edit(two[0], settings=settings)
        ran = kmconfig(*ROLLBACK)
        assert stranger.connections == 0
    assert (ran.code, ran.result["test"]["sent"]) == (0, False)
    assert b"MAIL_EHLO_DOMAIN" not in site.env.read_bytes()


@pytest.mark.parametrize(
    "changes", [{"keys": ["MAIL_EHLO_DOMAIN", "APP_KEY"]}, {"result": "failed"}, {"snapshot": "x"}]
)
def test_nothing_is_taken_back_by_a_receipt_that_was_changed(
    site: Site, kmconfig: Call, two: list[Path], changes: dict[str, Any]
) -> None:
    before = site.env.read_bytes()
    edit(two[1], **changes)
    for arguments in ((), ("--to", two[0].stem)):
        ran = kmconfig(*ROLLBACK, *arguments)
        assert (ran.code, site.env.read_bytes()) == (3, before)
        assert f"the receipt of run {two[1].stem} was changed after it was written" in ran.err


def test_drift_says_that_it_cannot_go_by_a_receipt(site: Site, kmconfig: Call, two: list[Path]) -> None:
    edit(two[1], result="failed")
    site.env.write_bytes(site.env.read_bytes().replace(b"licenses.acme.test", b"mx.acme.test"))
    ran = kmconfig("drift", "staging", "--format", "json")
    assert (ran.code, ran.result["run"]) == (2, None)
    assert f"the receipt of run {two[1].stem} was changed after it was written" in ran.result["notes"][-1]


def test_keys_of_a_receipt_that_was_changed_are_not_ours(site: Site, kmconfig: Call, two: list[Path]) -> None:
    edit(two[1], keys=["MAIL_HOST", "MAILGUN_SECRET"])
    site.env.write_bytes(site.env.read_bytes() + b"MAILGUN_SECRET=theirs\n")
    site.configure()
    assert kmconfig(*APPLY).code == 0
    assert b"MAILGUN_SECRET=theirs" in site.env.read_bytes()


def test_a_receipt_under_another_name(kmconfig: Call, two: list[Path]) -> None:
    two[1].rename(two[1].with_name("29990101T000000Z-000000000.json"))
    ran = kmconfig("history", "staging", "--verify")
    assert (ran.code, f"it is the receipt of run {two[1].stem}, under another name" in ran.out) == (1, True)


def test_the_note_of_the_last_one_is_gone(kmconfig: Call, two: list[Path]) -> None:
    (two[1].parent / "last").unlink()
    ran = kmconfig("history", "staging", "--verify")
    assert (ran.code, "nothing says any more that it is the last one" in ran.out) == (1, True)


def test_the_first_run_was_killed_before_it_noted_that(site: Site, kmconfig: Call) -> None:
    assert kmconfig(*APPLY).code == 0
    (site.receipts[0].parent / "last").unlink()
    assert kmconfig("history", "staging", "--verify").code == 0


def test_what_cannot_be_listed_is_no_empty_history(kmconfig: Call, two: list[Path]) -> None:
    folder = two[0].parent
    folder.rename(folder.with_name("elsewhere"))
    folder.write_text("in its place", encoding="utf-8")
    for command in (("history", "staging", "--verify"), ("history", "staging"), ROLLBACK):
        ran = kmconfig(*command)
        assert (ran.code, "cannot be listed" in ran.err) == (5, True)
    drift = kmconfig("drift", "staging", "--format", "json")
    assert (drift.code, drift.result["result"]) == (5, "unknown")


def test_what_is_no_file_is_not_waited_for(kmconfig: Call, two: list[Path]) -> None:
    os.mkfifo(two[0].with_name("fifo.json"))
    assert kmconfig("history", "staging", "--verify").code == 0


def test_a_receipt_that_others_made_fit_is_still_bound_to_its_run(site: Site, kmconfig: Call) -> None:
    assert kmconfig(*APPLY).code == 0
    (receipt,) = site.receipts
    document = edit(receipt) | {"run": "20200101T000000Z-000000000"}
    document.pop("digest")
    edit(receipt, **document, digest=digest_of(document))
    ran = kmconfig(*ROLLBACK)
    assert (ran.code, "was changed after it was written" in ran.err) == (3, True)
