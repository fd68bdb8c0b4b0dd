"""The whole way through parameters and a secret."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from kmconfig.errors import CouldNotCheck, Locked, Refused
from tests.servers.aws_front_door import ACCOUNT
from tests.targets.aws.site import PREFIX, SECRET, earlier
from tests.targets.settings import HOST, PASSWORD, Open, candidate, holder

if TYPE_CHECKING:
    from tests.servers.aws import AwsServer
    from tests.targets.aws.site import AwsSite

PLAIN = {
    "MAIL_MAILER": "smtp",
    "MAIL_HOST": HOST,
    "MAIL_PORT": "587",
    "MAIL_USERNAME": "apikey",
    "MAIL_SCHEME": "smtp",
    "MAIL_FROM_ADDRESS": "licensing@acme.example",
    "MAIL_FROM_NAME": "Acme License Portal",
}
STRINGS = {name: ("String", text) for name, text in PLAIN.items()}


def test_secrets_go_into_the_secret_and_the_rest_into_parameters(aws: AwsServer, site: AwsSite) -> None:
    aws.put_secret(SECRET, '{"OTHER": [1, "x"]}')
    site.apply()
    assert site.parameters() == STRINGS
    assert site.secret() == {"OTHER": [1, "x"], "MAIL_PASSWORD": PASSWORD}


def test_with_a_secret_alone_all_goes_into_it(aws: AwsServer, site: AwsSite) -> None:
    site.block = {"secret_id": SECRET}
    aws.put_secret(SECRET, '{"MAIL_URL": "smtp://old.example", "MAIL_PORT": 587}')
    site.apply()
    assert site.secret() == PLAIN | {"MAIL_PASSWORD": PASSWORD, "MAIL_PORT": 587}
    assert site.parameters() == {}


def test_with_a_prefix_alone_secrets_become_secure_strings(site: AwsSite) -> None:
    site.block = {"ssm_prefix": f"{PREFIX}/"}
    site.apply()
    assert site.parameters() == STRINGS | {"MAIL_PASSWORD": ("SecureString", PASSWORD)}


def test_a_second_apply_has_nothing_to_do_and_writes_nothing(aws: AwsServer, site: AwsSite) -> None:
    aws.put_secret(SECRET, "{}")
    site.apply()
    environment = site.environment()
    reader = site.reader(environment)
    base = reader.live().base
    assert reader.compare(candidate(environment)).operations == ()
    site.apply()
    assert reader.live().base == base


def test_only_what_differs_is_written(aws: AwsServer, site: AwsSite) -> None:
    aws.put_secret(SECRET, "{}")
    site.apply()
    aws.reset_record()
    site.apply(host="smtp.other.example")
    assert [asked.parameters["Name"] for asked in aws.asked if asked.operation == "PutParameter"] == [
        f"{PREFIX}/MAIL_HOST"
    ]
    assert "PutSecretValue" not in aws.operations


@pytest.mark.parametrize(
    "block", [{"ssm_prefix": PREFIX}, {"secret_id": SECRET}, {"ssm_prefix": PREFIX, "secret_id": SECRET}]
)
def test_going_back_leaves_what_was_there(aws: AwsServer, site: AwsSite, block: dict[str, str]) -> None:
    site.block = block
    aws.put_secret(SECRET, json.dumps({"OTHER": "x", "MAIL_PASSWORD": "an older password", "MAIL_PORT": 25}))
    if "ssm_prefix" in block:
        aws.put_parameter(f"{PREFIX}/MAIL_HOST", "old.example", kind="String")
        aws.put_parameter(f"{PREFIX}/MAIL_URL", "smtp://old.example", kind="String")
    before = site.parameters(), site.secret()
    writer, snapshot, mark = site.staged()
    assert writer.state(snapshot, {mark}) == "before"
    writer.write(Open())
    assert (site.parameters(), site.secret()) != before
    late = site.writer(site.reader(), candidate(site.environment()))
    assert late.state(snapshot, {mark}) == "after"
    late.restore(snapshot, Open())
    assert (site.parameters(), site.secret()) == before
    assert late.state(snapshot, ()) == "before"
    assert writer.state(snapshot, {mark}) == "before"


def test_a_parameter_that_has_to_go_says_null_and_keeps_its_versions(aws: AwsServer, site: AwsSite) -> None:
    site.block = {"ssm_prefix": PREFIX}
    aws.put_parameter(f"{PREFIX}/MAIL_URL", "smtp://old.example")
    aws.put_parameter(f"{PREFIX}/MAILGUN_DOMAIN", "mg.acme.example", kind="String")
    environment = site.environment()
    reader = site.reader(environment)
    writer = site.writer(reader, candidate(environment), formerly_ours=frozenset({"MAILGUN_DOMAIN"}))
    writer.stage()
    writer.write(Open())
    assert site.parameters()["MAIL_URL"] == ("SecureString", "null")
    assert site.parameters()["MAILGUN_DOMAIN"] == ("String", "null")
    assert reader.compare(candidate(environment), formerly_ours=frozenset({"MAILGUN_DOMAIN"})).operations == ()


def test_what_becomes_a_secret_moves_and_does_not_stay_in_clear(aws: AwsServer, site: AwsSite) -> None:
    aws.put_secret(SECRET, "{}")
    site.apply()
    site.apply(username={"env": "KM_TARGET_SECRET"})
    assert site.secret()["MAIL_USERNAME"] == PASSWORD
    assert site.parameters()["MAIL_USERNAME"] == ("String", "null")


def test_the_old_version_is_current_again_and_no_new_one_is_made(aws: AwsServer, site: AwsSite) -> None:
    site.block = {"secret_id": SECRET}
    old = aws.put_secret(SECRET, "{}")
    writer, snapshot, mark = site.staged()
    writer.write(Open())
    stages = aws.client("secretsmanager").describe_secret(SecretId=SECRET)["VersionIdsToStages"]
    [new] = [version for version, given in stages.items() if "AWSCURRENT" in given]
    assert "KMCONFIG_PENDING" not in stages[new]
    writer.restore(snapshot, Open())
    stages = aws.client("secretsmanager").describe_secret(SecretId=SECRET)["VersionIdsToStages"]
    assert "AWSCURRENT" in stages[old]
    assert writer.state(snapshot, {mark}) == "before"


def test_an_earlier_run_is_gone_back_to(aws: AwsServer, site: AwsSite) -> None:
    aws.put_secret(SECRET, '{"MAIL_PASSWORD": "an older password"}')
    aws.put_parameter(f"{PREFIX}/MAIL_HOST", "old.example", kind="String")
    snapshot, _ = site.apply()
    aws.put_secret(SECRET, json.dumps({"MAIL_PASSWORD": PASSWORD, "NEW": "of others"}))
    goal = earlier(snapshot, *PLAIN, "MAIL_PASSWORD")
    reader = site.reader()
    planned = {op.key: op for op in reader.compare(goal).operations}
    assert (planned["MAIL_HOST"].before, planned["MAIL_HOST"].after) == (HOST, "old.example")
    assert (planned["MAIL_PASSWORD"].before, planned["MAIL_PASSWORD"].after) == ("(set)", f"as before run {goal.run}")
    assert planned["MAIL_PORT"].action == "remove"
    writer = site.writer(reader, goal)
    writer.stage()
    writer.write(Open())
    assert site.secret() == {"MAIL_PASSWORD": "an older password", "NEW": "of others"}
    assert site.parameters()["MAIL_HOST"] == ("String", "old.example")
    assert site.parameters()["MAIL_PORT"] == ("String", "null")
    assert reader.compare(goal).operations == ()


@pytest.mark.parametrize("what", ["parameter", "secret"])
def test_a_change_in_between_is_refused(aws: AwsServer, site: AwsSite, what: str) -> None:
    aws.put_secret(SECRET, "{}")
    writer, *_ = site.staged()
    if what == "parameter":
        aws.put_parameter(f"{PREFIX}/MAIL_HOST", "other.example", kind="String")
    else:
        aws.put_secret(SECRET, '{"OTHER": 1}')
    aws.reset_record()
    for attempt in (writer.capture, writer.stage, lambda: writer.write(Open())):
        with pytest.raises(Refused, match="changed after it was compared"):
            attempt()
    assert not {"PutParameter", "PutSecretValue"} & set(aws.operations)


def test_the_environment_that_was_applied_is_a_tag(aws: AwsServer, site: AwsSite) -> None:
    for block in ({"ssm_prefix": PREFIX}, {"secret_id": SECRET}):
        site.block = block
        aws.put_secret(SECRET, "{}")
        site.apply()
        assert site.reader().live().owner is None
        site.keeper().mark("staging")
        assert site.reader().live().owner == "staging"


def test_identity_names_account_region_and_both_places(site: AwsSite) -> None:
    assert site.reader().identity == f"aws:{ACCOUNT}/eu-west-1/ssm:{PREFIX}+aws_secret:{SECRET}"


@pytest.mark.parametrize(
    "block", [{"ssm_prefix": PREFIX}, {"secret_id": f"arn:aws:secretsmanager:eu-west-1:1:secret:{SECRET}"}]
)
def test_a_lease_is_held_by_one_and_journal_and_snapshots_are_found_by_all(
    site: AwsSite, block: dict[str, str]
) -> None:
    site.block = block
    one, other = site.keeper(), site.keeper()
    one.ensure()
    with one.hold(holder()) as fence:
        assert fence.number == 1
        with pytest.raises(Locked, match="by deployer on ci-7"), other.hold(holder()):
            pass
        long = json.dumps({"steps": [f"{number} {{{{ step" for number in range(400)]}).encode()
        one.record(b'{"step": 1}')
        one.record(long)
        assert other.journal() == long
        name = one.keep("20261122T150000Z-a1b2", b"version 7")
        assert other.kept(name) == b"version 7"
        one.close()
        assert other.journal() is None
    with other.hold(holder()) as fence:
        assert (fence.number, fence.took_over) == (2, None)


def test_a_version_that_aws_dropped_says_so(aws: AwsServer, site: AwsSite) -> None:
    site.block = {"ssm_prefix": PREFIX}
    aws.put_parameter(f"{PREFIX}/MAIL_HOST", "old.example", kind="String")
    snapshot, mark = site.apply()
    aws.drop_versions(f"{PREFIX}/MAIL_HOST", before=2)
    writer = site.writer(site.reader(), candidate(site.environment()))
    assert writer.state(snapshot, {mark}) == "after"
    with pytest.raises(CouldNotCheck, match="version 1 of `ssm:/keymanager/staging/MAIL_HOST` is no longer kept"):
        writer.restore(snapshot, Open())
