"""Which changes are looked at for which risks."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, TypeAlias

from kmconfig.environment.settings import NotKnown
from kmconfig.review.model import gravest_first
from kmconfig.review.risks import proof, secrets, sender, stores, targets, tier, transport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kmconfig.review.model import Change, Risk
    from kmconfig.review.sides import Sides

    Check: TypeAlias = Callable[[Change, Sides], Iterator[Risk]]

_REFERENCE: tuple[Check, ...] = (secrets.plain_text, secrets.reference_moved, secrets.may_grow_older)
_SHARED: tuple[Check, ...] = (*_REFERENCE, secrets.shared_with_other_tiers)
_LOGIN: tuple[Check, ...] = (*_SHARED, secrets.login_gone)

#: A setting, with all below it, and what its change may mean.
TABLE: tuple[tuple[str, tuple[Check, ...]], ...] = (
    ("tier", (tier.tier_changed,)),
    ("email.driver", (transport.driver_changed, transport.provider_changed)),
    ("email.smtp.host", (transport.host_changed, transport.credentials_in_clear, transport.provider_changed)),
    ("email.smtp.encryption", (transport.encryption_weakened, transport.credentials_in_clear)),
    ("email.smtp.username", (transport.credentials_in_clear, *_SHARED)),
    ("email.smtp.password", (transport.credentials_in_clear, *_LOGIN)),
    ("email.sendmail", (transport.sendmail_changed,)),
    ("email.mailgun.domain", (transport.account_domain_changed,)),
    ("email.mailgun.region", (transport.region_changed,)),
    ("email.mailgun.api_key", _LOGIN),
    ("email.ses.region", (transport.region_changed,)),
    ("email.ses.access_key_id", _SHARED),
    ("email.ses.secret_access_key", _SHARED),
    ("email.sender.email", (sender.sender_domain_changed, sender.sender_noreply)),
    ("email.sender.dkim_selectors", (sender.selectors_changed,)),
    ("email.reply_to", (sender.reply_to_changed,)),
    ("email.test.recipients", (proof.test_recipients_removed,)),
    ("email.test.confirm.imap", (proof.mailbox_moved, proof.mailbox_weaker)),
    ("email.test.confirm.username", _REFERENCE),
    ("email.test.confirm.password", _REFERENCE),
    ("stores", (stores.package_store,)),
    ("stores.vault.address", (stores.vault_moved, stores.vault_in_clear)),
    ("stores.vault.mount", (stores.secrets_elsewhere,)),
    ("stores.vault.kv", (stores.secrets_elsewhere,)),
    ("stores.vault.namespace", (stores.secrets_elsewhere,)),
    ("stores.vault.auth", (stores.vault_login, *_REFERENCE)),
    ("stores.vault.redirect_hosts", (stores.vault_redirects,)),
    ("stores.vault.ca_file", (stores.vault_authority,)),
    ("stores.vault.client_cert_file", (stores.vault_client,)),
    ("stores.vault.client_key_file", (stores.vault_client,)),
    ("stores.aws.region", (stores.secrets_elsewhere,)),
    ("stores.aws.role_arn", (stores.aws_identity,)),
    ("stores.aws.profile", (stores.aws_identity,)),
    ("stores.fingerprint_key", (stores.fingerprints, *_REFERENCE)),
    ("target", (targets.target_replaced, targets.target_moved, targets.commands_run)),
    ("target.laravel_env.ssh", (targets.machine_moved,)),
    ("target.laravel_env.ssh_known_hosts", (targets.machine_believed,)),
    ("target.settings_api.api_key", _SHARED),
    ("target.settings_api.url", (targets.key_in_clear,)),
    ("target.settings_api", (targets.answers_believed,)),
    ("target.kubernetes.secrets", (targets.cluster_secret_elsewhere,)),
    ("target.kubernetes.secret_name", (targets.cluster_secret_elsewhere,)),
    ("target.kubernetes.secret_store", (targets.cluster_secret_elsewhere,)),
)

#: What a change does. Two environments that differ do not do it to each other.
_IN_TIME: frozenset[Check] = frozenset(
    (
        *(tier.tier_changed, transport.driver_changed, transport.host_changed, transport.region_changed),
        *(transport.account_domain_changed, transport.sendmail_changed, secrets.may_grow_older, secrets.login_gone),
        *(sender.reply_to_changed, sender.selectors_changed, proof.test_recipients_removed, proof.mailbox_moved),
        *(stores.vault_moved, stores.vault_redirects, stores.vault_authority, stores.vault_client),
        *(stores.vault_login, stores.secrets_elsewhere, stores.package_store, stores.aws_identity, stores.fingerprints),
        targets.commands_run,
    )
)


#: What is true of the environment whichever of several settings differ, and said of the first of them.
_ONCE: frozenset[Check] = frozenset(
    (
        *(stores.vault_login, stores.vault_client, stores.secrets_elsewhere, stores.package_store),
        *(stores.aws_identity, targets.answers_believed, targets.cluster_secret_elsewhere),
    )
)


def risks_of(change: Change, sides: Sides, said: set[Risk]) -> tuple[Risk, ...]:
    """What a change means, the gravest first; nothing where what it takes to know was refused.

    ``said`` is what was said of other settings and need not be said again; it grows.
    """
    found: list[Risk] = []
    for setting, checks in TABLE:
        if change.setting != setting and not change.setting.startswith(f"{setting}."):
            continue
        for check in checks:
            if sides.are_others and check in _IN_TIME:
                continue
            risks = _risks(check, change, sides)
            if check in _ONCE:
                risks = [risk for risk in risks if risk not in said]
                said.update(risks)
            found += risks
    return gravest_first(found)


def _risks(check: Check, change: Change, sides: Sides) -> list[Risk]:
    found: list[Risk] = []
    with suppress(NotKnown):
        found += check(change, sides)
    return found
