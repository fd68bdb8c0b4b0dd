"""Rules of installed packages: the documented example as users have it, and which rules there are."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

import kmconfig.rules as public
from kmconfig.environment.packages import identity_of
from kmconfig.environment.project import Project
from kmconfig.lint.catalogue import enable_plugins, find_rule, nearest, plugins_identity, remedy, rules
from kmconfig.lint.manual import examples
from kmconfig.lint.plugins import find_plugins
from kmconfig.lint.rules.all import RULES
from tests.cli.running import write
from tests.lint.clean import write_example
from tests.lint.plugin_packages import ALLOWED, codes, found_by_all_rules, install, install_example, module, run_python

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

    Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def kmconfig(site: Path, root: Path) -> Run:
    """Runs kmconfig in the repository, with the documented example installed."""
    install_example(site)
    return lambda *arguments: run_python(site, root, "-m", "kmconfig", *arguments)


class TestTheExample:
    def test_it_finds(self, kmconfig: Run) -> None:
        ran = kmconfig("lint", "--format", "json")
        assert (ran.returncode, ran.stderr) == (1, "")
        (finding,) = json.loads(ran.stdout)["findings"]
        assert (finding["code"], finding["name"], finding["severity"]) == ("KM901", "internal-relay-only", "error")
        assert (finding["path"], finding["setting"]) == ("environments/base.yaml", "email.smtp.host")
        assert finding["environments"] == ["production", "staging"]
        assert finding["fix"] == {"title": "use `relay.acme.example`", "safe": False}

    @pytest.mark.parametrize("text", ["version: 1\n", "version: 1\nplugins: false\n"])
    def test_nobody_looks_for_it_unless_the_project_file_allows_it(
        self, kmconfig: Run, root: Path, site: Path, text: str
    ) -> None:
        write(root, {"kmconfig.yaml": text})
        program = (
            "import sys; from kmconfig.cli.run import run; code = run(['lint', '--format', 'json']); "
            "sys.exit(90 if {'importlib.metadata', 'acme_kmconfig'} & sys.modules.keys() else code)"
        )
        ran = run_python(site, root, "-c", program)
        assert (ran.returncode, codes(ran)) == (0, set())
        assert "KM901" not in kmconfig("rules").stdout
        ran = kmconfig("explain", "KM901")
        assert ran.returncode == 64
        assert "`plugins: true`" in ran.stderr

    def test_it_is_in_the_catalogue(self, kmconfig: Run) -> None:
        ran = kmconfig("rules")
        assert ran.returncode == 0
        assert ran.stdout.splitlines()[-1].split() == ["KM901", "internal-relay-only", "error", "error", "off"]
        listed = json.loads(kmconfig("rules", "--format", "json").stdout)["rules"]
        assert [rule["code"] for rule in listed] == [*(rule.code for rule in RULES), "KM901"]

    @pytest.mark.parametrize("word", ["KM901", "km901", "internal-relay-only"])
    def test_it_is_explained(self, kmconfig: Run, word: str) -> None:
        ran = kmconfig("explain", word)
        assert (ran.returncode, ran.stderr) == (0, "")
        assert ran.stdout.startswith("KM901 internal-relay-only\nproduction: error, staging: error, development: off\n")
        assert "auditors" in ran.stdout
        assert "wrong:" in ran.stdout

    @pytest.mark.parametrize("word", ["KM901", "internal-relay-only"])
    def test_it_is_switched_off_and_graded(self, kmconfig: Run, root: Path, word: str) -> None:
        write(root, {"kmconfig.yaml": f"{ALLOWED}lint: {{rules: {{{word}: off}}}}\n"})
        ran = kmconfig("lint", "--format", "json")
        assert (ran.returncode, codes(ran)) == (0, set())
        write(root, {"kmconfig.yaml": f"{ALLOWED}lint: {{rules: {{{word}: note}}}}\n"})
        ran = kmconfig("lint", "--format", "json")
        assert (ran.returncode, codes(ran)) == (0, {"KM901"})

    def test_it_is_suppressed(self, kmconfig: Run, root: Path) -> None:
        base = (root / "environments/base.yaml").read_text(encoding="utf-8")
        comment = "host: smtp.sendgrid.net  # kmconfig: ignore[KM901] until the relay is up"
        write(root, {"environments/base.yaml": base.replace("host: smtp.sendgrid.net", comment)})
        ran = kmconfig("lint", "--format", "json")
        assert (ran.returncode, codes(ran)) == (0, set())
        assert json.loads(ran.stdout)["summary"]["suppressed"] == 1

    def test_it_is_selected_and_ignored(self, kmconfig: Run) -> None:
        ran = kmconfig("lint", "--select", "KM9", "--format", "json")
        assert (ran.returncode, codes(ran)) == (1, {"KM901"})
        ran = kmconfig("lint", "--ignore", "internal-relay-only", "--format", "json")
        assert (ran.returncode, codes(ran)) == (0, set())

    def test_reports_list_it(self, kmconfig: Run) -> None:
        ran = kmconfig("lint", "--format", "sarif")
        (run,) = json.loads(ran.stdout)["runs"]
        rule = run["tool"]["driver"]["rules"][-1]
        assert (rule["id"], rule["name"]) == ("KM901", "internal-relay-only")
        assert rule["shortDescription"]["text"].startswith("Mail leaves through Acme's own relays only")
        assert {result["ruleIndex"] for result in run["results"]} == {len(RULES)}
        suites = ET.fromstring(kmconfig("lint", "--format", "junit").stdout)  # noqa: S314 - our own
        last = [suite.findall("testcase")[-1] for suite in suites]
        assert {case.get("name") for case in last} == {"KM901 internal-relay-only"}

    def test_its_manual_is_true(self, installed: Path, tmp_path: Path) -> None:
        install_example(installed)
        (rule,) = find_plugins().rules
        shown = examples(rule.manual)
        assert {example.bad for example in shown} == {True, False}
        for number, example in enumerate(shown):
            folder = tmp_path / str(number)
            folder.mkdir()
            wanted = write_example(folder, example)
            found = found_by_all_rules(write(folder, {"kmconfig.yaml": ALLOWED}))
            assert found == {(line, code) for _, line, code in wanted}


class TestWhichRulesThereAre:
    def test_they_follow_the_project_at_hand(self, installed: Path, tmp_path: Path, root: Path) -> None:
        install_example(installed)
        assert [rule.code for rule in enable_plugins(Project(root).file)] == ["KM901"]
        assert [rule.code for rule in rules()] == [*(rule.code for rule in RULES), "KM901"]
        assert nearest("KM991") == "KM901"
        assert enable_plugins(Project(tmp_path).file) == ()
        assert find_rule("KM901") is None
        assert (plugins_identity(), rules()) == ("", RULES)

    def test_a_missing_package_is_no_slip_of_the_pen(self, installed: Path, root: Path) -> None:
        """A safe fix that renamed the rule would take the gate away."""
        enable_plugins(Project(root).file)
        assert nearest("KM901") is None
        assert "install" in remedy("KM901")
        write(root, {"kmconfig.yaml": f"{ALLOWED}lint: {{rules: {{KM901: error}}}}\n"})
        assert found_by_all_rules(root) == {(3, "KM002")}

    def test_one_package_may_bring_several_in_any_order(self, installed: Path) -> None:
        second = module(code="KM910", name="second").replace("def check", "def second")
        text = module(code="KM930", name="first") + second.partition("\n")[2] + "RULES = (check, second)\n"
        install(installed, "several", {"several_rules": text}, {"all": "several_rules:RULES"})
        install(installed, "another", {"another_rule": module(code="KM920", name="third")}, {"x": "another_rule:check"})
        found = find_plugins()
        assert found.faults == ()
        assert [rule.code for rule in found.rules] == ["KM910", "KM920", "KM930"]

    def test_identity_names_versions_and_changes_with_the_code(self, installed: Path) -> None:
        install_example(installed)
        install(installed, "zeta", {"zeta_rule": module()}, {"zeta": "zeta_rule:check"})
        found = find_plugins()
        lines = identity_of(found.entries).splitlines()
        assert lines[0].startswith("acme-kmconfig==1.0.0:internal-relay-only ")
        assert lines[1].startswith("zeta==0.3:zeta ")
        (installed / "zeta_rule.py").write_text(module(severity="E/E/E"), encoding="utf-8")
        changed = identity_of(found.entries).splitlines()
        assert changed[0] == lines[0]
        assert changed[1] != lines[1]

    def test_files_are_looked_at_too(self, installed: Path, root: Path) -> None:
        body = "yield Finding('a file', Label(env.root.data['version']))"
        text = module(body=body).replace("Label, rule", "Label, file_rule as rule")
        install(installed, "files", {"files_rule": text}, {"files": "files_rule:check"})
        assert found_by_all_rules(root) == {(1, "KM950")}

    @pytest.mark.parametrize(
        ("kind", "asked"), [("rule", ""), ("file_rule", ""), ("policy_rule", ""), ("project_rule", ", facts=()")]
    )
    def test_every_kind_of_rule_may_be_brought(self, installed: Path, kind: str, asked: str) -> None:
        text = module().replace("Label, rule", f"Label, {kind} as rule").replace('"E/W/n"', f'"E/W/n"{asked}')
        install(installed, "kinds", {f"kind_{kind}": text}, {"kind": f"kind_{kind}:check"})
        found = find_plugins()
        assert (found.faults, [rule.code for rule in found.rules]) == ((), ["KM950"])


def test_what_packages_import_is_sorted_and_there() -> None:
    assert public.__all__ == sorted(public.__all__)
    assert all(hasattr(public, name) for name in public.__all__)
