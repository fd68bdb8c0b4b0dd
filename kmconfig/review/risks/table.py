"""Which changes are looked at for which risks."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from kmconfig.environment.settings import NotKnown
from kmconfig.review.model import gravest_first
from kmconfig.review.risks import places, secrets, sender, transport

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
    ("tier", (places.tier_changed,)),
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
    ("email.test.recipients", (sender.test_recipients_removed,)),
    ("email.test.confirm.imap", (sender.confirm_removed,)),
    ("email.test.confirm.username", _REFERENCE),
    ("email.test.confirm.password", _REFERENCE),
    ("stores.vault.address", (places.vault_moved,)),
    ("stores.vault.mount", (places.secrets_elsewhere,)),
    ("stores.vault.namespace", (places.secrets_elsewhere,)),
    ("stores.vault.auth", (places.vault_login, *_REFERENCE)),
    ("stores.vault.redirect_hosts", (places.vault_trust,)),
    ("stores.vault.ca_file", (places.vault_trust,)),
    ("stores.vault.client_cert_file", (places.vault_trust,)),
    ("stores.vault.client_key_file", (places.vault_trust,)),
    ("stores.aws.region", (places.secrets_elsewhere,)),
    ("stores.aws.role_arn", (places.aws_identity,)),
    ("stores.aws.profile", (places.aws_identity,)),
    ("stores.fingerprint_key", (places.fingerprints, *_REFERENCE)),
    ("target", (places.target_moved, places.commands_run)),
    ("target.settings_api.api_key", _SHARED),
    ("target.settings_api", (places.answers_believed,)),
    ("target.kubernetes.secrets", (places.cluster_secret_elsewhere,)),
    ("target.kubernetes.secret_name", (places.cluster_secret_elsewhere,)),
    ("target.kubernetes.secret_store", (places.cluster_secret_elsewhere,)),
)


def risks_of(change: Change, sides: Sides) -> tuple[Risk, ...]:
    """What a change means, the gravest first; nothing where what it takes to know was refused."""
    found: list[Risk] = []
    for setting, checks in TABLE:
        if change.setting != setting and not change.setting.startswith(f"{setting}."):
            continue
        for check in checks:
            try:
                found += check(change, sides)
            except NotKnown:
                continue
    return gravest_first(found)
