"""Of a secret in a file no message, fix or error repeats even a piece."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kmconfig.lint.masking import MASK, Mask
from kmconfig.source.span import SourceFile
from tests.cli.project import BASE, environment, lay_out
from tests.cli.running import Call, caller, write
from tests.lint.fleet.comparing import as_fleet, in_memory, visible

if TYPE_CHECKING:
    from pathlib import Path

#: Made up in the shapes of three kinds of keys: what everybody knows of each, and the rest.
_KEYS = (
    ("SG.", "Qw3rTy7uIoP9aSdF1gHjKl." + "Zx5cVbN2mQ8wEr4tYu6iOp0aSdFgHjKlZx3cVbNmQ1w"),
    ("xsmtpsib-", "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0-" + "aB3dE6gH9jK2mN5p"),
    ("xkeysib-", "9a8b7c6d5e4f30211203f4e5d6c7b8a99a8b7c6d5e4f30211203f4e5d6c7b8a9-" + "Zy8xW5vU2tS9rQ6p"),
)
_PRODUCTION = environment("production")

#: The file that holds the key, and its text, in which KEY stands for it.
_PLACES = {
    "tier": ("production", _PRODUCTION.replace("tier: production", "tier: KEY")),
    "encryption": ("production", _PRODUCTION.replace("    timeout", "    encryption: KEY\n    timeout")),
    "sender": ("base", BASE.replace("licensing@acme.example", "KEY")),
    "within a value": ("production", _PRODUCTION.replace("tier: production", "tier: of KEY, the old one")),
    "behind an escape": ("production", _PRODUCTION.replace("tier: production", 'tier: "\\x20KEY"')),
    "escaped": ("production", _PRODUCTION.replace("tier: production", 'tier: "ESCAPED"')),
    "folded": ("production", _PRODUCTION.replace("tier: production", 'tier: "FOLDED"')),
    "unknown key": ("production", _PRODUCTION + "KEY: 1\n"),
    "unknown key below": ("production", _PRODUCTION.replace("    timeout", "    KEY: x\n    timeout")),
    "key in a fault of syntax": ("production", _PRODUCTION + "owner: *KEY\n"),
    "suppression": ("production", _PRODUCTION + "owner: platform-team  # kmconfig: ignore[KEY] why\n"),
    "suppression in the middle": ("production", _PRODUCTION + "owner: a-team  # kmconfig: ignore[for the KEY] why\n"),
    "project file": ("../kmconfig", "version: 1\nKEY: 1\n"),
    "value in the project file": ("../kmconfig", "version: 1\npolicy: {max_secret_age: KEY}\n"),
    "rule in the project file": ("../kmconfig", "version: 1\nlint: {rules: {KEY: off}}\n"),
}


@pytest.fixture
def kmconfig(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Call:
    """Runs kmconfig in the repository."""
    monkeypatch.chdir(lay_out(tmp_path))
    return caller(capsys)


def put(root: Path, place: str, key: tuple[str, str]) -> None:
    """Write a key into the repository."""
    name, text = _PLACES[place]
    whole = "".join(key)
    text = text.replace("ESCAPED", whole[:12] + f"\\x{ord(whole[12]):02x}" + whole[13:])
    text = text.replace("FOLDED", whole[:30] + "\\\n    " + whole[30:])
    write(root, {f"environments/{name}.yaml": text.replace("KEY", whole)})


def pieces(key: tuple[str, str], text: str) -> list[str]:
    """The parts of a key, of 8 characters, that stand in a text."""
    secret = key[1]
    return [piece for at in range(len(secret) - 7) if (piece := secret[at : at + 8]) in text]


@pytest.mark.parametrize("key", _KEYS, ids=[known for known, _ in _KEYS])
@pytest.mark.parametrize("place", _PLACES)
def test_no_piece_in_any_format(kmconfig: Call, tmp_path: Path, place: str, key: tuple[str, str]) -> None:
    put(tmp_path, place, key)
    for form in ("text", "json", "sarif", "github", "gitlab", "junit", "concise"):
        ran = kmconfig("lint", "--format", form)
        if ran.code != 64:
            assert pieces(key, ran.out + ran.err) == [], form
            assert "KM302" in ran.out or "leaked-secret" in ran.out, form
    assert visible(as_fleet(tmp_path)) == visible(in_memory(tmp_path))
    assert pieces(key, repr(visible(in_memory(tmp_path))["findings"][0]["message"])) == []


@pytest.mark.parametrize("key", _KEYS, ids=[known for known, _ in _KEYS])
@pytest.mark.parametrize("place", _PLACES)
def test_no_piece_in_errors_of_other_commands(kmconfig: Call, tmp_path: Path, place: str, key: tuple[str, str]) -> None:
    put(tmp_path, place, key)
    for line in (("show", "production"), ("plan", "production"), ("test", "production"), ("apply", "production")):
        ran = kmconfig(*line)
        assert ran.code != 70
        assert pieces(key, ran.err + ran.out) == [], line


def _mask(secret: str) -> Mask:
    file = SourceFile("a.yaml", secret)
    file.sensitive.append((0, len(secret)))
    return Mask([file])


@pytest.mark.parametrize(
    ("secret", "text", "expected"),
    [
        ("correct-horse-battery", "not `correct-horse-battery`", f"not `{MASK}`"),
        ("correct-horse-battery", "not `correct-hor…`", f"not `{MASK}…`"),
        ("correct-horse-battery", "not `correct…`", "not `correct…`"),
        ("password1", "`email.smtp.password` is text", "`email.smtp.password` is text"),
        ("password1", "not `password1`", f"not `{MASK}`"),
        ("correcthorse", "not `correctho…`", f"not `{MASK}…`"),
        ("https://mailer:s3cret-pass@mail.example", "see https://docs.example/", "see https://docs.example/"),
        ("https://mailer:s3cret-pass@mail.example", "not `https://mailer:s3…`", f"not `{MASK}…`"),
        ("xsmtpsib-0123456789abcdef", "starts with `xsmtpsib-`", "starts with `xsmtpsib-`"),
        ("xsmtpsib-0123456789abcdef", "`xsmtpsib-01234567`", f"`{MASK}`"),
        ("{vault: a/b#c, env: X}", "`{vault: keymanager/smtp#password}`", "`{vault: keymanager/smtp#password}`"),
    ],
)
def test_whole_secrets_and_beginnings(secret: str, text: str, expected: str) -> None:
    assert _mask(secret)(text) == expected


def test_the_longest_of_several_secrets_with_one_beginning_counts() -> None:
    file = SourceFile("a.yaml", "correct-horse-battery-staple correct-hammer")
    file.sensitive += [(0, 28), (29, 43)]
    assert Mask([file])("not `correct-hamm…` or `correct-horse-b…`") == f"not `{MASK}…` or `{MASK}…`"
