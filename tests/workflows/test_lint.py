"""Lint of a pull request: annotations, SARIF, summary. Nothing is resolved, nobody is connected to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.mail.servers import Server, Smtp

if TYPE_CHECKING:
    from tests.review.repository import Repository
    from tests.workflows.playing import Play
    from tests.workflows.service import Service


def test_sound_files_pass(play: Play, service: Service) -> None:
    service.pull_request(7, "main")
    job = play("lint.yml", "lint")
    assert job.result == "success", job.log
    (sarif,) = service.sarif
    assert sarif["runs"][0]["results"] == []


def test_findings_fail_and_are_shown_beside_the_lines(play: Play, service: Service, origin: Repository) -> None:
    origin.git("checkout", "--quiet", "-b", "weaker")
    origin.replace("environments/base.yaml", "encryption: tls", "encryption: none")
    origin.commit()
    origin.git("checkout", "--quiet", "main")
    service.pull_request(7, "weaker")
    job = play("lint.yml", "lint")
    assert job.result == "failure"
    assert "\n::error file=environments/base.yaml,line=10," in job.log
    assert "KM306" in job.summary
    (sarif,) = service.sarif
    assert "KM306" in {result["ruleId"] for result in sarif["runs"][0]["results"]}


def test_a_fork_gets_the_same_but_for_code_scanning(play: Play, service: Service, origin: Repository) -> None:
    origin.git("checkout", "--quiet", "-b", "weaker")
    origin.replace("environments/base.yaml", "encryption: tls", "encryption: none")
    origin.commit()
    origin.git("checkout", "--quiet", "main")
    service.pull_request(7, "weaker", fork=True)
    job = play("lint.yml", "lint")
    assert job.result == "failure"
    assert "\n::error file=environments/base.yaml" in job.log
    assert service.sarif == []


def test_nobody_is_connected_to(play: Play, service: Service, origin: Repository) -> None:
    """A stranger names a store, a mail server and a file that are all there."""
    with Server(Smtp()) as there:
        origin.git("checkout", "--quiet", "-b", "hostile")
        origin.replace("environments/base.yaml", "smtp.sendgrid.net", "127.0.0.1")
        origin.replace("environments/base.yaml", "port: 587", f"port: {there.port}")
        origin.replace("environments/staging.yaml", "https://vault.acme.example", f"http://127.0.0.1:{there.port}")
        origin.replace("environments/production.yaml", "vault: keymanager/production/smtp#password", "env: KM_SECRET")
        origin.commit()
        origin.git("checkout", "--quiet", "main")
        service.pull_request(7, "hostile", fork=True)
        jobs = [play("lint.yml", "lint"), play("review.yml", "review")]
        assert there.connections == 0
    assert jobs[1].result == "success", jobs[1].log
    assert "KM_SECRET" in jobs[1].summary


def test_a_message_cannot_forge_an_annotation(play: Play, service: Service, origin: Repository) -> None:
    origin.git("checkout", "--quiet", "-b", "hostile")
    origin.write({"environments/x.yaml": 'version: 1\ntier: development\n"a\\n::error file=y::forged": 1\n'})
    origin.commit()
    origin.git("checkout", "--quiet", "main")
    service.pull_request(7, "hostile")
    job = play("lint.yml", "lint")
    assert "forged" in job.log
    assert "\n::error file=y" not in job.log
