"""AWS beside other sources, as an environment asks for it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from kmconfig.environment.reference import SecretRef
from kmconfig.environment.stores import AwsSettings, StoreSettings
from kmconfig.secrets.masker import Masker
from kmconfig.secrets.store import Description
from kmconfig.secrets.stores import Place, Stores
from tests.servers.aws import REGION

if TYPE_CHECKING:
    from pathlib import Path

    from tests.servers.aws import AwsServer

VALUE = "hunter2-hunter3"
PLACE = Place("production", StoreSettings(aws=AwsSettings(region=REGION)))
REFS = (
    SecretRef("aws_secret", "km/smtp", max_age="90d"),
    SecretRef("aws_secret", "km/smtp", max_age="30d"),
    SecretRef("ssm", "/km/ses"),
    SecretRef("env", "HOME"),
)


def test_aws_is_asked_once_and_its_secrets_are_masked(aws: AwsServer, tmp_path: Path) -> None:
    aws.put_secret("km/smtp", VALUE)
    aws.put_parameter("/km/ses", "another-hunter")
    masker = Masker()
    with Stores(root=tmp_path, environ=os.environ, masker=masker) as stores:
        resolved = stores.resolve(REFS, place=PLACE)
        described = stores.describe(REFS, place=PLACE)
        logins = stores.logins()
    assert resolved.problems == ()
    assert resolved.secrets[REFS[1]].reveal() == VALUE
    assert masker.mask(f"<{VALUE}> <another-hunter>") == "<***> <***>"
    assert all(isinstance(described[ref], Description) for ref in REFS)
    assert [(login.source, login.where) for login in logins] == [("aws_secret", REGION)]
    assert sorted(aws.operations) == [
        "DescribeParameters",
        "DescribeSecret",
        "GetCallerIdentity",
        "GetParameter",
        "GetSecretValue",
        "ListSecretVersionIds",
    ]
