"""What the manifests say, and that clusters and YAML readers of all kinds understand it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml

from kmconfig.errors import ConfigurationError
from kmconfig.targets.kubernetes.go_duration import go_duration
from kmconfig.targets.kubernetes.manifest_text import manifest_text
from tests.targets.kubernetes.site import CONFIG, KUSTOMIZATION, PASSWORD, SECRET, SMTP, remote_ref
from tests.targets.kubernetes.validity import assert_valid

if TYPE_CHECKING:
    from tests.targets.kubernetes.site import Site

DRIVERS: dict[str, dict[str, Any]] = {
    "smtp": SMTP,
    "secret user": {
        "smtp": {"host": "smtp.acme.example", "username": {"vault": "km#user"}, "password": {"vault": "km#p"}}
    },
    "no login": {"smtp": {"host": "relay.acme.example", "port": 25, "encryption": "none"}},
    "sendmail": {"driver": "sendmail", "sendmail": {"path": "/usr/sbin/sendmail", "arguments": ["-bs", "-i"]}},
    "mailgun": {"driver": "mailgun", "mailgun": {"domain": "mg.acme.example", "api_key": {"ssm": "/km/mailgun"}}},
    "ses": {
        "driver": "ses",
        "ses": {
            "region": "eu-west-1",
            "access_key_id": {"aws_secret": "km/ses#id"},
            "secret_access_key": {"aws_secret": "km/ses#secret"},
        },
    },
    "ses by role": {"driver": "ses", "ses": {"region": "eu-west-1"}},
}
#: Texts that one YAML reader or another takes for something else, or cannot show.
HOSTILE = (
    "yes",
    "NO",
    "on",
    "~",
    "null",
    "0465",
    "1e3",
    "12:30:45",
    "0x1F",
    "2026-01-01",
    ".inf",
    "${APP_NAME}",
    "$(APP_NAME)",
    "{{ .Values.name }}",
    "a: b # c",
    '- "quoted\\"',
    "'single'",
    "%TAG",
    "!!binary x",
    "*alias",
    "Müller & Söhne 雪 🦊",
    "soft\u00adhyphen\u200bspace",
    "--- ",
)


@pytest.mark.parametrize("email", DRIVERS.values(), ids=list(DRIVERS))
@pytest.mark.parametrize("laravel", [8, 10, 13])
def test_clusters_accept_the_manifests_of_every_driver(site: Site, email: dict[str, Any], laravel: int) -> None:
    site.configure(email, laravel=laravel).apply()
    for name in site.files():
        if name != KUSTOMIZATION:
            assert_valid(site.manifest(name))


@pytest.mark.parametrize("email", DRIVERS.values(), ids=list(DRIVERS))
def test_each_variable_stands_where_it_belongs(site: Site, email: dict[str, Any]) -> None:
    site.configure(email).apply()
    plain = set(site.manifest(CONFIG)["data"])
    fetched = {item["secretKey"] for item in site.manifest(SECRET)["spec"]["data"]} if SECRET in site.files() else set()
    assert not plain & fetched
    assert {"MAIL_MAILER", "MAIL_FROM_ADDRESS", "MAIL_FROM_NAME"} <= plain
    assert not plain & {"MAIL_URL", "MAILGUN_SECRET", "AWS_SECRET_ACCESS_KEY"}
    assert (SECRET in site.manifest(KUSTOMIZATION)["resources"]) == bool(fetched)


@pytest.mark.parametrize("text", HOSTILE)
def test_texts_stay_what_they_are(site: Site, text: str) -> None:
    site.configure(sender=text).apply()
    value = site.manifest(CONFIG)["data"]["MAIL_FROM_NAME"]
    # A word that Laravel would turn into a value of PHP stands in quotes of its own.
    assert value == (f"'{text}'" if text in ("null", "'single'") else text)
    assert_valid(site.manifest(CONFIG))


@pytest.mark.parametrize("text", [*HOSTILE, "two\nlines\n", "\ttab", " blank ", "", "\x85\u2028\ufeff", "\x1b[31m"])
def test_every_text_survives_yaml(text: str) -> None:
    written = manifest_text({text or "empty": {"list": [text, {"value": text}]}})
    assert yaml.safe_load(written) == {text or "empty": {"list": [text, {"value": text}]}}
    assert not set(written) & set("\u00ad\u200b\u2028\ufeff\x1b\x85")


def test_no_list_or_mapping_is_written_twice_by_reference() -> None:
    labels = {"a": "b"}
    assert "&" not in manifest_text({"one": labels, "two": labels})


def test_flux_leaves_dollar_signs_alone(site: Site) -> None:
    site.configure(sender="${APP_NAME}").apply()
    for name in (CONFIG, SECRET):
        annotations = site.manifest(name)["metadata"]["annotations"]
        assert annotations["kustomize.toolkit.fluxcd.io/substitute"] == "disabled"


@pytest.mark.parametrize(
    ("reference", "remote", "store"),
    [
        (PASSWORD, {"key": "secret/keymanager/staging/smtp", "property": "password"}, "vault"),
        (
            {**PASSWORD, "version": 3},
            {"key": "secret/keymanager/staging/smtp", "property": "password", "version": "3"},
            "vault",
        ),
        ({"aws_secret": "km/smtp"}, {"key": "km/smtp"}, "aws-secrets-manager"),
        (
            {"aws_secret": "km/smtp#pass.word", "version": "AWSPREVIOUS"},
            {"key": "km/smtp", "property": "pass.word", "version": "AWSPREVIOUS"},
            "aws-secrets-manager",
        ),
        (
            {"aws_secret": "km/smtp", "version": "7c9e6679-7425-40de-944b-e07fc1f90ae7"},
            {"key": "km/smtp", "version": "uuid/7c9e6679-7425-40de-944b-e07fc1f90ae7"},
            "aws-secrets-manager",
        ),
        ({"ssm": "/km/smtp", "version": 4}, {"key": "/km/smtp", "version": "4"}, "aws-parameter-store"),
    ],
)
def test_what_is_fetched(site: Site, reference: dict[str, Any], remote: dict[str, str], store: str) -> None:
    site.configure({"smtp": {"host": "smtp.acme.example", "username": "km", "password": reference}}).apply()
    manifest = site.manifest(SECRET)
    assert remote_ref(manifest, "MAIL_PASSWORD") == remote
    assert manifest["spec"]["secretStoreRef"] == {"name": store, "kind": "SecretStore"}
    assert_valid(manifest)


def test_the_store_and_the_secret_can_be_named(site: Site) -> None:
    store = {"name": "vault-production", "kind": "ClusterSecretStore"}
    site.configure(secret_store=store, secret_name="mail-login", refresh_interval="15m").apply()
    spec = site.manifest(SECRET)["spec"]
    assert (spec["secretStoreRef"], spec["target"]["name"]) == (store, "mail-login")
    assert spec["refreshInterval"] == "15m0s"


@pytest.mark.parametrize("source", [{"env": "KM_PASSWORD"}, {"dotenv": "KM_PASSWORD"}, {"file": "/run/secrets/smtp"}])
def test_what_no_cluster_can_fetch_is_refused_at_its_place(site: Site, source: dict[str, str]) -> None:
    site.configure({"smtp": {"host": "smtp.acme.example", "username": "km", "password": source}})
    with pytest.raises(ConfigurationError, match="which a cluster cannot fetch") as caught:
        site.compare()
    lines = (site.root / "environments/staging.yaml").read_text(encoding="utf-8").splitlines()
    (line,) = [number for number, text in enumerate(lines, 1) if '"password":' in text]
    assert "`email.smtp.password`" in caught.value.message
    assert f"environments/staging.yaml:{line}" in caught.value.message
    assert not site.folder.exists()


def test_one_external_secret_has_one_store(site: Site) -> None:
    site.configure({"smtp": {"host": "smtp.acme.example", "username": {"ssm": "/km/user"}, "password": PASSWORD}})
    with pytest.raises(ConfigurationError, match="one ExternalSecret fetches from one store"):
        site.compare()


def test_a_key_that_would_be_a_pattern_is_refused(site: Site) -> None:
    site.configure(
        {"smtp": {"host": "smtp.acme.example", "password": {"aws_secret": "km/smtp#pass*"}, "username": "km"}}
    )
    with pytest.raises(ConfigurationError, match="sees a pattern"):
        site.compare()


@pytest.mark.parametrize("source", [{"env": "KM_PASSWORD"}, PASSWORD])
def test_a_secret_that_exists_is_only_named(site: Site, source: dict[str, str]) -> None:
    email = {"smtp": {"host": "smtp.acme.example", "username": "km", "password": source}}
    site.configure(email, secrets="secret_ref", secret_name="mail-login").apply()
    assert set(site.files()) == {CONFIG, KUSTOMIZATION}
    annotations = site.manifest(CONFIG)["metadata"]["annotations"]
    assert annotations["kmconfig/secret"] == "mail-login"
    assert annotations["kmconfig/secret-keys"] == "MAIL_PASSWORD"
    assert any("`mail-login` has to hold MAIL_PASSWORD" in note for note in site.compare().notes)


def checksum(site: Site) -> str:
    site.apply()
    found = site.manifest(CONFIG)["metadata"]["annotations"]["checksum/config"]
    assert isinstance(found, str)
    return found


def test_the_checksum_changes_with_what_pods_have_to_be_started_for(site: Site) -> None:
    first = checksum(site)
    assert checksum(site.configure(refresh_interval="15m")) == first
    pinned = {"smtp": {**SMTP["smtp"], "password": {**PASSWORD, "version": 2}}}
    assert len({first, checksum(site.configure(sender="Other")), checksum(site.configure(pinned))}) == 3


def test_the_checksum_changes_with_the_store_of_the_secrets(site: Site) -> None:
    stores = [{"name": "vault"}, {"name": "other"}, {"name": "vault", "kind": "ClusterSecretStore"}]
    assert len({checksum(site.configure(secret_store=store)) for store in stores}) == 3


@pytest.mark.parametrize(
    ("text", "canonical"), [("30s", "30s"), ("15m", "15m0s"), ("90m", "1h30m0s"), ("1h", "1h0m0s"), ("2d", "48h0m0s")]
)
def test_durations_are_those_that_the_cluster_gives_back(text: str, canonical: str) -> None:
    assert go_duration(text) == canonical
