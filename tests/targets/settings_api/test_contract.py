"""The published contract is sound, and what is sent and answered keeps to it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from kmconfig.environment.project import Project
from kmconfig.targets.settings_api.endpoint import DEFAULT_PATH, READ_CODES, WRITE_CODES
from kmconfig.targets.settings_api.fields import SECRET_FIELDS, SETTING_OF_FIELD, VISIBLE_FIELDS
from tests.cli.running import write
from tests.servers.settings_api import Offers, SettingsApi
from tests.targets.settings_api.asking import apply, reader_of, wanted
from tests.targets.test_manuals import REST

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    from tests.servers.settings_api import Handler

CONTRACT: dict[str, Any] = yaml.safe_load(
    (Path(__file__).parents[3] / "schema/settings-api.v1.openapi.yaml").read_text(encoding="utf-8")
)
SCHEMAS = CONTRACT["components"]["schemas"]


def keeps_to(name: str, document: Any) -> bool:
    """Whether a document is what a schema of the contract asks for."""
    schema = {"$ref": f"#/components/schemas/{name}", "components": CONTRACT["components"]}
    assert [fault.message for fault in Draft202012Validator(schema).iter_errors(document)] == []
    return True


def test_it_is_openapi() -> None:
    validate(CONTRACT)


def test_it_names_our_fields_path_and_codes() -> None:
    visible = tuple(SCHEMAS["Visible"]["properties"])
    assert visible == (*VISIBLE_FIELDS, "managed")
    assert tuple(SCHEMAS["Write"]["properties"]["settings"]["properties"]) == SECRET_FIELDS
    told = tuple(SCHEMAS["Settings"]["allOf"][1]["properties"])
    assert told == tuple(f"{field}{what}" for field in SECRET_FIELDS for what in ("_set", "_version"))
    assert {*READ_CODES, *WRITE_CODES} <= set(SCHEMAS["Response"]["properties"]["code"]["examples"])
    (path,) = CONTRACT["paths"]
    assert path == DEFAULT_PATH


@pytest.mark.parametrize("offers", [Offers(), Offers(etag=False, versions=True, marks=True)])
def test_requests_and_answers_keep_to_it(tmp_path: Path, offers: Offers, signing: RSAPrivateKey) -> None:
    sent: list[Any] = []

    def watch(handler: Handler) -> None:
        sent.append(json.loads(handler.content))
        status, document = handler.usual()
        handler.reply(status, json.dumps(document).encode())

    with SettingsApi(offers=offers, signing=signing) as api:
        api.misbehave["PUT"].append(watch)
        goal = wanted(tmp_path, api)
        apply(reader_of(goal, tmp_path), goal)
        answers = [json.loads(content) for _, content in api.replies]
    assert all(keeps_to("Write", document) for document in sent)
    assert len(sent) == 1
    reads = [answer for answer in answers if answer["response"]["code"] == 649]
    assert reads
    assert all(keeps_to("SettingsRead", answer) for answer in reads)
    assert all(keeps_to("Envelope", answer) for answer in answers)


@pytest.mark.parametrize(
    "settings", [{"smtp_pasword": "x"}, {"smtp_port": "587"}, {"encryption": "TLS"}, {"driver": 1}]
)
def test_it_is_closed(settings: dict[str, Any]) -> None:
    schema = {"$ref": "#/components/schemas/Write", "components": CONTRACT["components"]}
    assert not Draft202012Validator(schema).is_valid({"settings": settings})


def test_the_environment_of_the_manual_is_one(tmp_path: Path) -> None:
    manual = (Path(__file__).parents[3] / "docs/targets/settings_api.md").read_text(encoding="utf-8")
    [example] = re.findall(r"```yaml environment\n(.*?)```", manual, re.DOTALL)
    write(tmp_path, {"environments/production.yaml": REST + example})
    environment = Project(tmp_path).environment("production")
    assert environment.broken == set()
    assert environment.missing() == []
    told = environment.get("target", "settings_api")
    assert told is not None
    assert set(told.data) == {"url", "api_key", "path", "codes", "signing_key_file", "ca_file", "timeout"}


def test_the_manual_names_every_field() -> None:
    manual = (Path(__file__).parents[3] / "docs/targets/settings_api.md").read_text(encoding="utf-8")
    assert [field for field in SETTING_OF_FIELD if f"`{field}`" not in manual] == []
