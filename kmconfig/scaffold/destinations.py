"""Where apply is to put the settings, per tier."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from kmconfig.errors import UsageError
from kmconfig.secrets.new_place import written
from kmconfig.targets.laravel_reload import usual_reload

if TYPE_CHECKING:
    from kmconfig.scaffold.answers import Answers, Tier
    from kmconfig.secrets.new_place import SecretPlace

_ENV_PATHS: Final = {
    "development": "../keymanager/.env",
    "staging": "/var/www/keymanager-staging/.env",
    "production": "/var/www/keymanager/.env",
}
_MAX_AGE: Final = "90d"


def target_block(answers: Answers, tier: Tier, place: SecretPlace) -> dict[str, Any]:
    """The target of a tier. A path that people gave holds `{tier}`, or is for one tier only.

    Raises UsageError where the address of the application is missing, naming the flag.
    """
    version = {} if answers.laravel is None else {"laravel": answers.laravel}
    match answers.target:
        case "laravel_env":
            block = {"path": _path(answers, tier, _ENV_PATHS[tier]), **version}
            return {"laravel_env": {**block, "reload": usual_reload(tier)}}
        case "settings_api":
            key = written(place.reference("target.settings_api.api_key", max_age=_MAX_AGE))
            return {"settings_api": {"url": _api(answers, tier), "api_key": key}}
        case "kubernetes":
            directory = _path(answers, tier, f"deploy/{tier}")
            place_of = {"directory": directory, "namespace": f"keymanager-{tier}", "name": "keymanager-mail"}
            return {"kubernetes": {**place_of, **_cluster_secrets(answers), **version}}
        case "aws":
            return {"aws": {"ssm_prefix": _path(answers, tier, f"/keymanager/{tier}/mail"), **version}}
        case "vault":
            return {"vault": {"path": _path(answers, tier, f"keymanager/{tier}/mail-settings"), **version}}
        case "file":
            return {"file": {"path": _path(answers, tier, f"build/{tier}.json")}}


def require_paths(answers: Answers) -> None:
    """Make sure that several environments do not write the same place. Raises UsageError."""
    if answers.target_path is not None and len(answers.tiers) > 1 and "{tier}" not in answers.target_path:
        raise UsageError(
            "--target-path is the same for all tiers, and each needs a place of its own",
            help="write {tier} where the tier belongs, such as /var/www/{tier}/.env",
        )


def _cluster_secrets(answers: Answers) -> dict[str, Any]:
    """How the cluster gets the secrets: from their store, or from a Secret that people make."""
    if answers.secrets in ("vault", "aws"):
        return {"secrets": "external_secret", "secret_store": {"name": answers.secrets, "kind": "ClusterSecretStore"}}
    return {"secrets": "secret_ref", "secret_name": "keymanager-mail-login"}


def _path(answers: Answers, tier: Tier, usual: str) -> str:
    return usual if answers.target_path is None else answers.target_path.replace("{tier}", tier)


def _api(answers: Answers, tier: Tier) -> str:
    if tier == "development":
        return "http://localhost:8000/api/v1"
    if answers.url is None:
        raise UsageError("--url is missing", help="the settings API needs the application's address, https://…")
    parts = urlsplit(answers.url)
    host = parts.netloc if tier == "production" else f"{tier}.{parts.netloc}"
    return f"{parts.scheme}://{host}/api/v1"
