"""As whom AWS is asked, and where."""

from __future__ import annotations

import logging
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from kmconfig.environment.reference import SecretRef
from kmconfig.environment.stores import AwsSettings
from kmconfig.secrets.secret import Secret
from kmconfig.secrets.store import SecretProblem
from tests.servers.aws import ENVIRONMENT, REGION

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kmconfig.secrets.aws.store import AwsStore
    from tests.servers.aws import AwsServer

VALUE = "hunter2-hunter3"
ROLE = "arn:aws:iam::123456789012:role/kmconfig"
SINGLE_SIGN_ON = """\
[default]
sso_start_url = https://acme.example
sso_region = eu-west-1
sso_account_id = 123456789012
sso_role_name = kmconfig
"""
SECRET = SecretRef("aws_secret", "km/smtp")
OTHER = SecretRef("aws_secret", "km/other")
HIDDEN = ENVIRONMENT["AWS_SECRET_ACCESS_KEY"]


def problem(store: AwsStore, ref: SecretRef = SECRET) -> SecretProblem:
    answer = store.resolve((ref,))[ref]
    assert isinstance(answer, SecretProblem), answer
    assert HIDDEN not in repr(answer)
    return answer


def value(store: AwsStore, ref: SecretRef = SECRET) -> str:
    answer = store.resolve((ref,))[ref]
    assert isinstance(answer, Secret), answer
    return answer.reveal()


@pytest.fixture
def aws_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """AWS's configuration files, empty."""
    for variable, name in (("AWS_CONFIG_FILE", "config"), ("AWS_SHARED_CREDENTIALS_FILE", "credentials")):
        (tmp_path / name).write_text("")
        monkeypatch.setenv(variable, str(tmp_path / name))
    return tmp_path


# region


@pytest.mark.parametrize(
    ("given", "region"),
    [
        ((AwsSettings(region="eu-west-1"), {"AWS_DEFAULT_REGION": "us-east-1"}), "eu-west-1"),
        ((AwsSettings(), {"AWS_DEFAULT_REGION": "eu-central-1", "AWS_REGION": "us-east-1"}), "eu-central-1"),
        ((AwsSettings(), {"AWS_REGION": "eu-north-1"}), "eu-north-1"),
    ],
)
def test_the_region_that_is_asked(
    aws: AwsServer,
    monkeypatch: pytest.MonkeyPatch,
    open_store: Callable[..., AwsStore],
    given: tuple[AwsSettings, dict[str, str]],
    region: str,
) -> None:
    settings, variables = given
    for name, text in variables.items():
        monkeypatch.setenv(name, text)
    answer = problem(open_store(settings))
    assert {asked.region for asked in aws.asked} == {region}
    assert f"{region} was asked" in (answer.help or "")


def test_the_region_of_a_profile(aws: AwsServer, open_store: Callable[..., AwsStore], aws_files: Path) -> None:
    (aws_files / "config").write_text("[profile acme]\nregion = ap-south-1\n")
    (aws_files / "credentials").write_text(
        f"[acme]\naws_access_key_id = AKIAPROFILE000000000\naws_secret_access_key = {HIDDEN}\n"
    )
    problem(open_store(AwsSettings(profile="acme")))
    assert aws.asked[0].region == "ap-south-1"
    assert aws.asked[0].access_key == "AKIAPROFILE000000000"


def test_no_region(aws: AwsServer, open_store: Callable[..., AwsStore]) -> None:
    answer = problem(open_store(AwsSettings()))
    assert (answer.kind, answer.message) == ("unreachable", f"`{SECRET}` cannot be read: no AWS region is set")
    assert "`region`" in (answer.help or "")
    assert aws.asked == []


# credentials


@pytest.mark.usefixtures("without_credentials")
def test_no_credentials(aws: AwsServer, open_store: Callable[..., AwsStore]) -> None:
    store = open_store()
    answer = problem(store)
    assert (answer.kind, answer.message) == ("unreachable", f"`{SECRET}` cannot be read: no AWS credentials were found")
    assert store.identity() == "no AWS credentials were found"
    assert aws.asked == []


def test_half_of_the_credentials(
    aws: AwsServer, open_store: Callable[..., AwsStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    assert "incomplete" in problem(open_store()).message


def test_an_unknown_profile(aws: AwsServer, open_store: Callable[..., AwsStore]) -> None:
    store = open_store(AwsSettings(region=REGION, profile="nobody"))
    assert "the AWS profile does not exist" in problem(store).message
    assert "the AWS profile does not exist" in store.identity()


def test_an_unknown_profile_of_the_environment(
    aws: AwsServer, open_store: Callable[..., AwsStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    assert "`AWS_PROFILE`" in (problem(open_store()).help or "")


@pytest.mark.usefixtures("without_credentials")
@pytest.mark.parametrize(
    ("config", "words"),
    [
        ("this is no configuration", "configuration files cannot be used"),
        ("[default]\ncredential_process = /bin/false\n", "could not be fetched"),
        (
            SINGLE_SIGN_ON,
            "single sign-on session has ended",
        ),
    ],
)
def test_configuration_that_leads_to_no_credentials(
    open_store: Callable[..., AwsStore], aws_files: Path, config: str, words: str
) -> None:
    (aws_files / "config").write_text(config)
    assert words in problem(open_store()).message


# identity


def test_the_identity_is_asked_for_once_and_only_on_demand(aws: AwsServer, store: AwsStore) -> None:
    aws.put_secret("km/smtp", VALUE)
    assert value(store) == VALUE
    assert "GetCallerIdentity" not in aws.operations
    identity = store.identity()
    assert identity == store.identity()
    assert identity.startswith("arn:aws:sts::123456789012:")
    assert identity.endswith(", credentials from variables of the environment")
    assert aws.operations.count("GetCallerIdentity") == 1


def test_the_identity_of_a_role(aws: AwsServer, open_store: Callable[..., AwsStore]) -> None:
    identity = open_store(AwsSettings(region=REGION, role_arn=ROLE)).identity()
    assert ":assumed-role/kmconfig/kmconfig" in identity
    assert identity.endswith(f"credentials from variables of the environment, for the role {ROLE}")


@pytest.mark.parametrize("answer", ["AccessDenied", "html", "lie"])
def test_an_identity_that_aws_does_not_tell(aws: AwsServer, store: AwsStore, answer: str) -> None:
    if answer == "AccessDenied":
        aws.refuse("GetCallerIdentity", answer)
    elif answer == "html":
        aws.garble("GetCallerIdentity", b"<html>")
    else:
        result = "<GetCallerIdentityResult><Arn>\x1b[31m</Arn></GetCallerIdentityResult>".replace("\x1b", "&#155;")
        aws.garble(
            "GetCallerIdentity",
            f"<GetCallerIdentityResponse>{result}</GetCallerIdentityResponse>".encode(),
            content_type="text/xml",
        )
    assert store.identity() == "credentials from variables of the environment"


def test_no_key_is_ever_shown(aws: AwsServer, store: AwsStore) -> None:
    shown = (store.identity(), repr(store), repr(problem(store)))
    assert not any(
        ENVIRONMENT[name] in text for text in shown for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
    )


# opening and closing


def test_boto3_is_loaded_when_something_is_asked() -> None:
    program = (
        "import sys\n"
        "from kmconfig.environment.stores import AwsSettings\n"
        "from kmconfig.secrets.aws.store import AwsStore\n"
        "store = AwsStore(AwsSettings(), environ={})\n"
        "assert store.resolve(()) == {}\n"
        "store.close()\n"
        "sys.exit(any(name in sys.modules for name in ('boto3', 'botocore', 'json')))\n"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_closing_twice_and_log_levels(aws: AwsServer, open_store: Callable[..., AwsStore]) -> None:
    logger = logging.getLogger("botocore.credentials")
    before = logger.level
    store = open_store()
    problem(store)
    assert logger.level == logging.CRITICAL
    store.close()
    store.close()
    assert logger.level == before
