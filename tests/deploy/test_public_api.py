"""What programs get from `import kmconfig`."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import kmconfig
from kmconfig import api
from tests.deploy.site import PASSWORD, everything

if TYPE_CHECKING:
    from tests.deploy.site import Site


def test_every_name_is_there() -> None:
    assert kmconfig.__all__ == sorted(kmconfig.__all__)
    assert set(kmconfig.__all__) == {*api.__all__, "__version__"}
    assert dir(kmconfig) == kmconfig.__all__
    for name in api.__all__:
        assert getattr(kmconfig, name) is (kmconfig.lint if name == "lint" else getattr(api, name))
    assert callable(kmconfig.lint)


def test_there_is_nothing_else() -> None:
    with pytest.raises(AttributeError, match="`kmconfig` has no `rollback_all`"):
        _ = kmconfig.rollback_all


def test_importing_it_loads_nothing() -> None:
    code = "import sys, kmconfig; print(sorted(name for name in sys.modules if name.startswith('kmconfig')))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "['kmconfig']"


def test_from_files_to_a_receipt(site: Site) -> None:
    project = kmconfig.load(site.root)
    assert isinstance(project, kmconfig.Project)
    outcome = kmconfig.lint(project)
    assert isinstance(outcome, kmconfig.Outcome)
    assert not outcome.fails("error")

    before = everything(site.root, site.application)
    plan = kmconfig.plan(project, "staging")
    assert isinstance(plan, kmconfig.Plan)
    assert {type(operation) for operation in plan.operations} == {kmconfig.Operation}
    assert everything(site.root, site.application) == before

    receipt = kmconfig.apply(project, "staging")
    assert isinstance(receipt, kmconfig.Receipt)
    assert (receipt.result, receipt.exit_code) == ("applied", 0)
    assert PASSWORD not in json.dumps(receipt.document())
    assert kmconfig.apply(project, "staging").result == "unchanged"


def test_options_change_how_it_is_applied(site: Site) -> None:
    options = kmconfig.Options(no_test_send="the mailbox is being moved")
    receipt = kmconfig.apply(kmconfig.load(site.root), "staging", options=options)
    assert receipt.result == "applied"
    assert receipt.document()["test"] == {"sent": False, "reason": "the mailbox is being moved"}
    assert site.server.messages == []


def test_policy_holds_for_programs_too(site: Site) -> None:
    site.policy(hosts=["smtp.acme.example"])
    before = everything(site.application)
    with pytest.raises(kmconfig.Refused, match="localhost"):
        kmconfig.apply(kmconfig.load(site.root), "staging")
    assert everything(site.application) == before


def test_an_environment_that_is_not_there(site: Site) -> None:
    with pytest.raises(kmconfig.ConfigurationError, match="no environment `stagin`"):
        kmconfig.plan(kmconfig.load(site.root), "stagin")
