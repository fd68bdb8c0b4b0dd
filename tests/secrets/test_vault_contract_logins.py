"""What Vault and OpenBao answer about tokens, policies, logins and wrapping; see ``test_vault_contract``."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import hvac.exceptions
import pytest

from tests.servers.vault.contract import open_subject, servers_under_contract
from tests.servers.vault.jws import SigningKey

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.servers.vault.contract import Subject

SERVERS = servers_under_contract()
POLICY_DENIES = "1 error occurred:\n\t* permission denied\n\n"
BAD_TOKEN = ("permission denied", "2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n")
ISSUER = SigningKey.generate()


@pytest.fixture(params=list(SERVERS))
def vault(request: pytest.FixtureRequest) -> Iterator[Subject]:
    with open_subject(SERVERS[request.param]) as subject:
        yield subject


def _refusal(vault: Subject, method: str, path: str, body: object = None, *, token: str | None = None) -> Any:
    """Return the status and the only error text of a refusal."""
    answer = vault.call(method, path, body, token=token)
    (error,) = answer.json()["errors"]
    return answer.status_code, error


def test_policy_allows_and_denies(vault: Subject) -> None:
    kv = vault.kv()
    vault.put(kv, "a/b", password="one")
    reader = vault.token({f"{kv}/data/a/*": ["read"]})
    assert vault.call("GET", f"{kv}/data/a/b", token=reader).status_code == 200
    assert _refusal(vault, "GET", f"{kv}/data/b", token=reader) == (403, POLICY_DENIES)
    assert _refusal(vault, "GET", f"{kv}/metadata/a/b", token=reader) == (403, POLICY_DENIES)
    assert _refusal(vault, "POST", f"{kv}/data/a/b", {"data": {"x": "y"}}, token=reader) == (403, POLICY_DENIES)


def test_metadata_may_be_readable_where_values_are_not(vault: Subject) -> None:
    kv = vault.kv()
    vault.put(kv, "a/b", password="one")
    planner = vault.token({f"{kv}/metadata/*": ["read", "list"]})
    assert vault.must("GET", f"{kv}/metadata/a/b", token=planner)["data"]["current_version"] == 1
    assert vault.must("LIST", f"{kv}/metadata/a", token=planner)["data"]["keys"] == ["b"]
    assert _refusal(vault, "GET", f"{kv}/data/a/b", token=planner) == (403, POLICY_DENIES)


def test_create_and_update_are_two_capabilities(vault: Subject) -> None:
    kv = vault.kv()
    vault.put(kv, "old", password="one")
    creator = vault.token({f"{kv}/data/*": ["create"]})
    body = {"data": {"password": "two"}}
    assert vault.call("POST", f"{kv}/data/new", body, token=creator).status_code == 200
    assert _refusal(vault, "POST", f"{kv}/data/old", body, token=creator) == (403, POLICY_DENIES)


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ({"data/a/b": ["read"], "data/*": ["deny"]}, ["read"]),
        ({"data/a/*": ["read"], "data/*": ["list"]}, ["read"]),
        ({"data/a/*": ["read", "deny"]}, ["deny"]),
        ({"data/+/b": ["update"], "data/*": ["read"]}, ["update"]),
        ({"data/a/+": ["update"], "data/+/b": ["read"]}, ["update"]),
        ({"data/a": ["read"]}, ["deny"]),
        ({"data/a*": ["read"]}, ["read"]),
        ({"data/+": ["read"]}, ["deny"]),
    ],
)
def test_most_specific_rule_decides(vault: Subject, rules: dict[str, list[str]], expected: list[str]) -> None:
    kv = vault.kv()
    token = vault.token({f"{kv}/{path}": given for path, given in rules.items()})
    path = f"{kv}/data/a/b"
    document = vault.must("POST", "sys/capabilities-self", {"paths": [path]}, token=token)
    assert document["data"][path] == expected
    assert document["capabilities"] == document[path] == expected


def test_capabilities_of_several_paths(vault: Subject) -> None:
    kv = vault.kv()
    token = vault.token({f"{kv}/data/*": ["read", "update"]})
    paths = [f"{kv}/data/x", f"{kv}/metadata/x"]
    data = vault.must("POST", "sys/capabilities-self", {"paths": paths}, token=token)["data"]
    assert [sorted(data[path]) for path in paths] == [["read", "update"], ["deny"]]
    assert vault.must("POST", "sys/capabilities-self", {"paths": paths})["data"][paths[0]] == ["root"]


def test_token_describes_itself(vault: Subject) -> None:
    token = vault.token()
    data = vault.must("GET", "auth/token/lookup-self", token=token)["data"]
    assert (data["id"], data["policies"], data["num_uses"], data["type"]) == (token, ["default"], 0, "service")
    assert 0 < data["ttl"] <= data["creation_ttl"] == 300
    root = vault.must("GET", "auth/token/lookup-self")["data"]
    assert (root["policies"], root["ttl"], root["expire_time"]) == (["root"], 0, None)


@pytest.mark.parametrize("path", ["auth/token/lookup-self", "sys/internal/ui/mounts/secret", "no-such-mount/x"])
def test_unknown_token(vault: Subject, path: str) -> None:
    status, error = _refusal(vault, "GET", path, token="s.notatokenofthisserver0000")
    assert status == 403
    assert error in BAD_TOKEN


def test_revoked_token(vault: Subject) -> None:
    token = vault.token()
    assert vault.call("POST", "auth/token/revoke-self", token=token).status_code == 204
    status, error = _refusal(vault, "GET", "auth/token/lookup-self", token=token)
    assert status == 403
    assert error in BAD_TOKEN


def test_token_ends_with_its_parent(vault: Subject) -> None:
    parent = vault.token({"auth/token/create": ["update"]})
    created = vault.must("POST", "auth/token/create", {"policies": ["default"], "ttl": "1m"}, token=parent)
    child = created["auth"]["client_token"]
    assert created["auth"]["orphan"] is False
    vault.must("POST", "auth/token/revoke-self", token=parent)
    assert vault.call("GET", "auth/token/lookup-self", token=child).status_code == 403


def test_token_of_counted_uses(vault: Subject) -> None:
    kv = vault.kv()
    vault.put(kv, "a", password="one")
    token = vault.token({f"{kv}/data/*": ["read"]}, num_uses=2)
    # The question for the mount costs a use like any other request.
    assert vault.call("GET", f"sys/internal/ui/mounts/{kv}/a", token=token).status_code == 200
    assert vault.call("GET", f"{kv}/data/a", token=token).status_code == 200
    status, error = _refusal(vault, "GET", f"{kv}/data/a", token=token)
    assert status == 403
    assert error in BAD_TOKEN


def test_no_token(vault: Subject) -> None:
    answer = _refusal(vault, "GET", "auth/token/lookup-self", token="")
    assert answer in ((400, "missing client token"), (403, "permission denied"))


def test_renewal_stops_at_the_maximum(vault: Subject) -> None:
    token = vault.token(ttl="2m", explicit_max_ttl="5m")
    document = vault.must("POST", "auth/token/renew-self", {"increment": "1h"}, token=token)
    assert 290 <= document["auth"]["lease_duration"] <= 300
    assert any(text.startswith("TTL of ") and " exceeded " in text for text in document["warnings"])
    fixed = vault.token(renewable=False)
    assert vault.call("POST", "auth/token/renew-self", token=fixed).status_code == 400


def test_approle(vault: Subject) -> None:
    kv = vault.kv()
    vault.put(kv, "a", password="one")
    mount, policy = vault.auth("approle"), vault.policy({f"{kv}/data/*": ["read"]})
    role = f"auth/{mount}/role/app"
    vault.must("POST", role, {"token_policies": [policy], "token_ttl": "2m", "secret_id_num_uses": 1})
    role_id = vault.must("GET", f"{role}/role-id")["data"]["role_id"]
    secret_id = vault.must("POST", f"{role}/secret-id", {})["data"]["secret_id"]
    client = vault.client("")
    auth = client.auth.approle.login(role_id, secret_id, mount_point=mount)["auth"]
    assert sorted(auth["policies"]) == sorted(auth["token_policies"]) == sorted(["default", policy])
    assert (auth["metadata"]["role_name"], auth["lease_duration"], auth["renewable"]) == ("app", 120, True)
    assert (auth["token_type"], auth["orphan"], bool(auth["entity_id"])) == ("service", True, True)
    assert client.secrets.kv.v2.read_secret_version("a", mount_point=kv, raise_on_deleted_version=True)
    client.auth.token.revoke_self()
    login = f"auth/{mount}/login"
    texts = {"invalid secret id", "invalid role ID", "invalid role or secret ID"}
    for wrong in ({"role_id": role_id, "secret_id": secret_id}, {"role_id": "none", "secret_id": "none"}):
        status, error = _refusal(vault, "POST", login, wrong, token="")
        assert status == 400
        assert error in texts


def test_userpass(vault: Subject) -> None:
    mount = vault.auth("userpass")
    vault.must("POST", f"auth/{mount}/users/deploy", {"password": "right horse", "token_policies": ["default"]})
    client = vault.client("")
    auth = client.auth.userpass.login("deploy", "right horse", mount_point=mount)["auth"]
    assert (auth["policies"], auth["metadata"]) == (["default"], {"username": "deploy"})
    for user in ("deploy", "nobody"):
        refused = _refusal(vault, "POST", f"auth/{mount}/login/{user}", {"password": "wrong"}, token="")
        assert refused == (400, "invalid username or password")


def _jwt_mount(vault: Subject) -> str:
    mount = vault.auth("jwt")
    vault.must("POST", f"auth/{mount}/config", {"jwt_validation_pubkeys": [ISSUER.public_pem]})
    role = {
        "role_type": "jwt",
        "user_claim": "sub",
        "bound_audiences": ["https://vault.acme.example"],
        "bound_claims": {"repository": "acme/mail"},
        "token_policies": ["default"],
    }
    vault.must("POST", f"auth/{mount}/role/kmconfig", role)
    return mount


def _claims(**changed: object) -> dict[str, Any]:
    now = int(time.time())
    claims = {
        "aud": "https://vault.acme.example",
        "sub": "repo:acme/mail:environment:production",
        "repository": "acme/mail",
        "iat": now,
        "nbf": now,
        "exp": now + 300,
    }
    return claims | changed


def test_jwt(vault: Subject) -> None:
    mount = _jwt_mount(vault)
    client = vault.client("")
    auth = client.auth.jwt.jwt_login("kmconfig", ISSUER.sign(_claims()), path=mount)["auth"]
    assert (auth["policies"], auth["metadata"]["role"]) == (["default"], "kmconfig")
    assert vault.must("GET", "auth/token/lookup-self", token=auth["client_token"])["data"]["path"].endswith("/login")


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"aud": "https://other.example"}, "error validating token: invalid audience (aud) claim"),
        ({"repository": "acme/other"}, 'error validating claims: claim "repository" does not match'),
        ({"exp": 1_700_000_000, "iat": 1_699_999_000, "nbf": 1_699_999_000}, "error validating token: "),
    ],
)
def test_jwt_with_claims_that_do_not_match(vault: Subject, changed: dict[str, object], reason: str) -> None:
    login = f"auth/{_jwt_mount(vault)}/login"
    body = {"role": "kmconfig", "jwt": ISSUER.sign(_claims(**changed))}
    status, error = _refusal(vault, "POST", login, body, token="")
    assert status == 400
    assert error.startswith(reason)


def test_jwt_of_another_issuer_or_role(vault: Subject) -> None:
    login = f"auth/{_jwt_mount(vault)}/login"
    forged = {"role": "kmconfig", "jwt": SigningKey.generate().sign(_claims())}
    status, error = _refusal(vault, "POST", login, forged, token="")
    assert status == 400
    assert error.startswith("error validating token: error verifying token signature")
    other = {"role": "nobody", "jwt": ISSUER.sign(_claims())}
    assert _refusal(vault, "POST", login, other, token="") == (400, 'role "nobody" could not be found')


def test_wrapped_answer_is_given_once(vault: Subject) -> None:
    kv = vault.kv()
    vault.put(kv, "a", password="one")
    answer = vault.call("GET", f"{kv}/data/a", X_Vault_Wrap_TTL="60").json()
    info = answer["wrap_info"]
    assert (answer["data"], info["ttl"], info["creation_path"]) == (None, 60, f"{kv}/data/a")
    assert {"token", "accessor", "creation_time"} <= set(info)
    looked = vault.must("POST", "sys/wrapping/lookup", {"token": info["token"]})["data"]
    assert (looked["creation_path"], looked["creation_ttl"]) == (f"{kv}/data/a", 60)
    unwrapped = vault.must("POST", "sys/wrapping/unwrap", token=info["token"])
    assert unwrapped["data"]["data"] == {"password": "one"}
    again = _refusal(vault, "POST", "sys/wrapping/unwrap", {"token": info["token"]})
    assert again == (400, "wrapping token is not valid or does not exist")


def test_real_client_tells_a_refusal_by_policy(vault: Subject) -> None:
    kv = vault.kv()
    client = vault.client(vault.token())
    with pytest.raises(hvac.exceptions.Forbidden):
        client.secrets.kv.v2.read_secret_version("a", mount_point=kv, raise_on_deleted_version=True)
