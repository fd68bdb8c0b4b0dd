"""Stores of packages: what they are asked, what they are opened with, and what becomes of answers that are none."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from kmconfig.environment.project import Project
from kmconfig.environment.reference import SecretRef
from kmconfig.environment.stores import stores_of
from kmconfig.errors import ConfigurationError
from kmconfig.secrets.child_environment import scrubbed_environment
from kmconfig.secrets.masker import Masker
from kmconfig.secrets.stores import Place, Stores
from tests.plugins.making import install_kind, work, write_environment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kmconfig.secrets.store import SecretProblem
    from tests.cli.running import Call

CANARY = "cAnArY-5f3a91"
TOKEN = '{"token": {"$ref": "#/$defs/optional_secret"}, "place": {"$ref": "#/$defs/text"}}'


class Run:
    """Asks the store of an environment."""

    opened: ClassVar[list[Stores]] = []

    def __init__(self, root: Path, **environ: str) -> None:
        self.environment = Project(root).environment("staging")
        self.masker = Masker()
        self.place = Place("staging", stores_of(self.environment))
        self.stores = Stores(
            root=root, environ=environ, masker=self.masker, allowed_hosts=("a.example", "vault.acme.test")
        )
        self.opened.append(self.stores)

    def problem(self, name: str = "a") -> SecretProblem:
        resolved = self.stores.resolve([SecretRef("own_store", name)], place=self.place)
        assert dict(resolved.secrets) == {}
        (problem,) = resolved.problems
        return problem

    def value(self, name: str = "a") -> str:
        ref = SecretRef("own_store", name)
        resolved = self.stores.resolve([ref], place=self.place)
        assert resolved.problems == ()
        return resolved.secrets[ref].reveal()


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    """Open stores hold the loggers of all libraries."""
    yield
    while Run.opened:
        Run.opened.pop().close()


def asked() -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = sys.modules["own_pack.work"].Own.asked
    return found


def test_all_are_asked_at_once_and_masked(packages: Path, root: Path) -> None:
    install_kind(packages, "StoreKind", work())
    write_environment(root)
    run = Run(root)
    refs = [SecretRef("own_store", name, max_age=age) for name, age in (("a", None), ("b", "90d"), ("a", "90d"))]
    resolved = run.stores.resolve(refs, place=run.place)
    assert [resolved.secrets[ref].reveal() for ref in refs] == ["value of a", "value of b", "value of a"]
    assert asked() == [("own_store:a", "own_store:b")]
    assert "value of" not in run.masker.mask("it is value of b")
    (login,) = run.stores.logins(run.place)
    assert (login.source, login.identity) == ("own_store", "somebody")


def test_what_it_is_opened_with(packages: Path, root: Path) -> None:
    resolve = (
        "o = self.opening; assert 'the token' not in repr(o); o.register(Secret('a session', reference='session'))\n"
        "        text = '|'.join((o.settings['place'], o.tier, o.environ['X'], o.allowed_hosts[0], o.secret('token')."
        "reveal(), str(o.secret('place')), o.root.name))\n"
        "        return {ref: accept(ref, text) for ref in refs}"
    )
    install_kind(packages, "StoreKind", work(resolve=resolve), settings=TOKEN)
    write_environment(root, more="stores: {own_store: {place: here, token: {env: T}}}\n")
    run = Run(root, X="x", T="the token")
    assert run.value() == "here|staging|x|a.example|the token|None|repository"
    assert run.masker.mask("a session, the token") == run.masker.mask(run.masker.mask("a session, the token"))
    assert "session" not in run.masker.mask("a session")
    assert "token" not in run.masker.mask("the token")
    assert scrubbed_environment({"T": "1", "U": "2"}, (), stores=run.place.stores) == {"U": "2"}


def test_a_reference_in_its_block_is_a_secret_like_others(packages: Path, root: Path, kmconfig: Call) -> None:
    install_kind(packages, "StoreKind", work(), settings=TOKEN)
    write_environment(root, more="stores: {own_store: {token: {env: T}}}\n")
    listed = kmconfig("secrets", "staging", "--format", "json").result["references"]
    assert {found["setting"]: found["status"] for found in listed} == {
        "email.smtp.password": "unknown",
        "stores.own_store.token": "missing",
    }
    write_environment(root, more="stores: {own_store: {token: in plain text}}\n")
    ran = kmconfig("lint", "--format", "json")
    assert "KM301" in {found["code"] for found in ran.document["findings"]}
    assert "in plain text" not in ran.out + ran.err


def test_a_later_layer_replaces_such_a_reference_whole(packages: Path, root: Path) -> None:
    install_kind(packages, "StoreKind", work(), settings=TOKEN)
    write_environment(root, more="extends: base.yaml\nstores: {own_store: {token: {env: T}}}\n")
    (root / "environments/base.yaml").write_text("version: 1\nstores: {own_store: {token: {file: /t}}}\n")
    (block,) = Run(root).place.stores.packages
    assert block.references == (("token", SecretRef("env", "T")),)


@pytest.mark.parametrize("token", ["{own_store: b}", "{vault: 'a/b#c'}"])
def test_what_it_is_opened_with_cannot_lie_in_it(packages: Path, root: Path, token: str) -> None:
    reads = "self.opening.secret('token'); return {}"
    install_kind(packages, "StoreKind", work(resolve=reads), settings=TOKEN)
    vault = "vault: {address: https://vault.acme.test, auth: {token: {token: {own_store: v}}}}"
    write_environment(root, more=f"stores: {{own_store: {{token: {token}}}, {vault}}}\n")
    assert "cannot lie in `own_store`" in Run(root).problem().message


def test_a_login_that_is_not_there(packages: Path, root: Path) -> None:
    reads = "return {ref: accept(ref, self.opening.secret('token').reveal()) for ref in refs}"
    install_kind(packages, "StoreKind", work(resolve=reads), settings=TOKEN)
    write_environment(root, more="stores: {own_store: {token: {env: T}}}\n")
    problem = Run(root).problem()
    assert problem.kind == "unreachable"
    assert problem.message.startswith("`own_store:a` cannot be read: ")
    assert "the variable `T` is not set" in problem.message


_WRONG: dict[str, dict[str, str]] = {
    "raises": {"resolve": f"raise ValueError('{CANARY}')"},
    "ends": {"resolve": f"raise SystemExit('{CANARY}')"},
    "nothing": {"resolve": "return None"},
    "forgets": {"resolve": "return {}"},
    "a text": {"resolve": f"return {{ref: '{CANARY}' for ref in refs}}"},
    "a name of its own": {"resolve": f"return {{ref: Secret('{CANARY}', reference='{CANARY}') for ref in refs}}"},
    "a problem of no kind": {
        "resolve": f"return {{ref: SecretProblem(ref=ref, kind='{CANARY}', message='') for ref in refs}}"
    },
    "cannot be opened": {"opens": f"raise OSError('{CANARY}')"},
}


@pytest.mark.parametrize("case", _WRONG)
def test_answers_that_are_none(packages: Path, root: Path, kmconfig: Call, case: str) -> None:
    install_kind(packages, "StoreKind", work(**_WRONG[case]))
    write_environment(root)
    problem = Run(root).problem()
    assert (problem.kind, problem.ref) == ("unreachable", SecretRef("own_store", "a"))
    assert "`the-kind` of own-pack 0.3" in problem.message
    assert CANARY not in repr(problem)
    ran = kmconfig("test", "staging", "-vvv")
    assert ran.code == 5
    assert CANARY not in ran.out + ran.err


@pytest.mark.parametrize(("more", "remedy"), [("", None), (", help='wait'", "wait")])
def test_a_store_may_say_itself_that_it_gives_no_answers(
    packages: Path, root: Path, more: str, remedy: str | None
) -> None:
    install_kind(packages, "StoreKind", work(resolve=f"raise StoreUnreachable('it is asleep'{more})"))
    write_environment(root)
    problem = Run(root).problem()
    assert (problem.message, problem.help) == ("`own_store:a` cannot be read: it is asleep", remedy)


def test_one_wrong_answer_spoils_no_other(packages: Path, root: Path) -> None:
    install_kind(packages, "StoreKind", work(resolve="return {refs[0]: accept(refs[0], 'sound'), refs[1]: 1}"))
    write_environment(root)
    run = Run(root)
    refs = [SecretRef("own_store", "a"), SecretRef("own_store", "b")]
    resolved = run.stores.resolve(refs, place=run.place)
    assert ([*resolved.secrets], [problem.ref for problem in resolved.problems]) == (refs[:1], refs[1:])


@pytest.mark.parametrize(
    "describe",
    [
        "raise ValueError",
        "return {ref: Description(ref=ref, version=3) for ref in refs}",
        "from datetime import date\n        return {r: Description(ref=r, created=date(2026, 1, 1)) for r in refs}",
        "import datetime as d\n        return {r: Description(ref=r, created=d.datetime(2026, 1, 1)) for r in refs}",
    ],
)
def test_descriptions_that_are_none(packages: Path, root: Path, kmconfig: Call, describe: str) -> None:
    install_kind(packages, "StoreKind", work(describe=describe))
    write_environment(root)
    ran = kmconfig("secrets", "staging", "--format", "json")
    assert (ran.code, ran.result["references"][0]["status"]) == (5, "error")


def test_what_fails_beside_its_answers_is_no_matter(packages: Path, root: Path) -> None:
    install_kind(packages, "StoreKind", work(identity="raise ValueError", close="raise SystemExit"))
    write_environment(root)
    with Run(root).stores as stores:
        place = Place("staging")
        ref = SecretRef("own_store", "a")
        assert stores.resolve([ref], place=place).secrets[ref].reveal() == "value of a"
        assert stores.logins() == ()


def test_environments_with_other_blocks_have_stores_of_their_own(packages: Path, root: Path) -> None:
    text = work(resolve="return {ref: accept(ref, self.opening.settings['place']) for ref in refs}")
    install_kind(packages, "StoreKind", text, settings=TOKEN)
    write_environment(root, more="stores: {own_store: {place: here}}\n")
    here = Run(root)
    write_environment(root, more="stores: {own_store: {place: there}}\n")
    there = Run(root)
    ref = SecretRef("own_store", "a")
    found = [here.stores.resolve([ref], place=run.place).secrets[ref].reveal() for run in (here, there, here)]
    assert found == ["here", "there", "here"]


_UNUSABLE: dict[str, tuple[dict[str, Any], str]] = {
    "no module": ({"text": None}, "cannot be loaded: ModuleNotFoundError"),
    "no function": ({"text": "x = 1\n"}, "has no function `open_store`"),
    "raises": ({"text": f"raise ValueError('{CANARY}')\n"}, "cannot be loaded: ValueError"),
    "no store": ({"text": "def open_store(opening): return 1\n"}, "is no store but `int`"),
}


@pytest.mark.parametrize("case", _UNUSABLE)
def test_a_module_that_cannot_be_used_ends_the_command(packages: Path, root: Path, kmconfig: Call, case: str) -> None:
    made, said = _UNUSABLE[case]
    install_kind(packages, "StoreKind", **made)
    write_environment(root)
    with pytest.raises(ConfigurationError, match=r"`the-kind` of own-pack 0\.3"):
        Run(root).problem()
    ran = kmconfig("test", "staging")
    assert (ran.code, ran.out) == (65, "")
    assert said in ran.err
    assert CANARY not in ran.err
