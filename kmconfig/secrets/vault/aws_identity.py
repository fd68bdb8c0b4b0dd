"""Proof of an AWS identity: a signed request that Vault, not we, sends to STS.

https://developer.hashicorp.com/vault/api-docs/auth/aws#login
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

from kmconfig.secrets.vault.faults import not_logged_in

if TYPE_CHECKING:
    from botocore.awsrequest import AWSRequest

    from kmconfig.environment.stores import VaultLogin

_QUESTION = "Action=GetCallerIdentity&Version=2011-06-15"


def signed_identity(login: VaultLogin) -> dict[str, str]:
    """Sign ``sts:GetCallerIdentity`` with the credentials AWS's own configuration gives. Raises Fault without any."""
    request = _request(login)
    if not _signed(request, login.region or "us-east-1"):
        raise not_logged_in(
            "AWS's configuration gives no usable credentials",
            "set a profile, a role, or AWS_ACCESS_KEY_ID and its secret",
        )
    headers = {name: [_text(value)] for name, value in request.headers.items()}
    return {
        "iam_http_request_method": "POST",
        "iam_request_url": _base64(request.url),
        "iam_request_headers": _base64(json.dumps(headers)),
        "iam_request_body": _base64(_QUESTION),
    }


def _request(login: VaultLogin) -> AWSRequest:
    from botocore.awsrequest import AWSRequest  # noqa: PLC0415 - heavy

    suffix = ".cn" if (login.region or "").startswith("cn-") else ""
    host = f"sts.{login.region}.amazonaws.com{suffix}" if login.region else "sts.amazonaws.com"
    headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8", "Host": host}
    if login.header_value is not None:
        headers["X-Vault-AWS-IAM-Server-ID"] = login.header_value
    return AWSRequest(method="POST", url=f"https://{host}/", data=_QUESTION, headers=headers)


def _signed(request: AWSRequest, region: str) -> bool:
    import botocore.session  # noqa: PLC0415 - heavy
    from botocore.auth import SigV4Auth  # noqa: PLC0415
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

    try:
        credentials = botocore.session.get_session().get_credentials()
        if credentials is None:
            return False
        SigV4Auth(credentials.get_frozen_credentials(), "sts", region).add_auth(request)
    except (BotoCoreError, ClientError):
        return False
    return True


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
