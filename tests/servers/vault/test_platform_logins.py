"""Logins that need a platform, which a contract with a real server cannot set up: Kubernetes and AWS."""

from __future__ import annotations

from typing import TYPE_CHECKING

import hvac
import hvac.exceptions
import pytest
import requests

from tests.servers.vault.server import VaultServer

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def vault() -> Iterator[VaultServer]:
    with VaultServer() as server:
        server.policy("reader", {"secret/data/keymanager/*": ["read"]})
        yield server


def test_kubernetes_login(vault: VaultServer) -> None:
    vault.kubernetes_role("kmconfig", "service-account-token", ["reader"])
    with requests.Session() as session:
        client = hvac.Client(url=vault.address, token="", session=session)
        auth = client.auth.kubernetes.login("kmconfig", "service-account-token")["auth"]
        assert auth["policies"] == ["default", "reader"]
        with pytest.raises(hvac.exceptions.Forbidden):
            client.auth.kubernetes.login("kmconfig", "another-token")
        with pytest.raises(hvac.exceptions.InvalidRequest, match='invalid role name "nobody"'):
            client.auth.kubernetes.login("nobody", "service-account-token")


@pytest.mark.filterwarnings("ignore:.*utcnow.*:DeprecationWarning")
def test_aws_login(vault: VaultServer) -> None:
    given = {
        "access_key": "AKIDEXAMPLE",
        "secret_key": "an-example-key-for-signing",
        "session_token": "session",
        "role": "kmconfig",
        "header_value": "vault.acme.example",
    }
    vault.aws_role(
        "kmconfig",
        access_key=given["access_key"],
        secret_key=given["secret_key"],
        session_token=given["session_token"],
        server_id=given["header_value"],
        policies=["reader"],
    )
    with requests.Session() as session:
        client = hvac.Client(url=vault.address, token="", session=session)
        assert client.auth.aws.iam_login(**given)["auth"]["policies"] == ["default", "reader"]
        wrong = {
            "header_value": (None, 'missing header "X-Vault-AWS-IAM-Server-ID"'),
            "secret_key": ("another-key", "error making upstream request"),
            "session_token": ("another", "error making upstream request"),
            "role": ("nobody", 'entry for role "nobody" not found'),
        }
        for name, (value, error) in wrong.items():
            with pytest.raises(hvac.exceptions.InvalidRequest, match=error):
                client.auth.aws.iam_login(**(given | {name: value}))
        with pytest.raises(hvac.exceptions.InvalidRequest, match=r'expected "vault\.acme\.example" but'):
            client.auth.aws.iam_login(**(given | {"header_value": "other"}))
