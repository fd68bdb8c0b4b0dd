"""What Vault and OpenBao answer, asked of the in-process server and of a real one where there is one.

Set ``VAULT_TEST_ADDR`` and ``VAULT_TEST_TOKEN`` (a root token of a server for tests) to include the real one.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import hvac.exceptions
import pytest

from tests.servers.vault.contract import open_subject, servers_under_contract

if TYPE_CHECKING:
    from collections.abc import Iterator

    import requests

    from tests.servers.vault.contract import Subject

SERVERS = servers_under_contract()
POLICY_DENIES = ["1 error occurred:\n\t* permission denied\n\n"]


@pytest.fixture(params=list(SERVERS))
def vault(request: pytest.FixtureRequest) -> Iterator[Subject]:
    with open_subject(SERVERS[request.param]) as subject:
        yield subject


def _refusal(response: requests.Response) -> tuple[int, list[str]]:
    """Return the status and the errors; a body without ``errors`` is no refusal."""
    return response.status_code, response.json()["errors"]


def _moment(text: str) -> datetime:
    assert text.endswith("Z")
    return datetime.fromisoformat(text)


def test_every_answer_is_exactly_json_and_not_to_be_stored(vault: Subject) -> None:
    kv = vault.kv()
    vault.put(kv, "a", password="one")
    reader = vault.token({f"{kv}/data/b": ["read"]})
    answers = [
        vault.call("GET", f"{kv}/data/a"),
        vault.call("DELETE", f"{kv}/data/a"),
        vault.call("GET", f"{kv}/data/missing"),
        vault.call("GET", f"{kv}/data/a", token=reader),
    ]
    assert [answer.status_code for answer in answers] == [200, 204, 404, 403]
    assert {answer.headers["Content-Type"] for answer in answers} == {"application/json"}
    assert {answer.headers["Cache-Control"] for answer in answers} == {"no-store"}


def test_kv2_read_gives_the_newest_version_in_an_envelope(vault: Subject) -> None:
    kv = vault.kv()
    assert [vault.put(kv, "a/b", password=text) for text in ("one", "two")] == [1, 2]
    document = vault.must("GET", f"{kv}/data/a/b")
    fields = {"request_id", "lease_id", "renewable", "lease_duration", "data", "wrap_info", "warnings", "auth"}
    assert fields <= set(document)
    assert document["lease_id"] == ""
    assert (document["wrap_info"], document["warnings"], document["auth"]) == (None, None, None)
    assert document["data"]["data"] == {"password": "two"}
    metadata = document["data"]["metadata"]
    assert metadata.pop("custom_metadata", None) is None
    assert _moment(metadata.pop("created_time"))
    assert metadata == {"deletion_time": "", "destroyed": False, "version": 2}


def test_kv2_read_of_an_older_version(vault: Subject) -> None:
    kv = vault.kv()
    vault.put(kv, "a", password="one")
    vault.put(kv, "a", password="two")
    document = vault.must("GET", f"{kv}/data/a?version=1")
    assert (document["data"]["data"], document["data"]["metadata"]["version"]) == ({"password": "one"}, 1)


def test_values_keep_their_types(vault: Subject) -> None:
    kv = vault.kv()
    values: dict[str, Any] = {"text": "007", "number": 7, "yes": True, "nothing": None, "inner": {"list": [1, "é"]}}
    vault.must("POST", f"{kv}/data/a", {"data": values})
    assert vault.must("GET", f"{kv}/data/a")["data"]["data"] == values


def test_kv2_metadata(vault: Subject) -> None:
    kv = vault.kv()
    vault.put(kv, "a", password="one")
    vault.put(kv, "a", password="two")
    metadata = vault.must("GET", f"{kv}/metadata/a")["data"]
    assert _moment(metadata["created_time"]) <= _moment(metadata["updated_time"])
    settings = ("current_version", "oldest_version", "max_versions", "cas_required", "delete_version_after")
    assert [metadata[name] for name in settings] == [2, 0, 0, False, "0s"]
    assert set(metadata["versions"]) == {"1", "2"}
    newest = metadata["versions"]["2"]
    assert newest["created_time"] == vault.must("GET", f"{kv}/data/a")["data"]["metadata"]["created_time"]
    assert (newest["deletion_time"], newest["destroyed"]) == ("", False)


def test_deleted_version_is_a_404_with_an_envelope_and_can_come_back(vault: Subject) -> None:
    kv = vault.kv()
    vault.put(kv, "a", password="one")
    assert vault.call("DELETE", f"{kv}/data/a").status_code == 204
    answer = vault.call("GET", f"{kv}/data/a")
    assert answer.status_code == 404
    assert "errors" not in answer.json()
    gone = answer.json()["data"]
    assert gone["data"] is None
    assert _moment(gone["metadata"]["deletion_time"])
    assert gone["metadata"]["destroyed"] is False
    metadata = vault.must("GET", f"{kv}/metadata/a")["data"]
    assert (metadata["current_version"], metadata["versions"]["1"]["destroyed"]) == (1, False)
    created = metadata["versions"]["1"]["created_time"]
    assert vault.call("POST", f"{kv}/undelete/a", {"versions": [1]}).status_code == 204
    back = vault.must("GET", f"{kv}/data/a")["data"]
    assert (back["data"], back["metadata"]["created_time"]) == ({"password": "one"}, created)


def test_destroyed_version_is_a_404_with_an_envelope_and_stays_away(vault: Subject) -> None:
    kv = vault.kv()
    vault.put(kv, "a", password="one")
    assert vault.call("PUT", f"{kv}/destroy/a", {"versions": [1]}).status_code == 204
    assert vault.call("POST", f"{kv}/undelete/a", {"versions": [1]}).status_code == 204
    answer = vault.call("GET", f"{kv}/data/a")
    assert (answer.status_code, answer.json()["data"]["data"]) == (404, None)
    assert answer.json()["data"]["metadata"]["destroyed"] is True
    assert vault.must("GET", f"{kv}/metadata/a")["data"]["current_version"] == 1


def test_older_versions_are_deleted_by_number(vault: Subject) -> None:
    kv = vault.kv()
    vault.put(kv, "a", password="one")
    vault.put(kv, "a", password="two")
    assert vault.call("POST", f"{kv}/delete/a", {"versions": [1]}).status_code == 204
    assert vault.call("GET", f"{kv}/data/a?version=1").status_code == 404
    assert vault.must("GET", f"{kv}/data/a")["data"]["data"] == {"password": "two"}


@pytest.mark.parametrize("path", ["data/missing", "data/a?version=9", "metadata/missing"])
def test_missing_path_or_version(vault: Subject, path: str) -> None:
    kv = vault.kv()
    vault.put(kv, "a", password="one")
    assert _refusal(vault.call("GET", f"{kv}/{path}")) == (404, [])


def test_list_shows_names_and_folders(vault: Subject) -> None:
    kv = vault.kv()
    assert _refusal(vault.call("LIST", f"{kv}/metadata")) == (404, [])
    for path in ("b", "a/x", "a/y/z"):
        vault.put(kv, path, password="one")
    assert vault.must("LIST", f"{kv}/metadata")["data"] == {"keys": ["a/", "b"]}
    assert vault.must("GET", f"{kv}/metadata/a?list=true")["data"] == {"keys": ["x", "y/"]}
    assert _refusal(vault.call("LIST", f"{kv}/metadata/b/none")) == (404, [])


def test_metadata_delete_removes_everything(vault: Subject) -> None:
    kv = vault.kv()
    vault.put(kv, "a", password="one")
    assert vault.call("DELETE", f"{kv}/metadata/a").status_code == 204
    assert _refusal(vault.call("GET", f"{kv}/data/a")) == (404, [])


def test_path_without_data_is_explained_in_a_warning(vault: Subject) -> None:
    kv = vault.kv()
    vault.put(kv, "a", password="one")
    answer = vault.call("GET", f"{kv}/a")
    document = answer.json()
    assert (answer.status_code, document["data"], "errors" in document) == (404, None, False)
    assert document["warnings"][0].startswith("Invalid path for a versioned K/V secrets engine")


def test_check_and_set(vault: Subject) -> None:
    kv = vault.kv()

    def write(cas: int) -> requests.Response:
        return vault.call("POST", f"{kv}/data/a", {"options": {"cas": cas}, "data": {"password": "one"}})

    assert write(0).json()["data"]["version"] == 1
    assert _refusal(write(0)) == (400, ["check-and-set parameter did not match the current version"])
    assert write(1).json()["data"]["version"] == 2
    vault.must("POST", f"{kv}/metadata/a", {"cas_required": True})
    answer = vault.call("POST", f"{kv}/data/a", {"data": {"password": "two"}})
    assert _refusal(answer) == (400, ["check-and-set parameter required for this call"])


def test_old_versions_are_pruned(vault: Subject) -> None:
    kv = vault.kv()
    assert vault.call("POST", f"{kv}/metadata/a", {"max_versions": 2}).status_code == 204
    for text in ("one", "two", "three"):
        vault.put(kv, "a", password=text)
    metadata = vault.must("GET", f"{kv}/metadata/a")["data"]
    assert (set(metadata["versions"]), metadata["oldest_version"]) == ({"2", "3"}, 2)
    assert _refusal(vault.call("GET", f"{kv}/data/a?version=1")) == (404, [])


def test_custom_metadata_stands_beside_the_version(vault: Subject) -> None:
    kv = vault.kv()
    vault.put(kv, "a", password="one")
    if not vault.since("1.9"):
        assert "custom_metadata" not in vault.must("GET", f"{kv}/metadata/a")["data"]
        return
    vault.must("POST", f"{kv}/metadata/a", {"custom_metadata": {"owner": "platform"}})
    assert vault.must("GET", f"{kv}/metadata/a")["data"]["custom_metadata"] == {"owner": "platform"}
    assert vault.must("GET", f"{kv}/data/a")["data"]["metadata"]["custom_metadata"] == {"owner": "platform"}


def test_subkeys_show_names_without_values(vault: Subject) -> None:
    kv = vault.kv()
    vault.must("POST", f"{kv}/data/a", {"data": {"password": "one", "inner": {"user": "two"}}})
    reader = vault.token({f"{kv}/subkeys/*": ["read"]})
    answer = vault.call("GET", f"{kv}/subkeys/a", token=reader)
    if not vault.since("1.10"):
        assert answer.status_code == 404
        return
    assert answer.json()["data"]["subkeys"] == {"password": None, "inner": {"user": None}}


def test_kv1(vault: Subject) -> None:
    kv = vault.kv(version=1)
    assert vault.call("PUT", f"{kv}/a/b", {"password": "one"}).status_code == 204
    document = vault.must("GET", f"{kv}/a/b")
    assert document["data"] == {"password": "one"}
    assert document["lease_duration"] > 0
    assert vault.must("LIST", f"{kv}/a")["data"] == {"keys": ["b"]}
    assert vault.call("DELETE", f"{kv}/a/b").status_code == 204
    assert _refusal(vault.call("GET", f"{kv}/a/b")) == (404, [])


def test_no_mount(vault: Subject) -> None:
    answer = vault.call("GET", "no-such-mount/data/x")
    assert answer.status_code == 404
    assert answer.json()["errors"][0].startswith("no handler for route ")
    assert "no-such-mount/data/x" in answer.json()["errors"][0]
    assert _refusal(vault.call("GET", "no-such-mount/data/x", token=vault.token())) == (403, POLICY_DENIES)


def test_mount_can_be_asked_for_with_a_limited_token(vault: Subject) -> None:
    kv, old = vault.kv(), vault.kv(version=1)
    reader = vault.token({f"{kv}/data/a/*": ["read"], f"{old}/a": ["read"]})
    mount = vault.must("GET", f"sys/internal/ui/mounts/{kv}/a/b", token=reader)["data"]
    assert (mount["type"], mount["options"]["version"], mount["path"]) == ("kv", "2", f"{kv}/")
    assert vault.must("GET", f"sys/internal/ui/mounts/{old}", token=reader)["data"]["options"]["version"] == "1"
    for path in (vault.kv(), "no-such-mount/x"):
        answer = vault.call("GET", f"sys/internal/ui/mounts/{path}", token=reader)
        assert answer.status_code == 403
        assert "preflight capability check returned 403" in answer.text


def test_health_and_seal_status_need_no_token(vault: Subject) -> None:
    health, status = (vault.call("GET", f"sys/{name}", token="") for name in ("health", "seal-status"))
    assert (health.status_code, status.status_code) == (200, 200)
    expected = {"initialized": True, "sealed": False, "standby": False}
    assert expected.items() <= health.json().items()
    assert (status.json()["sealed"], status.json()["version"]) == (False, health.json()["version"])
    assert vault.call("HEAD", "sys/health", token="").content == b""


def test_wrong_method_and_broken_json(vault: Subject) -> None:
    kv = vault.kv()
    assert _refusal(vault.call("DELETE", "sys/health")) == (405, [])
    assert _refusal(vault.call("FROB", f"{kv}/data/a")) == (405, [])
    answer = vault.call("POST", f"{kv}/data/a", b'{"data": ')
    assert answer.status_code == 400
    assert answer.json()["errors"][0].startswith("error parsing JSON")


def test_namespace_header_is_ignored_where_there_are_no_namespaces(vault: Subject) -> None:
    kv = vault.kv()
    vault.put(kv, "a", password="one")
    answer = vault.call("GET", f"{kv}/data/a", X_Vault_Namespace="no-such-namespace")
    if vault.openbao and vault.version >= (2, 3):
        assert _refusal(answer) == (404, ["namespace not found"])
    else:
        assert (answer.status_code, answer.json()["data"]["data"]) == (200, {"password": "one"})


def test_real_client_understands_the_answers(vault: Subject) -> None:
    kv = vault.kv()
    client = vault.client(vault.root)
    client.secrets.kv.v2.create_or_update_secret("a", {"password": "one"}, mount_point=kv)
    read = client.secrets.kv.v2.read_secret_version("a", mount_point=kv, raise_on_deleted_version=True)
    assert read["data"]["data"] == {"password": "one"}
    client.secrets.kv.v2.delete_latest_version_of_secret("a", mount_point=kv)
    gone = client.secrets.kv.v2.read_secret_version("a", mount_point=kv, raise_on_deleted_version=False)
    assert gone["data"]["data"] is None
    with pytest.raises(hvac.exceptions.InvalidPath):
        client.secrets.kv.v2.read_secret_version("missing", mount_point=kv, raise_on_deleted_version=False)
    assert client.secrets.kv.v2.list_secrets("", mount_point=kv)["data"]["keys"] == ["a"]
