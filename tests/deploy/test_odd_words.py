"""What servers, targets and people's hands leave: words that no file can hold, and values where none belong."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from kmconfig.deploy.receipt import Receipt
from kmconfig.deploy.receipts import Receipts
from kmconfig.secrets.masker import Masker
from tests.deploy.endings import APPLY
from tests.deploy.test_kubernetes_target import CONFIG, fetched_from, folder

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.running import Call
    from tests.deploy.site import Site
    from tests.deploy.vaults import AgedVault


def test_a_receipt_holds_a_lone_surrogate(tmp_path: Path) -> None:
    receipt = Receipt(
        run="20261122T000000Z-000000001",
        environment="staging",
        tier="staging",
        target="file:settings.json",
        plan_digest="0" * 64,
        commit=None,
        started=datetime(2026, 11, 22, tzinfo=UTC),
        message="the server says \ud800",
    )
    receipts = Receipts(tmp_path / "state", "staging")
    receipts.save(receipt, masker=Masker())
    (stored,) = receipts.newest_first()
    assert stored.intact
    assert stored.text("message") == "the server says \ud800"


def test_a_password_that_somebody_wrote_where_none_belongs(site: Site, vault: AgedVault, kmconfig: Call) -> None:
    fetched_from(vault, site)
    assert kmconfig(*APPLY).code == 0
    path = folder(site) / CONFIG
    text = path.read_text(encoding="utf-8").replace("\ndata:\n", "\ndata:\n  MAIL_PASSWORD: by-hand\n")
    path.write_text(text, encoding="utf-8")
    ran = kmconfig("drift", "staging", "--format", "json")
    assert {found["key"]: found["class"] for found in ran.result["differences"]} == {"MAIL_PASSWORD": "external"}
    assert "by-hand" not in ran.out + ran.err
