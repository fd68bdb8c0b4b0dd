"""The folder of manifests as a target: what is planned, whose each file is, and what stays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from kmconfig.errors import CouldNotCheck
from kmconfig.targets.goal import Earlier
from tests.deploy.site import everything
from tests.targets.kubernetes.site import CONFIG, KUSTOMIZATION, SECRET, SMTP, Site

if TYPE_CHECKING:
    from pathlib import Path


def edit(site: Site, name: str, before: str, after: str) -> None:
    """What somebody does by hand."""
    path = site.folder / name
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")


def test_planning_writes_nothing(site: Site) -> None:
    before = everything(site.root)
    assert {action for action, _, _ in site.operations().values()} == {"add"}
    site.reader.live()
    site.reader.live_secrets()
    assert everything(site.root) == before
    site.apply()
    before = everything(site.root)
    site.compare()
    assert everything(site.root) == before


def test_a_reader_cannot_write(site: Site) -> None:
    offered = {name for name in dir(site.reader) if not name.startswith("_") and callable(getattr(site.reader, name))}
    assert offered == {"live", "read", "compare", "live_secrets", "earlier_secrets"}


def test_the_first_plan_names_files_and_variables(site: Site) -> None:
    found = site.operations()
    assert found["MAIL_HOST"] == ("add", None, "smtp.sendgrid.net")
    assert found["MAIL_PASSWORD"] == ("add", None, "secret/keymanager/staging/smtp#password")
    assert found[CONFIG] == ("add", None, "a manifest with these keys")
    assert found[KUSTOMIZATION] == ("add", None, f"lists {CONFIG}, {SECRET}")
    assert not any(key.startswith(("ConfigMap", "ExternalSecret")) for key in found)


def test_a_second_apply_writes_nothing(site: Site) -> None:
    site.apply()
    before = everything(site.folder)
    assert site.compare().operations == ()
    site.apply()
    assert {path: state for path, state in everything(site.folder).items() if path.endswith(".yaml")} == {
        path: state for path, state in before.items() if path.endswith(".yaml")
    }


def test_every_checkout_of_a_commit_has_the_same_state(site: Site, tmp_path: Path) -> None:
    site.apply()
    other = Site(tmp_path / "other").configure()
    other.apply()
    assert site.reader.live().base == other.reader.live().base
    edit(other, CONFIG, "smtp.sendgrid.net", "smtp.evil.test")
    assert site.reader.live().base != other.reader.live().base


def test_a_state_that_may_be_made_of_a_secret_is_told_by_the_file(site: Site, tmp_path: Path) -> None:
    other = Site(tmp_path / "other").configure()
    for one in (site, other):
        one.apply()
        edit(one, CONFIG, "\ndata:\n", "\ndata:\n  MAIL_PASSWORD: hunter2\n")
    assert site.reader.live().base != other.reader.live().base


def test_what_was_applied_is_known_again(site: Site) -> None:
    assert site.reader.live().owner is None
    site.apply()
    live = site.reader.live()
    assert live.owner == "staging"
    assert live.facts == site.compare().facts
    assert (live.facts.host, live.facts.encryption) == ("smtp.sendgrid.net", "tls")
    kept = site.compare().kept
    assert kept["MAIL_HOST"].text == "smtp.sendgrid.net"
    assert kept["MAIL_PASSWORD"].text == "secret/keymanager/staging/smtp#password"


@pytest.mark.parametrize(
    ("name", "edited", "key", "operation"),
    [
        (
            CONFIG,
            ("smtp.sendgrid.net", "smtp.evil.test"),
            "MAIL_HOST",
            ("change", "smtp.evil.test", "smtp.sendgrid.net"),
        ),
        (CONFIG, ('"587"', "587"), "MAIL_PORT", ("change", "587 (not a text)", "587")),
        (CONFIG, ("  MAIL_MAILER: smtp\n", ""), "MAIL_MAILER", ("add", None, "smtp")),
        (CONFIG, ("\ndata:\n", "\ndata:\n  MAIL_URL: smtp://u:p@x.test\n"), "MAIL_URL", ("remove", "(set)", None)),
        (CONFIG, ("\ndata:\n", "\ndata:\n  DEBUG: all\n"), "DEBUG", ("remove", "(set)", None)),
        (
            CONFIG,
            ("namespace: keymanager", "namespace: other"),
            "ConfigMap.metadata.namespace",
            ("change", "other", "keymanager"),
        ),
        (SECRET, ("name: vault", "name: x"), "ExternalSecret.spec.secretStoreRef.name", ("change", "x", "vault")),
        (
            SECRET,
            ("keymanager/staging/smtp", "other/path"),
            "MAIL_PASSWORD",
            ("change", "secret/other/path#password", "secret/keymanager/staging/smtp#password"),
        ),
        (
            SECRET,
            ('decodingStrategy: "None"', "decodingStrategy: Base64"),
            "ExternalSecret.spec.data.MAIL_PASSWORD.decodingStrategy",
            ("remove", "(set)", None),
        ),
        (SECRET, ("spec:\n", "spec:\n  dataFrom: none\n"), "ExternalSecret.spec.dataFrom", ("remove", "(set)", None)),
    ],
)
def test_a_change_by_hand_is_drift(
    site: Site, name: str, edited: tuple[str, str], key: str, operation: tuple[str, str | None, str | None]
) -> None:
    site.apply()
    applied = site.files()
    edit(site, name, *edited)
    assert site.operations() == {key: operation}
    site.apply()
    assert site.files() == applied


@pytest.mark.parametrize(
    ("name", "added", "key"),
    [
        (
            CONFIG,
            "---\nkind: Secret\nstringData: {P: hunter2hunter2}\n",
            "ConfigMap: the file holds more than one document",
        ),
        (CONFIG, "  MAIL_HOST: smtp.evil.test\n", "ConfigMap: `data.MAIL_HOST` is set twice"),
        (CONFIG, "  <<: {MAIL_HOST: smtp.evil.test}\n", "ConfigMap: merge keys are not supported"),
        (SECRET, "---\nkind: Job\n", "ExternalSecret: the file holds more than one document"),
    ],
)
def test_what_stands_beside_a_manifest_is_drift_and_goes(site: Site, name: str, added: str, key: str) -> None:
    site.apply()
    applied, base = site.files(), site.reader.live().base
    path = site.folder / name
    path.write_bytes(path.read_bytes() + added.encode())
    assert site.operations() == {key: ("remove", "(set)", None)}
    assert "hunter2" not in repr(site.compare())
    assert site.reader.live().base != base
    site.apply()
    assert site.files() == applied


def test_a_run_remembers_its_files(site: Site) -> None:
    kept = site.compare().kept
    for name, text in ((CONFIG, "a manifest with these keys"), (KUSTOMIZATION, f"lists {CONFIG}, {SECRET}")):
        assert kept[name].text == text
    site.apply()
    (site.folder / CONFIG).unlink()
    assert site.operations()[CONFIG] == ("add", None, kept[CONFIG].text)


def test_what_is_left_of_an_earlier_name_is_told(site: Site) -> None:
    site.apply()
    site.configure(name="other")
    notes = [note for note in site.compare().notes if "earlier `name`" in note]
    assert [CONFIG in notes[0], SECRET in notes[1], len(notes)] == [True, True, 2]
    (site.folder / CONFIG).unlink()
    (site.folder / SECRET).unlink()
    assert not any("earlier `name`" in note for note in site.compare().notes)


def test_manifests_of_another_environment_are_not_left_over(site: Site) -> None:
    site.apply()
    for name in (CONFIG, SECRET):
        edit(site, name, "kmconfig/environment: staging", "kmconfig/environment: production")
    site.configure(name="other")
    assert not any("earlier `name`" in note for note in site.compare().notes)


def test_only_a_changed_checksum_is_drift_too(site: Site) -> None:
    site.apply()
    edit(site, CONFIG, "checksum/config: ", "checksum/config: x")
    ((key, (action, _, _)),) = site.operations().items()
    assert (key, action) == ("ConfigMap.metadata.annotations.checksum/config", "change")


def test_a_comment_or_another_layout_is_no_drift(site: Site) -> None:
    site.apply()
    edit(site, CONFIG, "\ndata:\n", "\n# reviewed\ndata:\n")
    assert site.compare().operations == ()


def test_a_secret_that_somebody_put_into_a_manifest_is_not_shown(site: Site) -> None:
    site.apply()
    edit(site, CONFIG, "\ndata:\n", '\ndata:\n  MAIL_PASSWORD: "correct horse battery"\n')
    comparison = site.compare()
    assert "correct horse" not in repr(comparison)
    assert [op.key for op in comparison.operations] == ["MAIL_PASSWORD"]
    (secret,) = site.reader.live_secrets()
    assert "correct horse battery" in secret.reveal()
    site.apply()
    assert b"correct horse" not in b"".join(site.files().values())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: keymanager-mail}\n",
        "metadata: {labels: [kmconfig]}\n",
        "--- {}\n--- {}\n",
        "a: &a [*a]\n",
        "\x00",
    ],
)
@pytest.mark.parametrize("name", [CONFIG, SECRET])
def test_a_manifest_of_somebody_else_is_not_touched(site: Site, name: str, text: str) -> None:
    site.folder.mkdir(parents=True)
    (site.folder / name).write_text(text, encoding="utf-8")
    with pytest.raises(CouldNotCheck, match="no manifest that kmconfig wrote"):
        site.compare()
    with pytest.raises(CouldNotCheck):
        site.reader.live()
    assert site.files() == {name: text.encode()}


def test_files_of_others_stay(site: Site) -> None:
    site.folder.mkdir(parents=True)
    (site.folder / "deployment.yaml").write_text("kind: Deployment\n", encoding="utf-8")
    site.apply()
    assert site.files()["deployment.yaml"] == b"kind: Deployment\n"


@pytest.mark.parametrize("name", [KUSTOMIZATION, "kustomization.yml", "Kustomization"])
@pytest.mark.parametrize(
    ("resources", "missing"),
    [
        ("[deployment.yaml]", f"`- {CONFIG}`; `- {SECRET}`"),
        (f"[./{CONFIG}]", f"`- {SECRET}`"),
        (f"[{CONFIG}, {SECRET}]", None),
        ("{}", f"`- {CONFIG}`; `- {SECRET}`"),
        ("[", f"`- {CONFIG}`; `- {SECRET}`"),
    ],
)
def test_a_kustomization_of_somebody_else_is_left_alone(
    site: Site, name: str, resources: str, missing: str | None
) -> None:
    site.folder.mkdir(parents=True)
    text = f"resources: {resources}\n".encode()
    (site.folder / name).write_bytes(text)
    told = [note for note in site.compare().notes if "kustomization" in note]
    assert [note.partition(": ")[2] for note in told] == ([] if missing is None else [missing])
    site.apply()
    assert set(site.files()) == {CONFIG, SECRET, name}
    assert site.files()[name] == text


def test_a_kustomization_that_somebody_goes_on_with_is_theirs(site: Site) -> None:
    snapshot = site.apply()
    edit(site, KUSTOMIZATION, "resources:\n", "resources:\n- deployment.yaml\n")
    theirs = site.files()[KUSTOMIZATION]
    assert site.compare().operations == ()
    site.apply(Earlier(run="20261122T100000Z-abcdef", snapshot=snapshot, keys=frozenset()))
    assert site.files() == {KUSTOMIZATION: theirs}


def test_an_external_secret_goes_when_it_is_no_longer_wanted(site: Site) -> None:
    site.apply()
    site.configure(secrets="secret_ref")
    found = site.operations()
    assert found[SECRET] == ("remove", "a manifest with these keys", None)
    assert found["MAIL_PASSWORD"] == (
        "change",
        "secret/keymanager/staging/smtp#password",
        "the Secret keymanager-mail",
    )
    assert found[KUSTOMIZATION] == ("change", f"lists {CONFIG}, {SECRET}", f"lists {CONFIG}")
    site.apply()
    assert set(site.files()) == {CONFIG, KUSTOMIZATION}
    site.configure().apply()
    assert set(site.files()) == {CONFIG, KUSTOMIZATION, SECRET}


def test_a_user_name_that_becomes_a_secret_moves(site: Site) -> None:
    site.apply()
    site.configure({"smtp": {**SMTP["smtp"], "username": {"vault": "km/smtp#user"}}})
    assert site.operations() == {"MAIL_USERNAME": ("change", "apikey", "secret/km/smtp#user")}
    site.apply()
    assert "MAIL_USERNAME" not in site.manifest(CONFIG)["data"]


OTHERS: list[dict[str, Any]] = [
    {"smtp": {"host": "smtp.acme.example", "port": 25, "encryption": "none"}},
    {"driver": "ses", "ses": {"region": "eu-west-1"}},
]


def test_no_login_is_no_secret(site: Site) -> None:
    site.configure(OTHERS[0]).apply()
    assert site.manifest(CONFIG)["data"]["MAIL_PASSWORD"] == "null"
    assert site.reader.live_secrets() == ()
    site.configure()
    found = site.operations()
    assert found["MAIL_PASSWORD"] == ("change", "null", "secret/keymanager/staging/smtp#password")


@pytest.mark.parametrize("email", OTHERS)
def test_what_was_before_a_run_comes_back_byte_for_byte(site: Site, email: dict[str, Any]) -> None:
    site.apply()
    before = site.files()
    snapshot = site.configure(email).apply()
    earlier = Earlier(run="20261122T100000Z-abcdef", snapshot=snapshot, keys=frozenset(site.compare().keys))
    comparison = site.compare(earlier)
    assert comparison.facts.host == "smtp.sendgrid.net"
    assert comparison.operations
    site.apply(earlier)
    assert site.files() == before


def test_before_the_first_run_there_was_nothing(site: Site) -> None:
    snapshot = site.apply()
    assert snapshot is None
    earlier = Earlier(run="20261122T100000Z-abcdef", snapshot=snapshot, keys=frozenset(site.compare().keys))
    assert {action for action, _, _ in site.operations(earlier).values()} == {"remove"}
    site.apply(earlier)
    assert site.files() == {}


def test_a_plan_says_what_it_takes_to_arrive_in_the_cluster(site: Site) -> None:
    notes = "\n".join(site.compare().notes)
    assert "commit and push" in notes
    assert "SecretStore `vault`" in notes
    assert any("git refuses the push" in limit for limit in site.reader.capabilities.limits())
