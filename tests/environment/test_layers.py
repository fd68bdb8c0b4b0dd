"""Which files make an environment, in which order, and what is said where one is missing."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kmconfig.environment.project import Project
from tests.environment.folders import ENV, SENDER, V, load, names, only, places, problems, write

if TYPE_CHECKING:
    from collections.abc import Iterator

FOUR = {"a.yaml": V + "extends: base.yaml\n", "b.yaml": V + "extends: base.yaml\n", "base.yaml": V}


@pytest.mark.parametrize(
    ("files", "order"),
    [
        ({"p.yaml": ENV}, ["p"]),
        ({"p.yaml": ENV + "extends: base.yaml\n", "base.yaml": V}, ["base", "p"]),
        ({"p.yaml": ENV + "extends: [b.yaml, a.yaml]\n", "a.yaml": V, "b.yaml": V}, ["b", "a", "p"]),
        ({"p.yaml": ENV + "extends: b.yml\n", "b.yml": V + "extends: a.yaml\n", "a.yaml": V}, ["a", "b", "p"]),
        # a diamond: the base once, before all that build on it
        ({"p.yaml": ENV + "extends: [a.yaml, b.yaml]\n", **FOUR}, ["base", "a", "b", "p"]),
        ({"p.yaml": ENV + "extends: [b.yaml, a.yaml]\n", **FOUR}, ["base", "b", "a", "p"]),
        ({"p.yaml": ENV + "extends: [a.yaml, base.yaml]\n", **FOUR}, ["base", "a", "p"]),
        ({"p.yaml": ENV + "extends: [base.yaml, a.yaml]\n", **FOUR}, ["base", "a", "p"]),
        # relative to the file that says it
        (
            {"acme/p.yaml": ENV + "extends: [../base.yaml, eu.yaml]\n", "acme/eu.yaml": V, "base.yaml": V},
            ["base", "acme/eu", "acme/p"],
        ),
        ({"p.yaml": ENV + "extends: ./x/../base.yaml\n", "base.yaml": V, "x/y.yaml": V}, ["base", "p"]),
        ({"p.yaml": ENV + "extends: .base.yaml\n", ".base.yaml": V}, [".base", "p"]),
        ({"p.yaml": ENV + "extends: größe.yaml\n", "größe.yaml": V}, ["größe", "p"]),
    ],
)
def test_order(tmp_path: Path, files: dict[str, str | bytes], order: list[str]) -> None:
    project = load(tmp_path, files)
    assert problems(project) == []
    assert [names(env) for env in project.environments.values()] == [order]
    assert not any(layer.incomplete for layer in project.layers)


def test_an_environment_may_build_on_another_whose_tier_stays_its_own(tmp_path: Path) -> None:
    project = load(
        tmp_path,
        {"p.yaml": ENV, "q.yaml": V + "extends: p.yaml\ntier: staging\n", "r.yaml": V + "extends: p.yaml\n"},
    )
    assert {name: env.tier for name, env in project.environments.items()} == {"p": "production", "q": "staging"}
    assert names(project.environments["q"]) == ["p", "q"]


@pytest.mark.parametrize(
    ("extends", "place", "reason"),
    [
        ("nowhere.yaml", "p.yaml:3:10", "no such file"),
        ("[base.yaml, nowhere.yaml]", "p.yaml:3:22", "no such file"),
        ("../outside.yaml", "p.yaml:3:10", "outside"),
        ("../../../../../../../../etc/passwd", "p.yaml:3:10", "outside"),
        ("../environments/../outside.yaml", "p.yaml:3:10", "outside"),
        ("/etc/passwd", "p.yaml:3:10", "absolute"),
        ("ROOT/environments/base.yaml", "p.yaml:3:10", "absolute"),
        ("link.yaml", "p.yaml:3:10", "outside"),
        ("linked/outside.yaml", "p.yaml:3:10", "outside"),
        ("base.txt", "p.yaml:3:10", ".yaml"),
        ("base", "p.yaml:3:10", ".yaml"),
        (".", "p.yaml:3:10", ".yaml"),
        ("..", "p.yaml:3:10", ".yaml"),
        ("folder.yaml", "p.yaml:3:10", "folder"),
        ("base.yaml/x.yaml", "p.yaml:3:10", "no such file"),
        ("x" * 300 + ".yaml", "p.yaml:3:10", "no such file"),
        ("p.yaml", "p.yaml:3:10", "itself: environments/p.yaml → environments/p.yaml"),
        ("self.yaml", "p.yaml:3:10", "itself: environments/p.yaml → environments/self.yaml"),
    ],
)
def test_broken_extends(tmp_path: Path, extends: str, place: str, reason: str) -> None:
    write(tmp_path, {"base.yaml": V, "base.txt": V, "folder.yaml/x.txt": V, "../outside.yaml": V})
    folder = tmp_path / "environments"
    (folder / "link.yaml").symlink_to("../outside.yaml")
    (folder / "linked").symlink_to("..")
    (folder / "self.yaml").symlink_to("p.yaml")
    write(tmp_path, {"p.yaml": ENV + f"extends: {extends.replace('ROOT', str(tmp_path))}\n"})
    project = Project(tmp_path)
    environment = project.environment("p")
    (problem,) = environment.layers[-1].document.problems
    assert (problem.code, str(problem.span)) == ("KM108", f"environments/{place}")
    assert reason in problem.message
    assert problem.help
    assert environment.incomplete
    assert environment.missing() == []


@pytest.mark.parametrize(
    "extends", ["5", "{}", "[5]", "null", "[]", '"a\\0b.yaml"', '"a\\nb.yaml"', "*a", "[a: b]", "!x a.yaml"]
)
def test_an_entry_that_is_no_path_is_told_once(tmp_path: Path, extends: str) -> None:
    project = load(tmp_path, {"p.yaml": ENV + f"extends: {extends}\n", "a.yaml": V})
    assert [problem.code for problem in problems(project)] in (["KM103"], ["KM105"], ["KM107"])
    assert project.environments["p"].incomplete
    assert project.environments["p"].missing() == []


def test_a_cycle_is_told_where_it_closes(tmp_path: Path) -> None:
    project = load(
        tmp_path,
        {
            "a.yaml": V + "extends: b.yaml\n",
            "b.yaml": V + "extends: [nowhere.yaml, d.yaml, c.yaml]\n",
            "c.yaml": V + "extends:\n  - d.yaml\n  - a.yaml\n",
            "d.yaml": V,
            "p.yaml": ENV + "extends: b.yaml\n",
        },
    )
    assert places(project) == [("b.yaml:2:11", "KM108"), ("c.yaml:4:5", "KM108")]
    assert "environments/a.yaml → environments/b.yaml → environments/c.yaml → environments/a.yaml" in next(
        problem.message for problem in problems(project) if "c.yaml" in problem.span.path
    )
    assert project.environments["p"].incomplete


def test_a_cycle_among_layers_alone_is_told_too(tmp_path: Path) -> None:
    project = load(tmp_path, {"a.yaml": V + "extends: b.yaml\n", "b.yaml": V + "extends: a.yaml\n"})
    assert places(project) == [("b.yaml:2:10", "KM108")]
    again = Project(tmp_path)
    again.load(tmp_path / "environments" / name for name in ("b.yaml", "a.yaml", "b.yaml"))
    assert places(again) == [("a.yaml:2:10", "KM108")]


def test_every_environment_on_a_cycle_is_incomplete(tmp_path: Path) -> None:
    project = load(
        tmp_path, {f"{name}.yaml": ENV + f"extends: {below}.yaml\n" for name, below in ("ab", "bc", "ca", "da")}
    )
    assert [name for name, env in project.environments.items() if env.incomplete] == ["a", "b", "c", "d"]
    assert len(problems(project)) == 1


def test_a_cycle_through_links(tmp_path: Path) -> None:
    write(tmp_path, {"a.yaml": V + "extends: x/a.yaml\n"})
    (tmp_path / "environments" / "x").symlink_to(".")
    project = load(tmp_path)
    assert places(project) == [("a.yaml:2:10", "KM108")]


def test_a_file_and_a_link_to_it_count_once(tmp_path: Path) -> None:
    write(tmp_path, {"p.yaml": ENV + "extends: [link.yaml, base.yaml]\n", "base.yaml": V + SENDER})
    (tmp_path / "environments" / "link.yaml").symlink_to("base.yaml")
    assert names(load(tmp_path).environments["p"]) == ["link", "p"]


def test_a_link_to_an_environment_is_an_environment(tmp_path: Path) -> None:
    """As where files are mounted: each is a link into a hidden folder."""
    write(tmp_path, {"..data/production.yaml": ENV + "extends: base.yaml\n", "..data/base.yaml": V})
    for name in ("production", "base"):
        (tmp_path / "environments" / f"{name}.yaml").symlink_to(f"..data/{name}.yaml")
    project = load(tmp_path)
    assert names(project.environments["production"]) == ["base", "production"]
    assert project.environment("production").file.path == "environments/production.yaml"


def test_a_thousand_layers_are_no_recursion(tmp_path: Path) -> None:
    chain: dict[str, str | bytes] = {f"l{number}.yaml": V + f"extends: l{number + 1}.yaml\n" for number in range(1500)}
    environment = only(tmp_path, {**chain, "l1500.yaml": V, "a.yaml": ENV + "extends: l0.yaml\n"})
    assert len(environment.layers) == 1502
    assert not environment.incomplete


def test_many_diamonds_are_no_explosion(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {}
    for number in range(40):
        for side in "ab":
            files[f"{side}{number}.yaml"] = V + f"extends: [a{number + 1}.yaml, b{number + 1}.yaml]\n"
    environment = only(
        tmp_path, {**files, "a40.yaml": V, "b40.yaml": V, "p.yaml": ENV + "extends: [a0.yaml, b0.yaml]\n"}
    )
    assert len(environment.layers) == 83


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\xff", "KM110"),
        (b"a: \0", "KM101"),
        (b"a: [", "KM101"),
        (b"# \xe2\x80\xae", "KM107"),
        (b"[a]", "KM105"),
        (b"5", "KM105"),
        (b"a" * (1 << 21), "KM110"),
    ],
)
def test_a_broken_layer_is_told_once_and_nothing_follows_from_it(tmp_path: Path, content: bytes, code: str) -> None:
    project = load(tmp_path, {"base.yaml": content, "p.yaml": ENV + "extends: base.yaml\n"})
    environment = project.environments["p"]
    assert [(problem.code, problem.span.path) for problem in problems(project)] == [(code, "environments/base.yaml")]
    assert environment.incomplete
    assert environment.missing() == []
    assert "email" not in environment.root.data


def test_names_and_hidden_files(tmp_path: Path) -> None:
    files = [
        "production.yaml",
        "acme/eu.yml",
        "acme/deep/er.yaml",
        "a.b.yaml",
        ".hidden.yaml",
        ".h/x.yaml",
        "x.txt",
        "y.YAML",
        "z.yaml~",
    ]
    project = load(tmp_path, dict.fromkeys(files, ENV))
    assert list(project.environments) == project.names() == ["a.b", "acme/deep/er", "acme/eu", "production"]


def test_deep_folders_and_folders_behind_links(tmp_path: Path) -> None:
    deep = "/".join(["d"] * 100)
    write(tmp_path, {f"{deep}/p.yaml": ENV, "x/q.yaml": ENV})
    folder = tmp_path / "environments"
    (folder / "x" / "loop").symlink_to("..")
    (folder / "again").symlink_to("x")
    (folder / "named.yaml").symlink_to("x")
    project = load(tmp_path)
    assert list(project.environments) == [f"{deep}/p", "x/q"]
    assert places(project) == [("named.yaml:1:1", "KM110")]


def test_what_is_no_file_is_told(tmp_path: Path) -> None:
    write(tmp_path, {"../secret.yaml": "version: 1\npassword: hunter2\n", "p.yaml": ENV})
    folder = tmp_path / "environments"
    os.mkfifo(folder / "pipe.yaml")
    (folder / "dangling.yaml").symlink_to("nowhere.yaml")
    (folder / "loop.yaml").symlink_to("loop.yaml")
    (folder / "outside.yaml").symlink_to("../secret.yaml")
    project = load(tmp_path)
    assert places(project) == [(f"{name}.yaml:1:1", "KM110") for name in ("dangling", "loop", "outside", "pipe")]
    assert not any("hunter2" in layer.document.file.text for layer in project.layers)


@pytest.fixture
def nobody() -> Iterator[None]:
    """Root may list everything, so be somebody else for the test."""
    was = os.geteuid()
    if was == 0:
        os.seteuid(65534)
    yield
    if was == 0:
        os.seteuid(0)


def test_a_folder_that_cannot_be_listed_is_not_passed_over(request: pytest.FixtureRequest) -> None:
    with tempfile.TemporaryDirectory() as folder:  # pytest's own folders are closed to others
        root = write(Path(folder), {"p.yaml": ENV, "closed/q.yaml": ENV})
        root.chmod(0o755)
        (root / "environments" / "closed").chmod(0)
        request.getfixturevalue("nobody")
        project = load_only(root)
        if os.getuid() == 0:
            os.seteuid(0)
        (root / "environments" / "closed").chmod(0o755)
    assert places(project) == [("closed:1:1", "KM110")]
    assert list(project.environments) == ["p"]


def load_only(root: Path) -> Project:
    """Load without writing first."""
    project = Project(root)
    project.load()
    return project


def test_no_folder_no_files(tmp_path: Path) -> None:
    project = load_only(tmp_path)
    assert (project.layers, project.environments, project.names()) == ([], {}, [])
    (tmp_path / "environments").write_text("version: 1\n")
    assert load_only(tmp_path).layers == []


def test_an_overlay_counts_instead_of_the_disk(tmp_path: Path) -> None:
    write(tmp_path, {"p.yaml": ENV + "extends: base.yaml\n", "base.yaml": "broken: [\n"})
    overlay = {"environments/base.yaml": b"version: 1\n", "./environments/q.yaml": ENV.encode(), "README.md": b"#"}
    project = Project(tmp_path, overlay=overlay)
    project.load()
    assert problems(project) == []
    assert list(project.environments) == project.names() == ["p", "q"]
    assert project.environment("q").tier == "production"


def test_the_environments_folder_may_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "environments").symlink_to("real")
    environment = only(tmp_path, {"p.yaml": ENV + "extends: base.yaml\n", "base.yaml": V})
    assert [layer.document.file.path for layer in environment.layers] == [
        "environments/base.yaml",
        "environments/p.yaml",
    ]
