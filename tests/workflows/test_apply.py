"""Plan in one job, apply exactly that plan in the next, against a file and a mail server on loopback."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.deploy.site import PASSWORD

if TYPE_CHECKING:
    from pathlib import Path

    from tests.mail.servers import Server
    from tests.workflows.live import Live
    from tests.workflows.playing import Play
    from tests.workflows.runner import Job
    from tests.workflows.service import Service

INPUTS = {"environment": "staging"}


def plan(operate: Play) -> Job:
    return operate("apply.yml", "plan", inputs=INPUTS)


def apply(operate: Play, planned: Job) -> Job:
    return operate("apply.yml", "apply", inputs=INPUTS, needs={"plan": planned})


def saved(operating: Service) -> Path:
    return operating.artefact("kmconfig-plan") / "kmconfig-plan.json"


def test_nothing_happens_where_nothing_is_configured(operate: Play, operating: Service) -> None:
    operating.variables = {}
    assert plan(operate).result == "skipped"


def test_nothing_happens_on_another_branch(operate: Play, operating: Service) -> None:
    operating.ref_name = "feature"
    assert plan(operate).result == "skipped"


def test_a_plan_is_applied_as_it_was_saved(
    operate: Play, operating: Service, live: Live, server: Server, tmp_path: Path
) -> None:
    planned = plan(operate)
    assert planned.result == "success", planned.log
    document = json.loads(saved(operating).read_text(encoding="utf-8"))
    assert planned.outputs == {"result": "changes", "digest": document["digest"]}
    assert "smtp.host" in planned.summary
    assert not live.settings.exists()
    assert server.messages == []

    applied = apply(operate, planned)
    assert applied.result == "success", applied.log
    assert applied.summary == "kmconfig apply: **applied**, exit code 0\n"
    assert PASSWORD in live.settings.read_text(encoding="utf-8")
    assert len(server.messages) == 1
    (receipt,) = operating.artefact("kmconfig-receipts").rglob("staging/*.json")
    assert json.loads(receipt.read_text(encoding="utf-8"))["plan_digest"] == document["digest"]

    told = [planned.log, planned.summary, applied.log, applied.summary]
    told += [path.read_text(encoding="utf-8") for path in tmp_path.glob("operating/**/*.json")]
    told += [path.read_text(encoding="utf-8") for path in tmp_path.glob("machine-*/temp/*.*")]
    assert not any(PASSWORD in text for text in told)


def test_a_second_plan_finds_nothing_and_is_not_applied(operate: Play, operating: Service, server: Server) -> None:
    apply(operate, plan(operate))
    operating.run_id = "2"
    again = plan(operate)
    assert (again.result, again.outputs["result"]) == ("success", "clean")
    assert apply(operate, again).result == "skipped"
    assert len(server.messages) == 1


def test_another_plan_than_the_one_that_was_made_is_refused(operate: Play, operating: Service, live: Live) -> None:
    planned = plan(operate)
    document = json.loads(saved(operating).read_text(encoding="utf-8"))
    saved(operating).write_text(json.dumps(document | {"digest": "0" * 64}), encoding="utf-8")
    job = apply(operate, planned)
    assert job.result == "failure"
    assert job.steps[-1].code == 3
    assert "::error title=kmconfig::this is not the plan that was made before" in job.log
    assert not live.settings.exists()


@pytest.mark.parametrize("change", ["plan", "files"])
def test_a_plan_that_is_not_true_any_more_is_refused(
    operate: Play, operating: Service, live: Live, change: str
) -> None:
    planned = plan(operate)
    if change == "plan":
        text = saved(operating).read_text(encoding="utf-8")
        assert '"localhost"' in text
        saved(operating).write_text(text.replace('"localhost"', '"mail.evil.example"'), encoding="utf-8")
    else:
        live.configure(timeout="9s")
    job = apply(operate, planned)
    assert job.result == "failure"
    assert job.steps[-1].code == 3
    assert job.summary == "kmconfig apply: **refused**, exit code 3\n"
    assert not live.settings.exists()


def test_what_was_rolled_back_fails_and_leaves_a_receipt(
    operate: Play, operating: Service, live: Live, server: Server
) -> None:
    planned = plan(operate)
    server._talk.answers["."] = "554 5.7.1 refused as spam"  # type: ignore[attr-defined]
    job = apply(operate, planned)
    assert job.result == "failure"
    assert job.steps[-1].code == 6
    assert job.summary == "kmconfig apply: **rolled back**, exit code 6\n"
    assert not live.settings.exists()
    (receipt,) = operating.artefact("kmconfig-receipts").rglob("staging/*.json")
    assert json.loads(receipt.read_text(encoding="utf-8"))["result"] == "rolled_back"


def test_a_secret_that_is_missing_fails_the_plan(
    operate: Play, operating: Service, live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    live.configure(password={"env": "KM_NOT_THERE"})
    job = plan(operate)
    assert (job.result, job.outputs["result"]) == ("failure", "unchecked")
    assert not saved(operating).exists()
