"""Diagnosis rows for the login, as each provider words its refusal (facts of 2026-11)."""

from __future__ import annotations

from typing import Final

from kmconfig.mail.diagnosis_row import Row

_GOOGLE_REMEDY: Final = "create an app password: https://myaccount.google.com/apppasswords"
_OTHER_PROVIDER: Final = "or send through a transactional provider (SendGrid, Mailgun, SES)"
_SENDGRID_KEYS: Final = "https://app.sendgrid.com/settings/api_keys"
_BREVO_KEYS: Final = "https://app.brevo.com/settings/keys/smtp"

_GOOGLE: Final = (
    Row(
        key="gmail-app-password-required",
        pattern=r"application-specific password required|5\.7\.9 .*support\.google",
        cause="Google wants an app password; the account's own password never works over SMTP",
        remedies=(_GOOGLE_REMEDY, "store its 16 letters without blanks as `email.smtp.password`"),
        temporary=False,
    ),
    Row(
        key="gmail-bad-password",
        pattern=r"username and password not accepted",
        cause="Google does not accept this app password: mistyped, revoked, of another account, or 2-Step is off",
        remedies=(
            _GOOGLE_REMEDY,
            "use the full address of the same account as `email.smtp.username`",
        ),
        temporary=False,
    ),
    Row(
        key="gmail-web-login-required",
        pattern=r"log ?in via your web browser|WebLoginRequired",
        cause="Google holds the login back until the account's owner has confirmed it in a browser",
        remedies=("sign in at https://accounts.google.com/ and confirm the login", _GOOGLE_REMEDY),
        temporary=False,
    ),
    Row(
        key="workspace-relay-unregistered",
        pattern=r"invalid credentials for relay|mail relay denied",
        cause="the Workspace relay does not know this machine: address, From domain or EHLO name is not registered",
        remedies=(
            "add the public address: Admin console > Apps > Google Workspace > Gmail > Routing > SMTP relay service",
            "set `email.smtp.ehlo_domain` to a domain of the Workspace",
        ),
        temporary=False,
    ),
)

_MICROSOFT: Final = (
    Row(
        key="m365-smtp-auth-off",
        pattern=r"SmtpClientAuthentication is disabled",
        cause="SMTP AUTH is switched off for the mailbox or the whole tenant",
        remedies=(
            "for the mailbox: `Set-CASMailbox -Identity ADDRESS -SmtpClientAuthenticationDisabled $false`",
            "for the tenant: `Set-TransportConfig -SmtpClientAuthenticationDisabled $false`",
            "see https://aka.ms/smtp_auth_disabled",
        ),
        temporary=False,
    ),
    Row(
        key="m365-security-defaults",
        pattern=r"security defaults policy",
        cause="the tenant's security defaults forbid password logins",
        remedies=(
            "replace security defaults by conditional access: Entra admin center > Overview > Properties",
            _OTHER_PROVIDER,
        ),
        temporary=False,
    ),
    Row(
        key="m365-conditional-access",
        pattern=r"did not meet the criteria to be authenticated",
        cause="a conditional access rule or multi-factor login stops this account",
        remedies=(
            "exclude the account: Entra admin center > Protection > Conditional Access; the sign-in log names the rule",
            _OTHER_PROVIDER,
        ),
        temporary=False,
    ),
    Row(
        key="outlook-personal",
        pattern=r"basic authentication is disabled",
        cause="personal Outlook.com accounts take OAuth only, never a password",
        remedies=("send through another provider; personal accounts are not meant for applications",),
        temporary=False,
    ),
    Row(
        key="m365-basic-auth-gone",
        pattern=r"basic authentication is not supported for client submission|^550 5\.7\.30\b",
        cause="Microsoft has switched password logins off for this tenant",
        remedies=(
            "an administrator may allow them again: `Set-TransportConfig -SmtpClientAuthenticationDisabled $false`",
            _OTHER_PROVIDER,
        ),
        temporary=False,
    ),
    Row(
        key="m365-not-logged-in",
        pattern=r"client (was )?not authenticated",
        cause="no login was sent to Microsoft 365",
        remedies=("set `email.smtp.username` and `email.smtp.password`, port 587 and `encryption: tls`",),
        temporary=False,
    ),
    Row(
        key="m365-bad-password",
        pattern=r"535 5\.7\.3 authentication unsuccessful",
        cause="wrong password, or a login name that is not the account's user principal name",
        remedies=(
            "use the user principal name: `Get-Mailbox ADDRESS | Select UserPrincipalName`",
            "sign in with the same values at https://outlook.office.com/",
            "with OAuth, the token needs the scope SMTP.Send for this very mailbox",
        ),
        temporary=False,
    ),
)

_AMAZON: Final = (
    Row(
        key="ses-bad-credentials",
        pattern=r"^535[ -]authentication credentials invalid",  # other servers say it behind 5.7.8
        cause="not the SMTP password of this region: an IAM secret key, another region's password, an old one, or a "
        "blank pasted with it",
        remedies=(
            "create SMTP credentials for the region in `{host}`: SES console > SMTP settings > Create SMTP credentials",
            "store the generated password, never the 40 characters of a secret access key",
        ),
        temporary=False,
    ),
    Row(
        key="ses-not-logged-in",
        codes=(530,),
        pattern=r"^530 authentication required",
        cause="no login was sent",
        remedies=("set `email.smtp.username` and `email.smtp.password`",),
        temporary=False,
    ),
    Row(
        key="ses-not-subscribed",
        pattern=r"not subscribed to SES",
        cause="this AWS account has never opened SES",
        remedies=("open SES once for the account and region: https://console.aws.amazon.com/ses/home",),
        temporary=False,
    ),
    Row(
        key="ses-temporary-auth",
        pattern=r"454 temporary authentication failure",
        cause="SES cannot check the login: the key has been deleted or made inactive, or AWS has a fault",
        remedies=(
            "check that the key is active: `aws iam list-access-keys --user-name USER`",
            "try again; see https://health.aws.amazon.com/health/status",
        ),
    ),
)

_OTHERS: Final = (
    Row(
        key="sendgrid-bad-grant",
        pattern=r"authorization grant is invalid, expired, or revoked",
        cause="the username is not the word `apikey`, or the key is revoked or of another region",
        remedies=(
            "set `email.smtp.username: apikey`",
            f"create a key with Mail Send access at {_SENDGRID_KEYS}",
        ),
        temporary=False,
    ),
    Row(
        key="sendgrid-credits",
        pattern=r"maximum credits exceeded",
        cause="the SendGrid plan is used up, or its trial has ended",
        remedies=("upgrade the plan: https://app.sendgrid.com/account/billing", "wait until the credits renew"),
    ),
    Row(
        key="sendgrid-not-logged-in",
        pattern=r"unauthenticated senders not allowed",
        cause="no login was sent to SendGrid",
        remedies=(f"set `email.smtp.username: apikey` and a key from {_SENDGRID_KEYS} as the password",),
        temporary=False,
    ),
    Row(
        key="sparkpost-bad-key",
        pattern=r"no authentication type succeeded",
        cause="the key may not send by SMTP, or the username is wrong",
        remedies=(
            "set `email.smtp.username: SMTP_Injection`",
            "create a key with “Send via SMTP” at https://app.sparkpost.com/account/api-keys",
        ),
        temporary=False,
    ),
    Row(
        key="brevo-bad-key",
        hosts=("brevo.com", "sendinblue.com"),
        stages=("auth",),
        codes=(502, 535),
        cause="Brevo wants its SMTP key (`xsmtpsib-…`); an API key (`xkeysib-…`) does not work over SMTP",
        remedies=(
            f"create an SMTP key at {_BREVO_KEYS}",
            "use the login shown there as `email.smtp.username`; Brevo takes AUTH LOGIN and PLAIN",
        ),
        temporary=False,
    ),
    Row(
        key="login-skipped",
        pattern=r"please authenticate first|authentication required",
        cause="the server wants a login, and none was accepted",
        remedies=(
            "set `email.smtp.username` and `email.smtp.password`, with `encryption: tls`",
            f"at Brevo use the SMTP key, not the API key: {_BREVO_KEYS}",
        ),
        temporary=False,
    ),
    Row(
        key="brevo-address-not-allowed",
        pattern=r"unauthori[sz]ed IP address",
        cause="the account takes logins only from listed addresses, and this machine's is not listed",
        remedies=("authorise it at https://app.brevo.com/security/authorised_ips",),
        temporary=False,
    ),
    Row(
        key="mailgun-bad-login",
        hosts=("mailgun.org",),
        stages=("auth",),
        codes=(535,),
        cause="an EU domain's login at the US host (or the reverse), or an API key where the SMTP password is due",
        remedies=(
            "use smtp.eu.mailgun.org for EU domains and smtp.mailgun.org for US ones",
            "reset the SMTP password: https://app.mailgun.com/mg/sending/domains > Domain settings > SMTP credentials",
        ),
        temporary=False,
    ),
)

PROVIDER_LOGIN_ROWS: Final = (*_GOOGLE, *_MICROSOFT, *_AMAZON, *_OTHERS)
