"""Plan, apply, roll back and end killed runs at parameters and a secret of AWS."""

from __future__ import annotations

import itertools
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.deploy.aws_targets import OLD, OLD_SECRET, PREFIX, SECRET, aim, applied, fill, held
from tests.deploy.endings import APPLY, complies, steps
from tests.deploy.killed import Killer
from tests.deploy.site import PASSWORD, good_server, site_in
from tests.secrets.aws.conftest import waits
from tests.servers.aws import aws, aws_server
from tests.targets.aws.site import AwsSite
from tests.targets.settings import holder

if TYPE_CHECKING:
    from tests.cli.running import Call
    from tests.deploy.site import Site
    from tests.mail.certificates import Certificates
    from tests.servers.aws import AwsServer

__all__ = ["aws", "aws_server", "waits"]

READING = {
    "DescribeSecret",
    "GetCallerIdentity",
    "GetParameter",
    "GetParameterHistory",
    "GetParameters",
    "GetSecretValue",
    "ListTagsForResource",
}
MANUAL = Path(__file__).parents[2] / "docs/targets/aws.md"
LEASE = f"{PREFIX}-kmconfig/lease"


@pytest.fixture
def store(aws: AwsServer, site: Site) -> AwsServer:
    fill(aws)
    aim(site)
    return aws


def writes(aws: AwsServer) -> int:
    """How often the target itself was written."""
    names = [str(asked.parameters.get("Name", "")) for asked in aws.asked if asked.operation == "PutParameter"]
    return aws.operations.count("PutSecretValue") + sum(name.startswith(f"{PREFIX}/") for name in names)


def test_plan_apply_and_apply_again(site: Site, store: AwsServer, kmconfig: Call) -> None:
    planned = kmconfig("plan", "staging", "--detailed-exitcode", "--format", "json")
    assert planned.code == 2, planned.err
    assert complies(planned.document, "plan")
    assert set(store.operations) <= READING
    ran = kmconfig(*APPLY)
    assert (ran.code, ran.result["result"]) == (0, "applied"), ran.err
    assert complies(ran.document, "receipt")
    assert held(store) == applied(site)
    assert (writes(store), len(site.server.messages)) == (7, 1)
    again = kmconfig(*APPLY)
    assert (again.code, again.result["result"]) == (0, "unchanged"), again.err
    assert (writes(store), len(site.server.messages)) == (7, 1)
    assert kmconfig("plan", "staging", "--detailed-exitcode").code == 0


def test_two_at_once_and_the_second_is_told_who_is_first(site: Site, store: AwsServer, kmconfig: Call) -> None:
    first = AwsSite(site.root.parent / "first", store)
    keeper = first.keeper()
    with keeper.hold(holder()):
        ran = kmconfig(*APPLY)
    first.close()
    assert (ran.code, writes(store)) == (4, 0)
    assert "by deployer on ci-7, process 4711" in ran.err + ran.out


def test_a_test_message_that_is_refused_brings_all_back(
    site: Site, store: AwsServer, kmconfig: Call, certificates: Certificates
) -> None:
    with good_server(certificates, DOT="554 5.7.1 refused") as unwilling:
        aim(site, port=unwilling.port)
        ran = kmconfig(*APPLY)
    assert (ran.code, ran.result["result"]) == (6, "rolled_back"), ran.err
    assert steps(ran)[-1] == ("restore", "restored")
    assert held(store) == OLD
    aim(site)
    assert kmconfig(*APPLY).code == 0
    assert held(store) == applied(site)


def test_a_write_that_fails_half_way_is_rolled_back(site: Site, store: AwsServer, kmconfig: Call) -> None:
    store.refuse(
        "PutParameter",
        "AccessDeniedException",
        concerns=lambda parameters: parameters.get("Name") == f"{PREFIX}/MAIL_PORT",
    )
    ran = kmconfig(*APPLY)
    assert (ran.code, ran.result["result"]) == (6, "rolled_back"), ran.err
    assert "`ssm:PutParameter` is not allowed" in ran.result["message"]
    assert held(store) == OLD


def test_back_to_before_an_earlier_run(site: Site, store: AwsServer, kmconfig: Call) -> None:
    assert kmconfig(*APPLY).code == 0
    ran = kmconfig("rollback", "staging", "--yes", "--format", "json")
    assert ran.code == 0, ran.err
    parameters, secret = held(store)
    assert secret == OLD_SECRET
    assert {name: text for name, text in parameters.items() if text != "null"} == OLD[0]


def test_a_change_by_somebody_else_between_plan_and_write(site: Site, store: AwsServer, kmconfig: Call) -> None:
    saved = site.root.parent / "staging.plan"
    assert kmconfig("plan", "staging", "--save", saved).code == 0
    store.put_secret(SECRET, "{}")
    ran = kmconfig("apply", "staging", "--plan", saved, "--yes", "--format", "json")
    assert (ran.code, writes(store)) == (3, 0), ran.err


@pytest.mark.parametrize("verbosity", ["-q", "-v", "-vvv"])
@pytest.mark.parametrize("code", ["", "AccessDeniedException", "InternalServerError"])
def test_no_secret_is_told(site: Site, store: AwsServer, kmconfig: Call, verbosity: str, code: str) -> None:
    if code:
        store.refuse("PutSecretValue", code, f"{PASSWORD} {OLD_SECRET['MAIL_PASSWORD']}")
    ran = kmconfig("apply", "staging", "--yes", "--retry-for", "0", verbosity)
    assert ran.code == (5 if code else 0), ran.err
    kept = store.client("ssm").get_parameters(Names=[f"{PREFIX}-kmconfig/{one}" for one in ("lease", "snapshots")])
    written = [path.read_text(errors="replace") for path in site.root.rglob("*") if path.is_file()]
    for told in (ran.out, ran.err, str(kept), *written):
        for secret in (PASSWORD, OLD_SECRET["MAIL_PASSWORD"], "not-a-real-secret-access-key"):
            assert secret not in told


BOUNDARIES = {
    "a parameter": "Mail setting, written by kmconfig",
    "a version of the secret": ".PutSecretValue\\r",
    "a stage of the secret": ".UpdateSecretVersionStage\\r",
    "the journal": f'{PREFIX}-kmconfig/journal", "Value"',
    "the lease": f'{LEASE}", "Value"',
}


@pytest.mark.parametrize("about", BOUNDARIES.values(), ids=BOUNDARIES.keys())
def test_wherever_it_is_killed_the_next_run_ends_it(site: Site, store: AwsServer, kmconfig: Call, about: str) -> None:
    """Killed before each of its writes to AWS."""
    with Killer() as killer:
        for at in itertools.count(1):
            current = site_in(site.root.parent / f"at-{at}", site.server)
            fill(store)
            aim(current)
            code = killer.run(current, *APPLY, at=at, events=("http.client.send",), about=about)
            if code is not None:
                assert code == 0
                break
            if LEASE in store.parameter_names():
                store.age_parameter(LEASE, 61)
            ran = kmconfig("-C", current.root, *APPLY)
            assert (ran.code, held(store)) == (0, applied(current)), (at, ran.err)
    assert at > 1


def test_the_permissions_of_the_manual_suffice(site: Site, store: AwsServer, kmconfig: Call) -> None:
    [policy] = re.findall(r"```json\n(.*?)```", MANUAL.read_text(encoding="utf-8"), re.DOTALL)
    allowed = {action.partition(":")[2] for one in json.loads(policy)["Statement"] for action in one["Action"]}
    assert kmconfig(*APPLY).code == 0
    assert kmconfig("rollback", "staging", "--yes").code == 0
    store.refuse("PutParameter", "AccessDeniedException", concerns=lambda asked: asked["Name"].endswith("MAIL_PORT"))
    aim(site, host="127.0.0.1")
    assert kmconfig(*APPLY).code in (1, 6)
    assert set(store.operations) - {"GetCallerIdentity"} <= allowed
