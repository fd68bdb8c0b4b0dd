"""`kmconfig init` asks a person, again where an answer cannot be taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

from tests.cli.terminal import Terminal

if TYPE_CHECKING:
    from pathlib import Path


def test_a_conversation(tmp_path: Path) -> None:
    folder = tmp_path / "repository"
    folder.mkdir()
    with Terminal(folder, "init", stdout=tmp_path / "out") as person:
        person.answer("Name of the application", 'Acme: the "portal"')
        person.answer("Address that mail is sent from", "")
        person.expect("there is no default here")
        person.answer("Address that mail is sent from", "licensing")
        person.expect("Error: ")
        person.answer("Address that mail is sent from", "noreply@yourdomain.com")
        assert "is a placeholder" in person.expect("domain of your own")
        person.answer("Address that mail is sent from", "somebody@gmail.com")
        assert "free-mail" in person.expect("domain of your own")
        person.answer("Address that mail is sent from", "noreply@acme.example")
        person.answer("What is sent", "all kinds")
        person.expect("is none of these")
        person.answer("What is sent", "y" * 3000)
        assert len(person.expect("is none of these").rpartition("Error: ")[2]) < 100
        person.answer("What is sent", "1")
        person.answer("Messages a month", "many")
        person.expect("is no number")
        person.answer("Messages a month", "2,000")
        person.answer("Where the application runs", "container")
        assert "works with every provider" in person.answer("Driver [smtp]", "")
        person.answer("Provider [sendgrid]", "postmark")
        person.answer("Tiers", "production moon")
        person.expect("is no tier")
        person.answer("Tiers", "staging production")
        person.answer("Where secrets lie", "vault")
        person.answer("Where the settings go", "")
        person.answer("Web address", "licenses.acme.example")
        person.expect("Error: ")
        person.answer("Web address", "https://licenses.acme.example")
        person.answer("Where changes are reviewed", "3")
        person.answer("Mailboxes for the test message", "a@acme.example b@partner.example")
        person.answer("Address for replies", "support@acme.example")
        assert "will write environments/base.yaml" in person.answer("Write these files?", "y")
        assert person.end() == 0, person.seen
    base = yaml.safe_load((folder / "environments/base.yaml").read_text())
    assert base["application"] == {"name": 'Acme: the "portal"', "url": "https://licenses.acme.example"}
    assert base["email"]["reply_to"] == "support@acme.example"
    production = yaml.safe_load((folder / "environments/production.yaml").read_text())
    assert production["application"] == {"runtime": "container"}
    assert production["email"]["smtp"] == {
        "host": "smtp.postmarkapp.com",
        "port": 587,
        "encryption": "tls",
        "username": {"vault": "keymanager/production/smtp#password", "max_age": "90d"},
        "password": {"vault": "keymanager/production/smtp#password", "max_age": "90d"},
    }
    assert not (folder / ".github").exists()
    assert (tmp_path / "out").read_text().startswith("written environments/base.yaml\n")


def test_a_no_writes_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "repository"
    folder.mkdir()
    flags = ("--provider", "gmail", "--sender", "licensing@acme.example", "--tier", "production", "--secrets", "env")
    more = ("--target", "file", "--ci", "none", "--url", "https://acme.example", "--recipient", "a@acme.example")
    with Terminal(folder, "init", *flags, *more, "--application-name", "Acme", stdout=tmp_path / "out") as person:
        person.answer("Write these files?", "n")
        assert person.end() == 130
    assert list(folder.iterdir()) == []
    assert (tmp_path / "out").read_text() == ""


def test_a_stop_in_the_middle_writes_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "repository"
    folder.mkdir()
    with Terminal(folder, "init", stdout=tmp_path / "out") as person:
        person.answer("Name of the application", "")
        person.expect("Address that mail is sent from")
        person.type("\x04")
        assert person.end() == 130
    assert list(folder.iterdir()) == []
