"""The documented example as users have it: its store and its target through every command that works with them."""

from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from kmconfig import api
from kmconfig.environment.schemas import load_schema
from kmconfig.errors import Refused
from tests.cli.running import Call, write
from tests.deploy.endings import APPLY, complies, steps
from tests.deploy.killed import Killer
from tests.deploy.site import PASSWORD, Site
from tests.lint.plugin_packages import ALLOWED
from tests.meta.canary.spellings import Canary
from tests.plugins.conftest import use_example

if TYPE_CHECKING:
    from pathlib import Path

    from tests.mail.servers import Server

JSON = ("--format", "json")


@pytest.fixture
def root(site: Site) -> Path:
    """The repository of the site."""
    return site.root


def settings(site: Site) -> dict[str, Any]:
    """What the target holds."""
    found: dict[str, Any] = tomllib.loads((site.application / "mail.toml").read_text(encoding="utf-8"))["settings"]
    return found


def codes(ran: Any) -> set[str]:
    return {finding["code"] for finding in ran.document["findings"]}


class TestWords:
    def test_they_count_where_the_project_file_allows_plugins(self, site: Site, kmconfig: Call) -> None:
        ran = kmconfig("lint", "--select", "KM1", *JSON)
        assert (ran.code, codes(ran), ran.err) == (0, set(), "")

    @pytest.mark.parametrize("text", ["version: 1\n", "version: 1\nplugins: false\n"])
    def test_elsewhere_they_are_refused(self, site: Site, kmconfig: Call, text: str) -> None:
        kmconfig("lint")  # which makes this process know the words
        write(site.root, {"kmconfig.yaml": text})
        ran = kmconfig("lint", "--select", "KM1", *JSON)
        assert ran.code == 1
        found = ran.document["findings"]
        assert {finding["code"] for finding in found} == {"KM104"}
        # The name of the store is hidden: as an unknown key of a reference it may be a secret.
        assert {finding["setting"].partition(".")[0] for finding in found} == {"email", "stores", "target"}
        assert kmconfig("plan", "staging").code == 65

    def test_the_project_file_may_use_them_too(self, site: Site, kmconfig: Call) -> None:
        policy = "policy: {{secret_sources: {{staging: [{}]}}}}\n"
        write(site.root, {"kmconfig.yaml": ALLOWED + policy.format("acme_folder")})
        assert codes(kmconfig("lint", *JSON)) & {"KM107", "KM602"} == set()
        write(site.root, {"kmconfig.yaml": ALLOWED + policy.format("vault")})
        assert "KM602" in codes(kmconfig("lint", *JSON))
        write(site.root, {"kmconfig.yaml": "version: 1\n" + policy.format("acme_folder")})
        assert "KM107" in codes(kmconfig("lint", "kmconfig.yaml", "environments", *JSON))

    def test_their_settings_are_checked(self, site: Site, kmconfig: Call) -> None:
        site.configure(
            password={"acme_folder": "../smtp#password"},
            stores={"acme_folder": {"folder": "x"}},
            target={"acme_toml": {}},
        )
        found = kmconfig("lint", "--select", "KM1", *JSON).document["findings"]
        assert {(finding["code"], finding["setting"]) for finding in found} >= {
            ("KM107", "email.smtp.password.acme_folder"),
            ("KM104", "stores.acme_folder.folder"),
            ("KM106", "target.acme_toml.path"),
        }

    def test_layers_give_a_block_in_parts_and_may_take_it_back(self, site: Site, kmconfig: Call) -> None:
        staging = site.root / "environments/staging.yaml"
        document = json.loads(staging.read_text(encoding="utf-8"))
        base = {"version": 1, "stores": {"acme_folder": {"path": "elsewhere"}}}
        write(site.root, {"environments/base.yaml": json.dumps(base)})
        staging.write_text(json.dumps({**document, "extends": "base.yaml"}), encoding="utf-8")
        assert kmconfig("show", "staging", *JSON).document["settings"]["stores"] == {"acme_folder": {"path": "secrets"}}
        document["stores"] = {"acme_folder": None}
        staging.write_text(json.dumps({**document, "extends": "base.yaml"}), encoding="utf-8")
        reference = kmconfig("secrets", "staging", *JSON).result["references"][0]
        assert reference["status"] == "error"
        assert "`stores: {acme_folder: {path: …}}`" in kmconfig("secrets", "staging").out
        document["stores"] = {"acme_folder": {"path": None}}
        staging.write_text(json.dumps({**document, "extends": "base.yaml"}), encoding="utf-8")
        (finding,) = kmconfig("lint", "--select", "KM106", *JSON).document["findings"]
        assert finding["setting"] == "stores.acme_folder.path"

    @pytest.mark.parametrize(
        ("name", "file"), [("environment", "environments/staging.yaml"), ("project", "kmconfig.yaml")]
    )
    def test_editors_get_a_schema_that_knows_them(self, site: Site, kmconfig: Call, name: str, file: str) -> None:
        write(site.root, {"kmconfig.yaml": f"{ALLOWED}policy: {{secret_sources: {{staging: [acme_folder]}}}}\n"})
        schema = kmconfig("schema", name).document
        Draft202012Validator.check_schema(schema)
        document = yaml.safe_load((site.root / file).read_text(encoding="utf-8"))
        assert [*Draft202012Validator(schema).iter_errors(document)] == []
        assert [*Draft202012Validator(load_schema(name)).iter_errors(document)] != []
        write(site.root, {"kmconfig.yaml": "version: 1\n"})
        assert "acme_folder" not in kmconfig("schema", name).out

    def test_two_environments_that_write_the_same_file_are_found(self, site: Site, kmconfig: Call) -> None:
        text = (site.root / "environments/staging.yaml").read_text(encoding="utf-8")
        write(site.root, {"environments/other.yaml": text.replace('"staging",', '"development",', 1)})
        assert "KM603" in codes(kmconfig("lint", *JSON))


class TestTheStore:
    def test_its_secrets_are_taken_stock_of(self, site: Site, kmconfig: Call) -> None:
        ran = kmconfig("secrets", "staging", *JSON)
        assert complies(ran.document, "secrets")
        (reference,) = ran.result["references"]
        assert (reference["source"], reference["reference"]) == ("acme_folder", "smtp/staging#password")
        assert (ran.code, reference["status"], reference["age_days"], reference["max_age"]) == (0, "ok", 0, "90d")

    def test_one_that_is_not_there(self, site: Site, kmconfig: Call) -> None:
        use_example(site, password={"acme_folder": "smtp/staging#token"})
        assert kmconfig("secrets", "staging").code == 0  # without the values nobody looks into the file
        assert kmconfig("secrets", "staging", "--values").code == 1
        ran = kmconfig("plan", "staging")
        assert (ran.code, "`acme_folder:smtp/staging#token` is not there" in ran.err) == (5, True)

    def test_one_without_its_folder(self, site: Site, kmconfig: Call) -> None:
        (site.root / "secrets").rename(site.root / "elsewhere")
        ran = kmconfig("plan", "staging")
        assert ran.code == 5
        assert "there is no folder" in ran.err
        assert "let the machine's configuration make it" in ran.err

    def test_a_live_test_uses_it(self, site: Site, kmconfig: Call, server: Server) -> None:
        assert kmconfig("test", "staging").code == 0
        assert len(server.messages) == 1


class TestTheTarget:
    def test_its_whole_life(self, site: Site, kmconfig: Call, server: Server) -> None:
        assert kmconfig("plan", "staging", "--detailed-exitcode").code == 2
        ran = kmconfig(*APPLY)
        assert (ran.code, ran.result["result"]) == (0, "applied"), ran.err
        assert complies(ran.document, "receipt")
        assert settings(site)["email"]["smtp"]["password"] == PASSWORD
        assert len(server.messages) == 1
        assert kmconfig("plan", "staging", "--detailed-exitcode").code == 0
        assert kmconfig("drift", "staging").code == 0

        use_example(site, ehlo_domain="licenses.acme.test")
        ran = kmconfig("plan", "staging", *JSON)
        assert complies(ran.document, "plan")
        assert [(found["action"], found["key"]) for found in ran.result["operations"]] == [
            ("add", "email.smtp.ehlo_domain")
        ]
        assert kmconfig(*APPLY).code == 0
        assert settings(site)["email"]["smtp"]["ehlo_domain"] == "licenses.acme.test"

        file = site.application / "mail.toml"
        file.write_text(file.read_text(encoding="utf-8").replace('timeout = "5s"', 'timeout = "9s"'), encoding="utf-8")
        ran = kmconfig("drift", "staging", *JSON)
        assert (ran.code, ran.result["differences"][0]["setting"]) == (2, "email.smtp.timeout")
        assert kmconfig(*APPLY).code == 0

        ran = kmconfig("rollback", "staging", "--yes", *JSON)
        assert (ran.code, ran.result["kind"]) == (0, "rollback"), ran.err
        history = kmconfig("history", "staging", "--verify", *JSON)
        assert history.code == 0
        assert PASSWORD not in history.out

    def test_a_secret_that_has_changed_is_planned_by_its_version(self, site: Site, kmconfig: Call) -> None:
        assert kmconfig(*APPLY).code == 0
        write(site.root, {"secrets/smtp/staging": "password=another one\n"})
        (operation,) = kmconfig("plan", "staging", *JSON).result["operations"]
        assert (operation["key"], operation["secret"]) == ("email.smtp.password", True)
        assert operation["version"]["after"] is not None

    def test_a_saved_plan_holds_as_long_as_the_package_stays_the_same(
        self, site: Site, kmconfig: Call, example: Path
    ) -> None:
        plan = site.root / "plan.json"
        assert kmconfig("plan", "staging", "--save", plan).code == 0
        assert kmconfig("apply", "--plan", plan, "--yes").code == 0
        use_example(site, ehlo_domain="licenses.acme.test")
        assert kmconfig("plan", "staging", "--save", plan).code == 0
        code = example / "acme_kmconfig/folder_store.py"
        code.write_text(code.read_text(encoding="utf-8") + "# another one\n", encoding="utf-8")
        assert kmconfig("apply", "--plan", plan, "--yes").code == Refused.exit_code

    def test_killed_anywhere_it_holds_the_old_or_the_new(self, site: Site, kmconfig: Call) -> None:
        file = site.application / "mail.toml"
        assert kmconfig(*APPLY).code == 0
        old = file.read_bytes()
        use_example(site, ehlo_domain="licenses.acme.test")
        new = old.replace(b"port =", b'ehlo_domain = "licenses.acme.test"\nport =')
        seen = set()
        with Killer() as killer:
            at = 1
            while killer.run(site, *APPLY, at=at, events=("os.rename", "os.remove", "os.fsync")) is None:
                content = file.read_bytes()
                assert tomllib.loads(content.decode()) in (tomllib.loads(old.decode()), tomllib.loads(new.decode()))
                seen.add(tomllib.loads(content.decode())["settings"]["email"]["smtp"].get("ehlo_domain"))
                at += 1
        ran = kmconfig(*APPLY)
        assert (ran.code, settings(site)["email"]["smtp"]["ehlo_domain"]) == (0, "licenses.acme.test"), ran.err
        assert at > 5
        assert seen == {None, "licenses.acme.test"}
        assert site.leftovers() == []

    def test_it_is_rendered_without_its_secrets(self, site: Site, kmconfig: Call) -> None:
        (site.root / "secrets/smtp/staging").unlink()
        ran = kmconfig("render", "staging")
        assert ran.code == 0
        smtp = tomllib.loads(ran.out)["settings"]["email"]["smtp"]
        assert smtp["password"] == "<acme_folder:smtp/staging#password>"
        ran = kmconfig("render", "staging", "--target", "acme_toml", *JSON)
        assert complies(ran.document, "render")
        assert ran.document["documents"][0]["settings"]["email"]["smtp"]["password"] == {
            "reference": "acme_folder:smtp/staging#password"
        }
        assert kmconfig("render", "staging", "--target", "file").code == 0

    @pytest.mark.parametrize("kind", ["acme_tomls", "No Kind"])
    def test_a_kind_that_nobody_knows(self, site: Site, kmconfig: Call, kind: str) -> None:
        ran = kmconfig("render", "staging", "--target", kind)
        assert (ran.code, ran.out) == (64, "")
        assert kind in ran.err
        assert "laravel_env" in ran.err

    def test_a_file_of_somebody_else_is_left_alone(self, site: Site, kmconfig: Call) -> None:
        (site.application / "mail.toml").write_text("port = [", encoding="utf-8")
        ran = kmconfig("plan", "staging")
        assert (ran.code, "`target.acme_toml.path`" in ran.err) == (5, True)


class TestPrograms:
    def test_they_see_it_too(self, site: Site) -> None:
        project = api.load(site.root)
        plan = api.plan(project, "staging")
        assert plan.target.startswith("acme_toml:")
        receipt = api.apply(project, "staging")
        assert (receipt.result, steps_of(receipt)[-1]) == ("applied", "ok")


def steps_of(receipt: api.Receipt) -> list[str]:
    return [outcome for _, outcome in ((step["step"], step["outcome"]) for step in receipt.document()["steps"])]


LINES = (
    ("lint",),
    ("show", "staging", "--origins"),
    ("secrets", "staging", "--values", "--strict"),
    ("test", "staging", "--no-send"),
    ("render", "staging"),
    ("plan", "staging"),
    ("apply", "staging", "--yes"),
    ("drift", "staging"),
    ("history", "staging", "--verify"),
    ("rollback", "staging", "--yes"),
)


@pytest.mark.parametrize("form", ["text", "json"])
def test_no_value_is_ever_shown(site: Site, kmconfig: Call, server: Server, form: str) -> None:
    canary = Canary(plain=True)
    write(site.root, {"secrets/smtp/staging": f"password={canary.value}\n"})
    for line in LINES:
        ran = kmconfig(*line, "--format", form, "-vvv")
        assert not canary.found_in(ran.out + ran.err), line
        assert "Traceback" not in ran.err


def test_steps_are_those_of_every_target(site: Site, kmconfig: Call) -> None:
    found = [step for step, _ in steps(kmconfig(*APPLY))]
    assert found[:4] == ["recheck", "preflight", "snapshot", "write"]
