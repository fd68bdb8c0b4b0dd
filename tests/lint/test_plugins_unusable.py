"""Packages whose rules cannot be used, and rules that fail: a gate must never lose a rule in silence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from kmconfig.environment.project import Project
from kmconfig.errors import ConfigurationError
from kmconfig.lint.engine import lint
from kmconfig.lint.plugins import find_plugins
from tests.cli.project import environment
from tests.cli.running import write
from tests.lint.clean import TODAY, write_environment
from tests.lint.plugin_packages import ALLOWED, codes, describe, found_by_all_rules, install, module, run_python

if TYPE_CHECKING:
    from pathlib import Path

_UNUSABLE: dict[str, tuple[dict[str, Any] | str, str]] = {
    "import": ("import no_such_module_anywhere\n", "ModuleNotFoundError"),
    "exit": ("import sys\nsys.exit(0)\n", "SystemExit"),
    "syntax": ("def check(:\n", "SyntaxError"),
    "raises": ("raise ValueError('\\x1b]0;owned\\x07 s3cret')\n", "ValueError"),
    "no-rule": ("check = 1\n", "no rule but `int`"),
    "empty": ("check = ()\n", "no rule but `tuple`"),
    "undecorated": ("def check(env): ...\n", "no rule but `function`"),
    "absent": ("other = 1\n", "AttributeError"),
    "built-in code": ({"code": "KM201"}, "KM900 to KM999"),
    "built-in area": ({"code": "KM299"}, "KM900 to KM999"),
    "other digits": ({"code": "KM9١١"}, "KM900 to KM999"),
    "built-in name": ({"name": "port-25"}, "taken by kmconfig itself"),
    "name": ({"name": "No Mail"}, "lower case"),
    "name like a code": ({"name": "km201"}, "lower case"),
    "silent": ({"severity": "–/–/–"}, "severity for each tier"),
    "severity": ({"severity": "X/Y/Z"}, "KeyError"),
    "manual": ({"manual": " "}, "docstring"),
    "by hand": (
        '"""It is."""\nfrom kmconfig.rules import Rule\ncheck = Rule("KM950", "no-mail", {}, __name__)\n',
        "severity for each tier",
    ),
    "no check": (
        '"""It is."""\nimport kmconfig.lint.rule as r\ncheck = r.found_elsewhere("KM950", "no-x", module=__name__)\n',
        "needs a check",
    ),
    "nothing right": (
        "from kmconfig.rules import Rule\ncheck = Rule(None, None, None, None)\n",
        "KM900 to KM999",
    ),
}


class TestUnusable:
    @pytest.mark.parametrize("case", _UNUSABLE)
    def test_a_package_that_cannot_be_used(self, installed: Path, case: str) -> None:
        made, said = _UNUSABLE[case]
        text = made if isinstance(made, str) else module(**made)
        name = f"unusable_{list(_UNUSABLE).index(case)}"
        install(installed, "unusable-rules", {name: text}, {"the-rule": f"{name}:check"})
        found = find_plugins()
        assert found.rules == ()
        (fault,) = found.faults
        assert fault.startswith("plugin `the-rule` of unusable-rules 0.3")
        assert said in fault
        assert "s3cret" not in fault

    @pytest.mark.parametrize("value", ["", ":", "x y:z", "no_such_module:check", "..:check", "a:b:c"])
    def test_an_entry_point_that_leads_nowhere(self, installed: Path, value: str) -> None:
        describe(installed, "lost", "1", {"kmconfig.rules": {"entry": value}})
        (fault,) = find_plugins().faults
        assert fault.startswith("plugin `entry` of lost 1 cannot be loaded")

    def test_metadata_that_says_nothing(self, installed: Path) -> None:
        install(installed, "bare", {"bare_rule": "check = 1\n"}, {"entry": "bare_rule:check"})
        (installed / "bare-0.3.dist-info/METADATA").unlink()
        (fault,) = find_plugins().faults
        assert fault.startswith("plugin `entry` of ")
        assert "no rule but `int`" in fault

    def test_a_list_of_packages_that_cannot_be_read(self, installed: Path) -> None:
        describe(installed, "broken", "1", {})
        (installed / "broken-1.dist-info/entry_points.txt").write_bytes(b"[kmconfig.rules]\n\xff\n")
        found = find_plugins()
        assert found.rules == ()
        assert found.faults

    def test_two_packages_that_want_the_same(self, installed: Path) -> None:
        for name in ("first", "second"):
            text = module(name=f"{name}-rule")
            install(installed, name, {f"same_{name}": text}, {f"{name}-entry": f"same_{name}:check"})
        (fault,) = find_plugins().faults
        assert "`KM950` is taken by `first-entry` of first 0.3" in fault

    def test_it_ends_every_command_that_needs_the_rules(self, installed: Path, root: Path) -> None:
        install(installed, "gone", {"gone_rule": "import no_such_module_anywhere\n"}, {"gone": "gone_rule:check"})
        with pytest.raises(ConfigurationError, match="`gone` of gone") as caught:
            found_by_all_rules(root)
        assert caught.value.exit_code == 65
        for arguments in (("lint",), ("rules",), ("explain", "KM950")):
            ran = run_python(installed, root, "-m", "kmconfig", *arguments)
            assert (ran.returncode, ran.stdout) == (65, "")
            assert "plugin `gone` of gone 0.3 cannot be loaded: ModuleNotFoundError" in ran.stderr
            assert 'python -c "import gone_rule"' in ran.stderr
            assert "uninstall" in ran.stderr
            assert "Traceback" not in ran.stderr
        assert run_python(installed, root, "-m", "kmconfig", "explain", "KM201").returncode == 0

    def test_what_it_says_is_escaped(self, installed: Path, root: Path) -> None:
        text = module(code="KM951\\x1b[2J\\u202e", manual="Hostile \x1b[2J text.")
        install(installed, "hostile", {"hostile_rule": text}, {"hostile": "hostile_rule:check"})
        ran = run_python(installed, root, "-m", "kmconfig", "rules")
        assert ran.returncode == 65
        assert "\x1b" not in ran.stderr
        assert "\u202e" not in ran.stderr

    def test_a_hostile_manual_is_escaped(self, installed: Path, root: Path) -> None:
        install(installed, "loud", {"loud_rule": module(manual="Loud \x1b[2J.")}, {"loud": "loud_rule:check"})
        ran = run_python(installed, root, "-m", "kmconfig", "explain", "no-mail")
        assert (ran.returncode, ran.stderr) == (0, "")
        assert "Loud \\x1b[2J." in ran.stdout


class TestFailingRules:
    @pytest.mark.parametrize(
        ("body", "detail"),
        [
            ("yield 1 / 0", "ZeroDivisionError"),
            ("return None", "TypeError"),
            ("yield 'text'", "TypeError"),
            ("yield Finding(None, Label(env.email.smtp.host))", "TypeError"),
            ("yield Finding('text', env.email.smtp.host)", "TypeError"),
            ("yield Finding('text', Label(env.email.smtp.host), fix='fix it')", "TypeError"),
            ("yield Finding('text', Label(env.email.smtp.host), severity='fatal')", "ValueError"),
            ("import sys; yield from sys.exit(0)", "RuntimeError"),
        ],
    )
    def test_it_is_an_internal_error_that_names_the_rule(
        self, installed: Path, tmp_path: Path, body: str, detail: str
    ) -> None:
        install(installed, "failing", {"failing_rule": module(body=body)}, {"failing": "failing_rule:check"})
        write_environment(tmp_path, "")
        project = Project(write(tmp_path, {"kmconfig.yaml": ALLOWED}))
        project.load()
        (crash,) = lint(project, today=TODAY).crashes
        assert (crash.code, crash.environment, crash.detail) == ("KM950", "production", detail)

    def test_the_command_line_says_so(self, site: Path, root: Path) -> None:
        install(site, "failing", {"failing_rule": module(body="yield 1 / 0")}, {"failing": "failing_rule:check"})
        write(root, {"environments/staging.yaml": environment("staging").replace("timeout: 20s", "port: 26")})
        ran = run_python(site, root, "-m", "kmconfig", "lint", "--format", "json")
        assert ran.returncode == 70
        assert codes(ran) == {"KM206"}
        assert "rule KM950 failed on `production` with ZeroDivisionError" in ran.stderr
        assert "Traceback" not in ran.stderr
