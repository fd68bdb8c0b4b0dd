"""Every rule that asks stores and servers, in the order of its code; loaded only where these rules are spoken of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.lint.rules.accounts import mailgun_domain_inactive, sending_paused, ses_identity_unverified, ses_sandbox
from kmconfig.lint.rules.dns import (
    blocklisted,
    dmarc_alignment,
    dmarc_invalid,
    dmarc_monitor_only,
    dmarc_reports,
    no_dkim,
    no_dmarc,
    no_mta_sts,
    no_mx,
    no_spf,
    no_such_domain,
    no_tls_rpt,
    several_spf,
    spf_invalid,
    spf_lookups,
    spf_pass_all,
    spf_without_provider,
    weak_dkim,
)
from kmconfig.lint.rules.secrets import (
    broad_credential,
    secret_age_unknown,
    secret_due_soon,
    secret_missing,
    secret_overdue,
    secret_shape,
)

if TYPE_CHECKING:
    from kmconfig.lint.rule import Rule

ONLINE_RULES: tuple[Rule, ...] = (
    no_spf.check,
    several_spf.check,
    spf_without_provider.check,
    spf_lookups.check,
    spf_pass_all.check,
    no_dkim.check,
    weak_dkim.check,
    no_dmarc.check,
    dmarc_monitor_only.check,
    no_mx.check,
    no_such_domain.check,
    dmarc_invalid.check,
    blocklisted.check,
    spf_invalid.check,
    dmarc_alignment.check,
    dmarc_reports.check,
    no_mta_sts.check,
    no_tls_rpt.check,
    secret_missing.check,
    secret_overdue.check,
    secret_due_soon.check,
    secret_age_unknown.check,
    secret_shape.check,
    ses_sandbox.check,
    ses_identity_unverified.check,
    mailgun_domain_inactive.check,
    sending_paused.check,
    broad_credential.check,
)
