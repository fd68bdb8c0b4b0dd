"""The repository: its root, its project file, and finding environments by name."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from kmconfig.environment.layers import LayerFolder
from kmconfig.environment.project import Project, find_root
from kmconfig.errors import ConfigurationError
from tests.environment.folders import ENV, SENDER, V, load, places, problems, write

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("mark", ["kmconfig.yaml", "environments/", ".git/", ".git"])
def test_the_root_is_the_nearest_marked_folder(tmp_path: Path, mark: str) -> None:
    (tmp_path / "environments").mkdir()
    repository = tmp_path / "repository"
    deep = repository / "a" / "b"
    deep.mkdir(parents=True)
    place = repository / mark.rstrip("/")
    place.mkdir() if mark.endswith("/") else place.touch()
    assert find_root(deep) == repository
    assert find_root(repository) == repository
    assert find_root(tmp_path) == tmp_path
    assert find_root(repository / "environments") == repository


def test_a_file_called_environments_is_no_mark(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "environments").touch()
    assert find_root(tmp_path / "a") == tmp_path


def test_without_a_mark_the_folder_itself_is_the_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    start = tmp_path / "a"
    start.mkdir()
    monkeypatch.chdir(tmp_path)
    assert find_root(start.relative_to(tmp_path)) == start


def error(project: Project, name: str) -> ConfigurationError:
    with pytest.raises(ConfigurationError) as caught:
        project.environment(name)
    assert caught.value.exit_code == 65
    return caught.value


FILES: dict[str, str | bytes] = {
    "production.yaml": ENV + SENDER + "extends: base.yaml\n",
    "acme/eu.yml": ENV,
    "base.yaml": V,
    "broken.yaml": "a: [",
    "list.yaml": "[a]\n",
    ".hidden.yaml": ENV,
    "folder.yaml/x.yaml": ENV,
}


def test_an_environment_by_its_name(tmp_path: Path) -> None:
    project = Project(write(tmp_path, FILES))
    environment = project.environment("production")
    assert [layer.name for layer in environment.layers] == ["base", "production"]
    assert set(project.layers) == set(environment.layers)
    assert project.environments == {"production": environment}
    assert project.environment("production") is environment
    assert project.environment("acme/eu").name == "acme/eu"
    assert project.environment("folder.yaml/x").name == "folder.yaml/x"
    project.load()
    assert project.environments["production"] is environment


@pytest.mark.parametrize("name", ["broken", "list"])
def test_an_unreadable_file_is_an_incomplete_environment(tmp_path: Path, name: str) -> None:
    environment = Project(write(tmp_path, FILES)).environment(name)
    assert environment.incomplete
    assert environment.tier == "production"
    assert environment.layers[-1].document.problems


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("producton", "did you mean `production`?"),
        ("production.yaml", "did you mean `production`?"),
        ("Production", "did you mean `production`?"),
        ("./production", "did you mean `production`?"),
        ("environments/production", "did you mean `production`?"),
        ("acme//eu", "did you mean `acme/eu`?"),
        ("acme/us", "did you mean `acme/eu`?"),
        ("acme/../production", "production"),
        ("../environments/production", "production"),
        ("/production", "did you mean `production`?"),
        ("ROOT/environments/production", "production"),
        ("xyz", "there are: acme/eu, folder.yaml/x, production"),
        ("", "there are: acme/eu, folder.yaml/x, production"),
        ("..", "there are"),
        (".hidden", "there are"),
        ("folder", "did you mean `folder.yaml/x`?"),
        ("a\0b", "there are"),
        ("x" * 5000, "there are"),
    ],
)
def test_no_such_environment(tmp_path: Path, name: str, remedy: str) -> None:
    name = name.replace("ROOT", str(tmp_path))
    found = error(Project(write(tmp_path, FILES)), name)
    assert found.message == f"there is no environment `{name}`"
    assert remedy in (found.help or "")


def test_a_layer_is_no_environment(tmp_path: Path) -> None:
    found = error(Project(write(tmp_path, FILES)), "base")
    assert "layer" in found.message
    assert "environments/base.yaml" in found.message
    assert "tier" in (found.help or "")


def test_the_first_environment(tmp_path: Path) -> None:
    found = error(Project(tmp_path), "production")
    assert "environments/production.yaml" in (found.help or "")
    assert str(tmp_path) in (found.help or "")


def test_a_name_behind_links_is_no_name(tmp_path: Path) -> None:
    write(tmp_path, {"x/p.yaml": ENV, "../outside.yaml": ENV})
    (tmp_path / "environments" / "y").symlink_to("x")
    (tmp_path / "environments" / "z").symlink_to("..")
    project = Project(tmp_path)
    assert "x/p" in (error(project, "y/p").help or "")
    error(project, "z/outside")


def test_two_files_with_one_name(tmp_path: Path) -> None:
    project = load(tmp_path, {"production.yaml": ENV, "production.yml": V + "owner: me\ntier: staging\n"})
    assert places(project) == [("production.yml:3:7", "KM102")]
    (problem,) = problems(project)
    assert [str(label.span) for label in problem.related] == ["environments/production.yaml:2:7"]
    assert "environments/production.yaml and environments/production.yml" in problem.message
    assert project.environments["production"].tier == "production"
    assert project.names() == ["production"]
    project.load()
    assert len(problems(project)) == 1
    found = error(Project(tmp_path), "production")
    assert "environments/production.yaml and environments/production.yml" in found.message


def test_an_environment_and_a_layer_may_share_a_name(tmp_path: Path) -> None:
    project = load(tmp_path, {"p.yaml": V, "p.yml": ENV + "extends: p.yaml\n"})
    assert problems(project) == []
    assert project.environment("p").file.path == "environments/p.yml"


def test_files_outside_keep_apart(tmp_path: Path) -> None:
    project = load(
        tmp_path,
        {"p.yaml": ENV, "../one/p.yaml": ENV + "extends: base.yaml\n", "../one/base.yaml": V, "../two/p.yaml": ENV},
    )
    for folder in ("one", "two", "one"):
        project.add(LayerFolder(tmp_path, tmp_path / folder), tmp_path / folder / "p.yaml")
    assert list(project.environments)[:3] == ["p", "one/p", "two/p"]
    assert [layer.document.file.path for layer in project.environments["one/p"].layers] == [
        "one/base.yaml",
        "one/p.yaml",
    ]


def test_without_a_project_file_the_defaults_hold(tmp_path: Path) -> None:
    file = Project(tmp_path).file
    assert file.document is None
    assert (file.environments, file.state, file.fail_on, file.rules) == ("environments", ".kmconfig/state", "error", {})
    assert (file.allowed_hosts, file.allowed_commands, file.get("policy")) == (None, None, None)


def test_a_project_file(tmp_path: Path) -> None:
    (tmp_path / "kmconfig.yaml").write_text(
        V + "environments: mail/environments\nstate: /var/lib/kmconfig\nlint: {fail_on: warning, rules: {KM414: off}}\n"
        "policy: {hosts: [smtp.acme.example], commands: [php]}\n"
    )
    write(tmp_path, {"../mail/environments/p.yaml": ENV})
    project = Project(tmp_path)
    assert project.environment("p").file.path == "mail/environments/p.yaml"
    file = project.file
    assert (file.state, file.fail_on, file.rules["KM414"].data) == ("/var/lib/kmconfig", "warning", "off")
    assert (file.allowed_hosts, file.allowed_commands) == (("smtp.acme.example",), ("php",))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "KM106"),
        (b"# nothing\n", "KM106"),
        (b"version: 2\n", "KM109"),
        (b"version: 1\nlnit: {}\n", "KM104"),
        (b"version: 1\nlint: {fail_on: sometimes}\n", "KM107"),
        (b"version: 1\nlint: {fail_on: never}\nlint: {fail_on: note}\n", "KM102"),
        (b"version: 1\nenvironments: 5\n", "KM105"),
        (b"version: 1\nenvironments: /etc\n", "KM107"),
        (b"version: 1\nenvironments: ../x\n", "KM107"),
        (b"version: 1\nenvironments: x/../../y\n", "KM107"),
        (b"version: 1\npromotion_max_age: soon\n", "KM107"),
        (b"version: 1\npromotion_max_age: 0d\n", "KM107"),
        (b"version: 1\npromotion_max_age: 7\n", "KM105"),
        (b"version: 1\ndrift: {ignore: {setting: MAIL_HOST}}\n", "KM105"),
        (b"version: 1\ndrift: {ignore: [MAIL_HOST]}\n", "KM105"),
        (b"version: 1\ndrift: {ignore: [{setting: MAIL_HOST, reason: r}]}\n", "KM106"),
        (b"version: 1\ndrift: {ignore: [{setting: MAIL_HOST, reason: r, until: 2026-03-01, by: x}]}\n", "KM104"),
        (b"version: 1\ndrift: {ignore: [{setting: MAIL_HOST, reason: r, until: soon}]}\n", "KM107"),
        (b"version: 1\ndrift: {ignore: [{setting: MAIL_HOST, reason: r, until: 2026}]}\n", "KM105"),
        (b"version: 1\ndrift: {ignore: [{setting: MAIL_HOST, reason: r, until: 20260301}]}\n", "KM105"),
        (b"version: 1\ndrift: {ignore: [{setting: MAIL_HOST, reason: r, until: 2026-02-31}]}\n", "KM107"),
        (b"version: 1\ndrift: {ignore: [{setting: MAIL_HOST, reason: r, until: 2025-02-29}]}\n", "KM107"),
        (b"version: 1\n<<: {environments: x}\n", "KM103"),
        (b"version: [\n", "KM101"),
        (b"\xff", "KM110"),
    ],
)
def test_a_faulty_project_file_is_told_and_its_defaults_hold(tmp_path: Path, content: bytes, code: str) -> None:
    (tmp_path / "kmconfig.yaml").write_bytes(content)
    file = Project(tmp_path).file
    assert file.document is not None
    assert [problem.code for problem in file.document.problems] == [code]
    assert (file.environments, file.fail_on) == ("environments", "error")


def test_differences_that_are_accepted_for_a_while(tmp_path: Path) -> None:
    entries = """\
    - {setting: MAIL_HOST, reason: moving, until: 2024-02-29}
    - {setting: MAIL_PORT, reason: moving, until: 2026-02-31}
    - {setting: email.smtp.host, environment: staging, reason: moving, until: 2026-03-31}
"""
    (tmp_path / "kmconfig.yaml").write_text(V + f"promotion_max_age: 7d\ndrift:\n  ignore:\n{entries}")
    file = Project(tmp_path).file
    assert file.document is not None
    (problem,) = file.document.problems
    assert (problem.span.line, problem.span.column, problem.span.text) == (6, 51, "2026-02-31")
    assert "no calendar has the day" in problem.message
    assert [(found.setting, found.until) for found in file.drift_ignores] == [
        ("MAIL_HOST", date(2024, 2, 29)),
        ("email.smtp.host", date(2026, 3, 31)),
    ]
    assert file.promotion_max_age == timedelta(days=7)
    (elsewhere,) = [found for found in file.drift_ignores if found.environment is not None]
    assert elsewhere.applies("staging", "email.smtp.host", "MAIL_HOST")
    assert not elsewhere.applies("production", "email.smtp.host", "MAIL_HOST")


def test_what_is_no_project_file(tmp_path: Path) -> None:
    (tmp_path / "kmconfig.yaml").symlink_to("nowhere.yaml")
    document = Project(tmp_path).file.document
    assert document is not None
    assert [problem.code for problem in document.problems] == ["KM110"]


@pytest.mark.parametrize("folder", ["environments", "./environments/", "mail/../environments"])
def test_ways_to_write_the_folder(tmp_path: Path, folder: str) -> None:
    (tmp_path / "kmconfig.yaml").write_text(V + f"environments: {folder}\n")
    (tmp_path / "mail").mkdir()
    project = load(tmp_path, {"p.yaml": ENV})
    assert [layer.document.file.path for layer in project.layers] == ["environments/p.yaml"]
