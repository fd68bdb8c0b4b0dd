"""Where findings stand, how severe they are, and which of several faults is reported."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.lint.clean import found_marks, run_lint, write_environment

if TYPE_CHECKING:
    from pathlib import Path

    from kmconfig.lint.finding import Located
    from kmconfig.source.problem import Fix

_RELAY = "host: relay.acme.example, username: null, password: null"


def _codes(root: Path) -> set[str]:
    return {code for _, _, code in found_marks(run_lint(root))}


def _only(root: Path, code: str) -> Located:
    (found,) = [found for found in run_lint(root).findings if found.rule.code == code]
    return found


@pytest.mark.parametrize(
    ("smtp", "codes"),
    [
        ("encryption: none", {"KM306"}),
        ("port: 465, encryption: none", {"KM306"}),
        (f"{_RELAY}, encryption: none", {"KM202"}),
        (f"{_RELAY}, encryption: none, port: 25", {"KM202", "KM203"}),
        (f"{_RELAY}, encryption: none, port: 465", {"KM202"}),
        ("port: 2587", {"KM206"}),
        ("port: 2587, encryption: ssl", {"KM206"}),
        ("port: 26", {"KM206"}),
        ("port: 25, encryption: ssl", {"KM206"}),
        ("host: smtp.gmail.com, port: 25, username: licensing@acme.example", {"KM206"}),
        ("port: 25", {"KM203"}),
        ("port: 465", {"KM201"}),
        ("encryption: ssl", {"KM201"}),
        ("port: 2525, encryption: ssl", {"KM201"}),
        ("port: 2525", {"KM204"}),
        (f"{_RELAY}, port: 2525, encryption: ssl", {"KM201"}),
        (f"{_RELAY}, port: 2465", {"KM201"}),
        (f"{_RELAY}, port: 26", {"KM205"}),
        ("host: mail.sendgrid.net", {"KM208"}),
        ("host: api.sendgrid.net", {"KM209"}),
        ("username: null", {"KM303"}),
        ("username: null, password: null", {"KM303"}),
        ("host: relay.acme.example, username: null", {"KM304"}),
        ("host: smtp-relay.gmail.com, username: null", {"KM304"}),
    ],
)
def test_one_fault_is_one_finding(tmp_path: Path, smtp: str, codes: set[str]) -> None:
    write_environment(tmp_path, f"email:\n  smtp: {{{smtp}}}\n")
    assert _codes(tmp_path) == codes


@pytest.mark.parametrize(
    ("sender", "codes"),
    [
        ("email: your-email@gmail.com", {"KM408"}),
        ("email: acme@gmail.com", {"KM407"}),
        ("email: acme@yopmail.com", {"KM407"}),
        ("name: ACME LICENSES", {"KM401"}),
        ("name: Noreply", {"KM402"}),
        ("name: You have WON", {"KM403"}),
        ("name: Widgets", {"KM405"}),
        ("name: ACME!!", {"KM401", "KM403"}),
    ],
)
def test_one_fault_of_the_sender_is_one_finding(tmp_path: Path, sender: str, codes: set[str]) -> None:
    write_environment(tmp_path, f"email:\n  sender: {{{sender}}}\n")
    assert _codes(tmp_path) == codes


@pytest.mark.parametrize(
    ("text", "severities"),
    [
        ("email: {smtp: {port: 25}}", {"production": "error", "staging": "warning", "development": "note"}),
        ("email: {smtp: {port: 2525}}", {"production": "note", "staging": "note", "development": None}),
        ("email: {smtp: {encryption: none}}", {"production": "error", "staging": "error", "development": "warning"}),
        ("email: {sender: {email: a@gmail.com}}", {"production": "error", "staging": "warning", "development": "note"}),
        ("email: {test: null}", {"production": "warning", "staging": "warning", "development": None}),
    ],
)
@pytest.mark.parametrize("tier", ["production", "staging", "development"])
def test_severity_follows_the_tier(tmp_path: Path, text: str, severities: dict[str, str | None], tier: str) -> None:
    write_environment(tmp_path, f"{text}\n", name=tier, tier=tier)
    expected = severities[tier]
    assert [found.severity for found in run_lint(tmp_path).findings] == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("text", "code", "position", "setting"),
    [
        ("email:\n  smtp:\n    port: 25\n", "KM203", (6, 11), "email.smtp.port"),
        ("email:\n  smtp: {encryption: ssl}\n", "KM201", (5, 22), "email.smtp.encryption"),
        ("email:\n  smtp:\n    password: null\n", "KM303", (5, 3), "email.smtp.password"),
        ("email:\n  test: null\n", "KM413", (4, 1), "email.test.recipients"),
        ("description: AKIA" + "IOSFODNN7EXAMPLE\n", "KM302", (4, 14), "description"),
        ("description: |\n  one\n  AKIA" + "IOSFODNN7EXAMPLE\n", "KM302", (6, 3), ""),
        ("owner: x # AKIA" + "IOSFODNN7EXAMPLE\n", "KM302", (4, 12), ""),
        ('description: "AKI\\x41' + 'IOSFODNN7EXAMPLE"\n', "KM302", (4, 14), ""),
        ("AKIA" + "IOSFODNN7EXAMPLE: 1\n", "KM302", (4, 1), ""),
    ],
)
def test_where_findings_stand(tmp_path: Path, text: str, code: str, position: tuple[int, int], setting: str) -> None:
    path = write_environment(tmp_path, text)
    found = _only(tmp_path, code)
    assert found.place.span.path == path
    assert (found.place.span.line, found.place.span.column) == position
    assert found.setting == setting


def test_the_other_value_is_a_label_in_its_own_file(tmp_path: Path) -> None:
    path = write_environment(tmp_path, "email: {smtp: {encryption: ssl}}\n")
    found = _only(tmp_path, "KM201")
    assert found.place.span.path == path
    assert [place.span.path for place in found.related] == ["environments/clean-production.yaml"]


def _apply(root: Path, fix: Fix | None) -> None:
    assert fix is not None
    for edit in fix.edits:
        location = root / edit.span.path
        text = location.read_text(encoding="utf-8")
        location.write_text(text[: edit.span.start] + edit.text + text[edit.span.end :], encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "code", "safe"),
    [
        ("email:\n  smtp:\n    port: 465\n    encryption: 'tls'  # kept\n", "KM201", False),
        ("email:\n  smtp:\n    host: smtp.sendgird.net  # kept\n", "KM208", False),
        ('email:\n  smtp:\n    username: "someone"  # kept\n', "KM305", True),
        ("email: {smtp: {port: 587}}  # kmconfig: ignore[KM203] nothing to hide\n", "KM001", True),
    ],
)
def test_fixes_clear_their_finding_and_keep_comments(tmp_path: Path, text: str, code: str, *, safe: bool) -> None:
    path = write_environment(tmp_path, text)
    found = _only(tmp_path, code)
    assert found.fix is not None
    assert found.fix.safe is safe
    _apply(tmp_path, found.fix)
    assert _codes(tmp_path) == set()
    assert ("# kept" in (tmp_path / path).read_text(encoding="utf-8")) == ("# kept" in text)


def test_an_inherited_sender_name_stands_on_the_sender_and_shows_its_origin(tmp_path: Path) -> None:
    path = write_environment(tmp_path, "application: {name: ACME LICENSES}\nemail:\n  sender: {name: null}\n")
    found = _only(tmp_path, "KM401")
    assert (found.place.span.path, found.place.span.line) == (path, 6)
    assert [place.span.line for place in found.related] == [4]


def test_two_letters_off_is_a_warning(tmp_path: Path) -> None:
    write_environment(tmp_path, "email: {smtp: {host: smpt.sendgird.net}}\n")
    assert _only(tmp_path, "KM208").severity == "warning"


def test_two_letters_off_in_the_senders_own_domain_is_nobodys_misspelling(tmp_path: Path) -> None:
    text = "email: {smtp: {host: smtp.small.com}, sender: {email: licensing@small.com}}\n"
    write_environment(tmp_path, f"application: {{url: https://small.com}}\n{text}")
    assert _codes(tmp_path) == set()


def test_nothing_is_concluded_from_a_value_that_was_refused(tmp_path: Path) -> None:
    text = "email:\n  smtp:\n    host: 'not a host'\n    port: many\n    username: null\n    password: plain\n"
    write_environment(tmp_path, text)
    assert _codes(tmp_path) == {"KM107", "KM105", "KM301"}


def test_a_refused_recipient_is_not_also_missing(tmp_path: Path) -> None:
    write_environment(tmp_path, "email: {test: {recipients: [nobody]}}\n")
    assert _codes(tmp_path) == {"KM107"}


def test_secrets_are_found_in_layers_of_no_environment_and_in_the_project_file(tmp_path: Path) -> None:
    key = "AKIA" + "IOSFODNN7EXAMPLE"
    folder = tmp_path / "environments"
    folder.mkdir()
    (folder / "unused.yaml").write_text(f"version: 1\n# {key}\n", encoding="utf-8")
    (folder / "broken.yaml").write_text(f"version: [1\n# {key}\n", encoding="utf-8")
    (tmp_path / "kmconfig.yaml").write_text(f"version: 1\n# {key}\n", encoding="utf-8")
    found = {(path, line) for path, line, code in found_marks(run_lint(tmp_path)) if code == "KM302"}
    assert found == {("environments/unused.yaml", 2), ("environments/broken.yaml", 2), ("kmconfig.yaml", 2)}


@pytest.mark.parametrize(
    "text",
    [
        "# {}\n",
        "description: {}\n",
        'description: "\\u0041KIA{rest}"\n',
        "email: {{smtp: {{password: '{}'}}}}\n",
    ],
)
def test_a_secret_is_masked_and_in_no_message(tmp_path: Path, text: str) -> None:
    key = "AKIA" + "IOSFODNN7EXAMPLE"
    path = write_environment(tmp_path, text.format(key, rest=key[4:]))
    outcome = run_lint(tmp_path)
    located = [found for found in outcome.findings if found.rule.code in ("KM301", "KM302")]
    assert len(located) == 1
    file = located[0].place.span.file
    assert file.path == path
    covered = "".join(file.text[start:end] for start, end in file.sensitive)
    assert key[4:] in covered
    for found in outcome.findings:
        for words in (found.message, found.help, found.fingerprint, *(place.text for place in found.related)):
            assert key[4:] not in words


@pytest.mark.parametrize(
    "text",
    [
        "email: {{sender: {{name: {}}}}}\n",
        "email: {{reply_to: {}}}\n",
        "email: {{driver: {}}}\n",
        "email: {{smtp: {{{}: 1}}}}\n",
        "extends: {}\n",
        "owner: x # kmconfig: ignore[{}] reason\n",
        "owner: x # kmconfig: ignore[KM203] reason until={}\n",
    ],
)
def test_no_other_finding_repeats_a_leaked_secret(tmp_path: Path, text: str) -> None:
    key = "AKIA" + "IOSFODNN7EXAMPLE"
    folder = tmp_path / "environments"
    folder.mkdir()
    (folder / "production.yaml").write_text(f"version: 1\ntier: production\n{text.format(key)}", encoding="utf-8")
    outcome = run_lint(tmp_path)
    assert "KM302" in {found.rule.code for found in outcome.findings}
    assert outcome.crashes == []
    for found in outcome.findings:
        words = (found.message, found.help, found.setting, *(place.text for place in found.related))
        assert key not in " ".join(words)


def test_plaintext_goes_before_leaked_on_the_same_value(tmp_path: Path) -> None:
    write_environment(tmp_path, "email: {smtp: {password: 'AKIA" + "IOSFODNN7EXAMPLE'}}\n")
    assert _codes(tmp_path) == {"KM301"}


def test_an_access_key_id_is_a_user_name_for_ses_only(tmp_path: Path) -> None:
    key = "AKIA" + "IOSFODNN7EXAMPLE"
    write_environment(tmp_path, f"email: {{smtp: {{host: smtp.sendgrid.net, username: {key}}}}}\n")
    assert _codes(tmp_path) == {"KM302"}
    write_environment(tmp_path, f"email: {{smtp: {{host: mail.acme.example, username: {key}}}}}\n")
    assert _codes(tmp_path) == {"KM302"}
    write_environment(tmp_path, f"email: {{smtp: {{host: email-smtp.eu-west-1.amazonaws.com, username: {key}}}}}\n")
    assert _codes(tmp_path) == set()


def test_linting_twice_marks_a_secret_once(tmp_path: Path) -> None:
    from kmconfig.environment.project import Project  # noqa: PLC0415
    from kmconfig.lint.engine import lint  # noqa: PLC0415
    from tests.lint.clean import TODAY  # noqa: PLC0415

    write_environment(tmp_path, "# AKIA" + "IOSFODNN7EXAMPLE\n")
    project = Project(tmp_path)
    project.load()
    first, second = lint(project, today=TODAY), lint(project, today=TODAY)
    assert [found.fingerprint for found in first.findings] == [found.fingerprint for found in second.findings]
    assert len(first.findings[0].place.span.file.sensitive) == 1


def test_a_foreign_driver_block_may_stand_in_a_layer(tmp_path: Path) -> None:
    write_environment(tmp_path, "email: {reply_to: help@acme.example}\n")
    layer = tmp_path / "environments" / "clean-production.yaml"
    layer.write_text(layer.read_text(encoding="utf-8") + "", encoding="utf-8")
    text = layer.read_text(encoding="utf-8").replace("email:\n", "email:\n  mailgun: {domain: mg.acme.example}\n")
    layer.write_text(text, encoding="utf-8")
    assert _codes(tmp_path) == set()
