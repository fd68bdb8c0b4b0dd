"""A site whose settings go to parameters and a secret of AWS."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.deploy.site import PASSWORD, SENDER
from tests.servers.aws import REGION

if TYPE_CHECKING:
    from tests.deploy.site import Site
    from tests.servers.aws import AwsServer

PREFIX = "/keymanager/staging"
SECRET = "keymanager/staging/mail"
OLD_SECRET = {"MAIL_PASSWORD": "an older password", "APP_KEY": "base64:3q2+7w=="}
OLD = ({"MAIL_HOST": "localhost"}, OLD_SECRET)


def aim(site: Site, *, name: str = "staging", **changes: Any) -> None:
    """Let an environment of the site be applied there."""
    block = {"ssm_prefix": PREFIX, "secret_id": SECRET, "laravel": 10}
    site.configure(name, target={"aws": block}, stores={"aws": {"region": REGION}}, **changes)


def fill(aws: AwsServer) -> None:
    """Let AWS hold what an installer left, and nothing else."""
    aws.reset()
    aws.put_secret(SECRET, json.dumps(OLD_SECRET))
    aws.put_parameter(f"{PREFIX}/MAIL_HOST", "localhost", kind="String")


def held(aws: AwsServer) -> tuple[dict[str, str], dict[str, Any]]:
    """What the parameters and the secret hold."""
    found: dict[str, str] = {}
    more: dict[str, str] = {}
    while True:
        page = aws.client("ssm").get_parameters_by_path(Path=PREFIX, WithDecryption=True, **more)
        found |= {one["Name"].removeprefix(f"{PREFIX}/"): one["Value"] for one in page["Parameters"]}
        if "NextToken" not in page:
            break
        more = {"NextToken": page["NextToken"]}
    secret = aws.client("secretsmanager").get_secret_value(SecretId=SECRET)["SecretString"]
    return found, json.loads(secret)


def applied(site: Site) -> tuple[dict[str, str], dict[str, Any]]:
    """What they hold once the settings of the site are in place."""
    parameters = {
        "MAIL_ENCRYPTION": "tls",
        "MAIL_FROM_ADDRESS": SENDER,
        "MAIL_FROM_NAME": "Acme License Portal",
        "MAIL_HOST": "localhost",
        "MAIL_MAILER": "smtp",
        "MAIL_PORT": str(site.server.port),
        "MAIL_USERNAME": "apikey",
    }
    return parameters, OLD_SECRET | {"MAIL_PASSWORD": PASSWORD}
