"""Stores and targets whose words cannot be used: nothing goes on without them, and the package is named."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

import kmconfig.plugins
import kmconfig.plugins.stores
import kmconfig.plugins.targets
from kmconfig import api
from kmconfig.environment.extended import load_words
from kmconfig.environment.project import Project
from kmconfig.errors import ConfigurationError
from kmconfig.lint.catalogue import enable_plugins, plugins_identity
from kmconfig.lint.fleet.key import key_of
from tests.cli.running import write
from tests.lint.fleet.comparing import as_fleet, in_memory, visible
from tests.lint.plugin_packages import install, run_python
from tests.plugins.making import install_kind, work, write_environment

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.running import Call

_STORE: dict[str, tuple[dict[str, str], str]] = {
    "word": ({"word": '"Own Store"'}, "needs a word in lower case"),
    "no word": ({"word": "None"}, "needs a word in lower case"),
    "long word": ({"word": '"x" * 41'}, "needs a word in lower case"),
    "source of ours": ({"word": '"vault"'}, "`vault` is a word of the published schema"),
    "key of ours": ({"word": '"version"'}, "`version` is a word of the published schema"),
    "title": ({"title": '""'}, "needs a title"),
    "escapes": ({"description": '"\\x1b[2J"'}, "needs a title, a description"),
    "example": ({"example": "1"}, "an example"),
    "module": ({"module": '"own_pack work"'}, "dotted name"),
    "module of another": ({"module": '"os.path"'}, "a `module` of the same package, `own_pack`"),
    "settings": ({"settings": "[]"}, "needs `settings`"),
    "name of a setting": ({"settings": '{"A B": {}}'}, "needs `settings`"),
    "required": ({"required": '("path",)'}, "not among its `settings`"),
    "pattern": ({"pattern": '"("'}, "no regular expression"),
    "example of another form": ({"pattern": '"^[A-Z]+$"'}, "an `example` that does not match its `pattern`"),
    "long sentence": (
        {"settings": '{"a": {"$ref": "#/$defs/' + "x" * 60 + '"}}'},
        "which the published schema does not define",
    ),
    "keyword": ({"settings": '{"a": {"format": "uri"}}'}, "the keyword `format`"),
    "nested keyword": ({"settings": '{"a": {"items": {"not": {}}}}'}, "the keyword `not`"),
    "value of a keyword": ({"settings": '{"a": {"maxLength": "3"}}'}, "value of the wrong type"),
    "no schema": ({"settings": '{"a": True}'}, "has no JSON Schema"),
    "type": ({"settings": '{"a": {"type": "text"}}'}, "make no schema"),
    "alternatives": ({"settings": '{"a": {"anyOf": [{"type": "string"}, {"type": "string"}]}}'}, "make no schema"),
    "not for JSON": ({"settings": '{"a": {"default": object()}}'}, "make no schema"),
    "expression": ({"settings": '{"a": {"type": "string", "pattern": "("}}'}, "no regular expression"),
    "reference": ({"settings": '{"a": {"$ref": "#/$defs/nothing"}}'}, "`#/$defs/nothing`"),
    "file": ({"settings": '{"a": {"$ref": "https://x.test/schema"}}'}, "`https://x.test/schema`"),
    "hidden secret": (
        {"settings": '{"a": {"type": "object", "properties": {"b": {"$ref": "#/$defs/secret"}}}}'},
        "reference to a secret inside",
    ),
}
_TARGET: dict[str, tuple[dict[str, str], str]] = {
    "kind of ours": ({"word": '"laravel_env"'}, "`laravel_env` is a word of the published schema"),
    "driver": ({"word": '"smtp"'}, "`smtp` is a word of the published schema"),
    "no place": ({"place": "()"}, "needs a `place`"),
    "place": ({"place": '("folder",)'}, "not among its `settings`"),
    "one place": ({"place": '"path"'}, "not among its `settings`"),
}


@pytest.mark.parametrize(
    ("kind", "case"), [*(("StoreKind", case) for case in _STORE), *(("TargetKind", case) for case in _TARGET)]
)
def test_a_kind_that_cannot_be_used(packages: Path, root: Path, kmconfig: Call, kind: str, case: str) -> None:
    fields, said = (_STORE if kind == "StoreKind" else _TARGET)[case]
    install_kind(packages, kind, work(), **fields)
    _, faults = load_words()
    (fault,) = faults
    assert fault.startswith("plugin `the-kind` of own-pack 0.3: ")
    assert said in fault
    write_environment(root, "{env: P}")
    ran = kmconfig("show", "staging")
    assert (ran.code, ran.out) == (65, "")
    assert "the-kind" in ran.err
    assert "\x1b" not in ran.err


@pytest.mark.parametrize("group", ["stores", "targets"])
@pytest.mark.parametrize(
    ("text", "said"),
    [("KIND = 1\n", "is no {} but `int`"), ("import nothing_of_that_name\n", "cannot be loaded: ModuleNotFoundError")],
)
def test_an_entry_point_that_names_something_else(packages: Path, group: str, text: str, said: str) -> None:
    name = f"wrong_{len(text)}_{group}"
    install(packages, "wrong", {name: text}, {"entry": f"{name}:KIND"}, group=f"kmconfig.{group}")
    (fault,) = load_words()[1]
    assert said.format(group.removesuffix("s")) in fault


def test_two_packages_that_want_the_same_word(packages: Path) -> None:
    install_kind(packages, "StoreKind", work())
    install_kind(packages, "StoreKind", work(), name="second", folder="second_pack", module='"second_pack.work"')
    words, (fault,) = load_words()
    assert [*words.stores] == ["own_store"]
    assert fault.startswith("plugin `the-kind` of second 0.3: the word `own_store` is taken by `the-kind` of own-pack")


@pytest.mark.parametrize(
    "line",
    [
        ("lint",),
        ("plan", "staging"),
        ("apply", "staging"),
        ("test", "staging"),
        ("secrets", "staging"),
        ("drift", "staging"),
        ("history", "staging"),
        ("rollback", "staging"),
        ("render", "staging"),
        ("dns", "staging"),
        ("rules",),
        ("schema",),
        ("init", "--yes"),
        ("report", "--output", "page"),
    ],
)
def test_every_command_that_reads_the_project_ends(packages: Path, root: Path, kmconfig: Call, line: Any) -> None:
    install_kind(packages, "StoreKind", work(), word='"vault"')
    write_environment(root, "{env: P}")
    ran = kmconfig(*line)
    assert (ran.code, ran.out) == (65, ""), ran.err
    assert "`the-kind` of own-pack 0.3" in ran.err


def test_programs_are_told(packages: Path, root: Path) -> None:
    install_kind(packages, "StoreKind", work(), word='"vault"')
    with pytest.raises(ConfigurationError, match="published schema"):
        api.load(root)


@pytest.mark.parametrize("text", ["version: 1\n", "version: 1\nplugins: false\n", "version: 1\nplugins: 'true'\n"])
def test_nobody_looks_for_them_unless_the_project_file_allows_it(example: Path, root: Path, text: str) -> None:
    write_environment(root, "{env: P}")
    write(root, {"kmconfig.yaml": text})
    program = (
        "import sys; from kmconfig.cli.run import run; run(['show', 'staging']); "
        "sys.exit(90 if {'importlib.metadata', 'acme_kmconfig', 'kmconfig.plugins'} & sys.modules.keys() else 0)"
    )
    assert run_python(example, root, "-c", program).returncode == 0


def test_lint_loads_descriptions_only(example: Path, root: Path) -> None:
    write_environment(root, "{env: P}")
    program = (
        "import sys; from kmconfig.cli.run import run; run(['lint']); "
        "sys.exit(90 if {'acme_kmconfig.folder_store', 'kmconfig.targets', 'kmconfig.secrets.store'} & "
        "sys.modules.keys() else 80 if 'acme_kmconfig.kinds' in sys.modules else 0)"
    )
    assert run_python(example, root, "-c", program).returncode == 80


def test_results_and_plans_depend_on_their_code(packages: Path, root: Path) -> None:
    install_kind(packages, "StoreKind", work())
    project = Project(root)
    enable_plugins(project.file)
    identity, key = plugins_identity(), key_of(project)
    assert identity.startswith("own-pack==0.3:the-kind (kmconfig.stores) ")
    (packages / "own_pack/work.py").write_text(work(opens="return None"), encoding="utf-8")  # nobody has loaded it
    assert "own_pack.work" not in sys.modules
    assert plugins_identity() != identity
    assert key_of(project) != key


@pytest.mark.parametrize("processes", [1, 2])
def test_a_fleet_knows_their_words(packages: Path, root: Path, processes: int) -> None:
    install_kind(packages, "StoreKind", work())
    for number in range(5):
        write_environment(root, f"{{own_store: a{number}}}")
        (root / "environments/staging.yaml").rename(root / f"environments/e{number}.yaml")
    seen = in_memory(root)
    assert visible(as_fleet(root, processes=processes)) == visible(seen)
    assert not {found.rule.code for found in seen.findings} & {"KM104", "KM107"}


@pytest.mark.parametrize("module", [kmconfig.plugins, kmconfig.plugins.stores, kmconfig.plugins.targets])
def test_what_packages_import_is_sorted_and_there(module: Any) -> None:
    assert module.__all__ == sorted(module.__all__)
    assert all(hasattr(module, name) for name in module.__all__)
