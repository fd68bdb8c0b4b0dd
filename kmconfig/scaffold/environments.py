"""The files of the environments folder: a layer that all share, and one file for each tier."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from kmconfig.scaffold.destinations import target_block
from kmconfig.scaffold.servers import CATCHER, driver_block, secret_settings
from kmconfig.secrets.new_place import SecretPlace
from kmconfig.source.writing import schema_comment, yaml_lines

if TYPE_CHECKING:
    from kmconfig.environment.reference import SecretRef
    from kmconfig.scaffold.answers import Answers, Tier

FOLDER: Final = "environments"
_BASE: Final = f"{FOLDER}/base.yaml"

_ABOUT: Final = {
    "development": "# A developer's machine with Mailpit: mail is caught and shown at http://localhost:8025.",
    "staging": "# The rehearsal: like production, with a login of its own.",
    "production": "# Mail to customers.",
}
_DESCRIPTION: Final = {
    "development": "Each developer's own machine",
    "staging": "Rehearsal of every release",
    "production": "Mail to customers",
}


def environment_files(answers: Answers) -> dict[str, str]:
    """The texts of the environment files by path.

    Raises UsageError where an answer is missing for the driver, provider or target, naming the flag.
    """
    shared = _file(_BASE, "# What all environments share; a file without a `tier` is a layer.", _base(answers))
    own = {tier_path(tier): _file(tier_path(tier), _ABOUT[tier], _of_tier(answers, tier)) for tier in answers.tiers}
    return {_BASE: shared, **own}


def references(answers: Answers) -> tuple[SecretRef, ...]:
    """Every secret that has to be stored before a plan is possible, tier by tier."""
    found = []
    for tier in answers.tiers:
        if tier != "development":
            found += [mail_place(answers, tier).reference(setting) for setting in secret_settings(answers)]
        if answers.target == "settings_api":
            found.append(_place(answers, tier, "settings-api").reference("target.settings_api.api_key"))
    return tuple(found)


def needs_aws(answers: Answers) -> bool:
    """Whether settings or secrets go to AWS, which has to be told in which region."""
    return answers.target == "aws" or (answers.secrets == "aws" and bool(references(answers)))


def mail_place(answers: Answers, tier: Tier) -> SecretPlace:
    """Where the secrets of a tier's driver lie."""
    return _place(answers, tier, "smtp" if answers.driver == "smtp" else answers.driver)


def _place(answers: Answers, tier: Tier, what: str) -> SecretPlace:
    match answers.secrets:
        case "env":
            return SecretPlace("env", tier.upper())
        case "vault":
            return SecretPlace("vault", f"keymanager/{tier}/{what}")
        case "aws":
            return SecretPlace("aws_secret", f"keymanager/{tier}")
        case "file":
            return SecretPlace("file", f"/run/secrets/keymanager-{tier}")


def tier_path(tier: Tier) -> str:
    """The file of a tier's environment."""
    return f"{FOLDER}/{tier}.yaml"


def _file(path: str, comment: str, tree: dict[str, Any]) -> str:
    return "\n".join((schema_comment(path), comment, *yaml_lines(tree))) + "\n"


def _base(answers: Answers) -> dict[str, Any]:
    application = {"name": answers.application_name, "url": answers.url}
    email = {
        "driver": answers.driver,
        "sender": {"email": answers.sender},
        "reply_to": answers.reply_to,
        "test": {"recipients": list(answers.recipients or (answers.sender,))},
    }
    return {"version": 1, "application": _given(application), "email": _given(email), **_stores(answers)}


def _stores(answers: Answers) -> dict[str, Any]:
    """How stores are reached that are in use; Vault's token comes from VAULT_TOKEN or ~/.vault-token."""
    used = (answers.secrets, answers.target)
    stores: dict[str, Any] = {}
    if "vault" in used:
        stores["vault"] = {**_given({"address": answers.vault_address}), "auth": {"token": {}}}
    if "aws" in used and answers.aws_region is not None:
        stores["aws"] = {"region": answers.aws_region}
    return {"stores": stores} if stores else {}


def _of_tier(answers: Answers, tier: Tier) -> dict[str, Any]:
    tree: dict[str, Any] = {
        "version": 1,
        "extends": "base.yaml",
        "tier": tier,
        "description": _DESCRIPTION[tier],
    }
    if tier == "development":
        driver = {} if answers.driver == "smtp" else {"driver": "smtp"}
        tree["email"] = {**driver, "smtp": dict(CATCHER)}
    else:
        if answers.runtime != "host":
            tree["application"] = {"runtime": answers.runtime}
        tree["email"] = {answers.driver: driver_block(answers, mail_place(answers, tier))}
    tree["target"] = target_block(answers, tier, _place(answers, tier, "settings-api"))
    return tree


def _given(block: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in block.items() if value is not None}
