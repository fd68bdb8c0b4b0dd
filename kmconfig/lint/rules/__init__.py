"""Every rule, in the order of its code. A new rule gets a module of its own and a line here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmconfig.lint.rules.credentials import (
    credentials_in_clear,
    half_a_login,
    leaked_secret,
    missing_credentials,
    plaintext_secret,
    username_form,
)
from kmconfig.lint.rules.driver import (
    foreign_driver_block,
)
from kmconfig.lint.rules.engine import (
    expired_suppression,
    suppression_without_reason,
    unknown_rule,
    unused_suppression,
)
from kmconfig.lint.rules.sender import (
    free_mail_sender,
    generic_sender_name,
    no_test_recipient,
    noreply_reply_to,
    noreply_sender,
    placeholder_sender,
    sender_all_caps,
    sender_name_differs,
    sender_not_login,
    spammy_sender_name,
)
from kmconfig.lint.rules.syntax import (
    broken_extends,
    duplicate_key,
    invalid_value,
    missing_setting,
    unknown_key,
    unreadable_file,
    unsupported_version,
    wrong_type,
    yaml_feature,
    yaml_syntax,
)
from kmconfig.lint.rules.transport import (
    ip_address_host,
    misspelt_host,
    no_encryption,
    not_recommended_port,
    placeholder_host,
    port_25,
    port_encryption_mismatch,
    port_not_offered,
    unofficial_host,
    unusual_port,
)

if TYPE_CHECKING:
    from kmconfig.lint.rule import Rule

RULES: tuple[Rule, ...] = (
    unused_suppression.check,
    unknown_rule.check,
    expired_suppression.check,
    suppression_without_reason.check,
    yaml_syntax.check,
    duplicate_key.check,
    yaml_feature.check,
    unknown_key.check,
    wrong_type.check,
    missing_setting.check,
    invalid_value.check,
    broken_extends.check,
    unsupported_version.check,
    unreadable_file.check,
    port_encryption_mismatch.check,
    no_encryption.check,
    port_25.check,
    not_recommended_port.check,
    unusual_port.check,
    port_not_offered.check,
    ip_address_host.check,
    misspelt_host.check,
    unofficial_host.check,
    placeholder_host.check,
    plaintext_secret.check,
    leaked_secret.check,
    missing_credentials.check,
    half_a_login.check,
    username_form.check,
    credentials_in_clear.check,
    sender_all_caps.check,
    generic_sender_name.check,
    spammy_sender_name.check,
    sender_name_differs.check,
    free_mail_sender.check,
    placeholder_sender.check,
    noreply_sender.check,
    sender_not_login.check,
    noreply_reply_to.check,
    no_test_recipient.check,
    foreign_driver_block.check,
)
