"""A run that cannot put back what was there says where it is kept only where it still is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.deploy.endings import APPLY

if TYPE_CHECKING:
    from tests.cli.running import Call
    from tests.deploy.site import Site


@pytest.mark.parametrize(("reload", "kept"), [("rm -rf .kmconfig; exit 1", False), ("echo A=b >> .env; exit 1", True)])
def test_where_the_snapshot_is(site: Site, kmconfig: Call, reload: str, *, kept: bool) -> None:
    site.configure(reload=[["sh", "-c", reload]])
    ran = kmconfig(*APPLY)
    assert (ran.code, ran.result["result"]) == (7, "unknown")
    assert ("it is kept in" in ran.result["message"]) is kept
    assert any((site.keeping / "snapshots").glob("env.*")) is kept
