"""What has to be there before anything is written to AWS."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kmconfig.errors import ConfigurationError, CouldNotCheck
from tests.targets.aws.site import PREFIX, SECRET

if TYPE_CHECKING:
    from tests.servers.aws import AwsServer
    from tests.targets.aws.site import AwsSite


def test_an_environment_without_aws_is_told(aws: AwsServer, site: AwsSite) -> None:
    environment = site.environment()
    del environment.root.data["stores"]
    with pytest.raises(ConfigurationError, match=r"needs `stores\.aws`"):
        site.reader(environment)


def test_credentials_that_are_no_good_are_told(aws: AwsServer, site: AwsSite, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    with pytest.raises(CouldNotCheck, match="no AWS credentials were found"):
        site.reader()


def test_a_key_of_ones_own_stays(aws: AwsServer, site: AwsSite) -> None:
    site.block = {"ssm_prefix": PREFIX}
    aws.client("ssm").put_parameter(
        Name=f"{PREFIX}/MAIL_PASSWORD", Value="old", Type="SecureString", KeyId="alias/keymanager"
    )
    site.apply()
    [put] = [
        asked.parameters
        for asked in aws.asked
        if asked.operation == "PutParameter" and asked.parameters["Name"].endswith("MAIL_PASSWORD")
    ]
    assert put["KeyId"] == "alias/keymanager"


def test_a_secret_that_lies_in_clear_is_refused_before_anything_is_written(aws: AwsServer, site: AwsSite) -> None:
    site.block = {"ssm_prefix": PREFIX}
    aws.put_parameter(f"{PREFIX}/MAIL_PASSWORD", "an older password", kind="String")
    with pytest.raises(CouldNotCheck, match="keeps secrets in clear"):
        site.staged()


@pytest.mark.parametrize(
    ("text", "says"), [(None, "is not there"), ("no json", "holds no JSON object"), ("[1]", "holds no JSON object")]
)
def test_a_secret_that_cannot_be_used_is_told(aws: AwsServer, site: AwsSite, text: str | None, says: str) -> None:
    if text is not None:
        aws.put_secret(SECRET, text)
    with pytest.raises(CouldNotCheck, match=says):
        site.staged()
