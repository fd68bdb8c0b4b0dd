"""Secrets without versions, and those of AWS: told apart without being shown."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.deploy.endings import APPLY, complies
from tests.deploy.plans import line_of
from tests.deploy.site import LIVE, PASSWORD, VARIABLE, Site
from tests.deploy.vaults import KEY
from tests.servers.aws import REGION, aws, aws_server

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.running import Call
    from tests.servers.aws import AwsServer

__all__ = ["aws", "aws_server"]

KEY_VARIABLE = "KM_FINGERPRINT_KEY"
KEYED = {"fingerprint_key": {"env": KEY_VARIABLE}}
OLD = "an older password"


@pytest.fixture
def keyed(site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    """A site with a key for fingerprints."""
    monkeypatch.setenv(KEY_VARIABLE, KEY)
    site.configure(stores=KEYED)
    return site


class TestFingerprints:
    def test_without_a_key_it_is_not_known_what_changes(self, kmconfig: Call) -> None:
        assert line_of(kmconfig("plan", "staging")) == f"~ MAIL_PASSWORD env {VARIABLE} unknown, will be written"

    def test_where_nothing_changes_nothing_is_shown(self, kmconfig: Call) -> None:
        assert kmconfig(*APPLY).code == 0
        ran = kmconfig("plan", "staging")
        assert (ran.code, VARIABLE in ran.out) == (0, False)

    def test_with_a_key(self, keyed: Site, kmconfig: Call) -> None:
        line = line_of(kmconfig("plan", "staging"))
        found = re.fullmatch(rf"~ MAIL_PASSWORD env {VARIABLE} fingerprint ([0-9a-f]{{12}}) → ([0-9a-f]{{12}})", line)
        assert found, line
        assert found[1] != found[2]
        ran = kmconfig("plan", "staging", "--format", "json")
        assert complies(ran.document, "plan")
        (operation,) = (op for op in ran.result["operations"] if op["key"] == "MAIL_PASSWORD")
        assert operation["fingerprint"] == {"before": found[1], "after": found[2]}
        assert operation["version"] == {"before": None, "after": None, "created": None, "age_days": None}
        applied = kmconfig(*APPLY)
        assert complies(applied.document, "receipt")
        assert applied.result["secrets"] == [
            {
                "setting": "email.smtp.password",
                "reference": f"env:{VARIABLE}",
                "version": None,
                "created": None,
                "fingerprint": found[2],
            }
        ]

    def test_where_there_was_nothing(self, keyed: Site, kmconfig: Call) -> None:
        keyed.env.write_bytes(LIVE.replace(b'"an older password"', b"null"))
        assert re.search(r" fingerprint [0-9a-f]{12}$", line_of(kmconfig("plan", "staging")))

    def test_the_same_secret_in_two_settings_has_two(self, keyed: Site, kmconfig: Call) -> None:
        keyed.configure(username={"env": VARIABLE}, stores=KEYED)
        ran = kmconfig("plan", "staging", "--format", "json")
        after = {op["fingerprint"]["after"] for op in ran.result["operations"] if op["fingerprint"]}
        assert len(after) == 2

    def test_a_file_as_source(self, keyed: Site, kmconfig: Call, tmp_path: Path) -> None:
        secret = tmp_path / "secret"
        secret.write_text(f"{PASSWORD}\n", encoding="utf-8")
        secret.chmod(0o600)
        keyed.configure(password={"file": str(secret)}, stores=KEYED)
        assert f"file {secret} fingerprint " in line_of(kmconfig("plan", "staging"))

    @pytest.mark.parametrize("command", [("plan", "staging"), ("apply", "staging", "--yes")])
    def test_a_key_that_is_too_short(
        self, keyed: Site, kmconfig: Call, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
    ) -> None:
        monkeypatch.setenv(KEY_VARIABLE, "fifteen bytes..")
        ran = kmconfig(*command)
        assert ran.code == 5
        assert f"the fingerprint key `env:{KEY_VARIABLE}` is too short" in ran.err
        assert "fifteen bytes" not in ran.out + ran.err
        assert keyed.env.read_bytes() == LIVE

    @pytest.mark.parametrize(("command", "code"), [("plan", 5), ("apply", 5), ("test", 0)])
    def test_a_key_that_is_not_there(
        self, keyed: Site, kmconfig: Call, monkeypatch: pytest.MonkeyPatch, command: str, code: int
    ) -> None:
        monkeypatch.delenv(KEY_VARIABLE)
        ran = kmconfig(command, "staging", *(("--yes",) if command == "apply" else ()))
        assert (ran.code, KEY_VARIABLE in ran.err) == (code, bool(code))

    def test_nothing_that_values_could_be_tried_on_is_shown_or_kept(self, keyed: Site, kmconfig: Call) -> None:
        runs = [kmconfig("plan", "staging"), kmconfig("plan", "staging", "--format", "json"), kmconfig(*APPLY, "-vv")]
        kept = [path.read_text(encoding="utf-8") for path in (keyed.root / ".kmconfig").rglob("*") if path.is_file()]
        assert len(kept) == 3
        for text in (*(ran.out + ran.err for ran in runs), *kept):
            for value in (PASSWORD, OLD, KEY):
                assert value not in text
                assert base64.b64encode(value.encode()).decode()[:-4] not in text
                for algorithm in ("md5", "sha1", "sha256", "sha512", "blake2b"):
                    assert hashlib.new(algorithm, value.encode()).hexdigest()[:12] not in text


class TestAws:
    @pytest.fixture(autouse=True)
    def _trusts_the_usual(self, aws: AwsServer, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)

    def test_a_secret_with_version_ids(self, site: Site, aws: AwsServer, kmconfig: Call) -> None:
        made = datetime.now(UTC) - timedelta(days=3, hours=1)
        first = aws.put_secret("km/smtp", json.dumps({"password": PASSWORD}), created=made)
        site.configure(password={"aws_secret": "km/smtp#password"}, stores={"aws": {"region": REGION}})
        assert f"aws_secret km/smtp#password ? → {first[:8]} (" in line_of(kmconfig("plan", "staging"))
        applied = kmconfig(*APPLY)
        assert applied.code == 0, applied.err
        assert applied.result["secrets"][0]["version"] == first
        second = aws.put_secret("km/smtp", json.dumps({"password": "rotated and rotated"}))
        assert f"{first[:8]} → {second[:8]} (" in line_of(kmconfig("plan", "staging"))

    def test_a_parameter_with_numbers(self, site: Site, aws: AwsServer, kmconfig: Call) -> None:
        aws.put_parameter("/km/smtp", PASSWORD)
        site.configure(password={"ssm": "/km/smtp"}, stores={"aws": {"region": REGION}})
        applied = kmconfig(*APPLY)
        assert applied.code == 0, applied.err
        assert applied.result["secrets"][0]["version"] == "1"
        aws.put_parameter("/km/smtp", "rotated", created=datetime.now(UTC) - timedelta(days=1, hours=1))
        assert line_of(kmconfig("plan", "staging")).endswith("ssm /km/smtp v1 → v2 (1 day old)")

    def test_a_secret_that_changes_while_it_is_read(self, site: Site, aws: AwsServer, kmconfig: Call) -> None:
        """Its version may be recorded as older than it is, never as newer: that would hide the change."""
        first = aws.put_secret("km/smtp", PASSWORD)
        site.configure(password={"aws_secret": "km/smtp"}, stores={"aws": {"region": REGION}})
        assert kmconfig(*APPLY).result["secrets"][0]["version"] == first
        asked = [operation for operation in aws.operations if operation != "GetCallerIdentity"]
        assert asked == ["DescribeSecret", "ListSecretVersionIds", "GetSecretValue"]

    @pytest.mark.parametrize("source", ["aws_secret", "ssm"])
    def test_planning_without_values(self, site: Site, aws: AwsServer, kmconfig: Call, source: str) -> None:
        aws.put_secret("/km/smtp", PASSWORD)
        aws.put_parameter("/km/smtp", PASSWORD)
        site.configure(password={source: "/km/smtp"}, stores={"aws": {"region": REGION}})
        for operation in ("GetSecretValue", "BatchGetSecretValue", "GetParameter", "GetParameters"):
            aws.refuse(operation, "AccessDeniedException", "User is not authorized")
        ran = kmconfig("plan", "staging")
        assert line_of(ran).endswith("cannot be compared with what the target holds")
        assert "apply needs the permission to read it" in ran.out
        assert kmconfig(*APPLY).code == 5
        assert kmconfig("test", "staging").code == 5
