"""What has to be done at each provider before it takes mail, in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kmconfig.scaffold.servers import provider_named

if TYPE_CHECKING:
    from kmconfig.scaffold.answers import Answers

_APP_PASSWORD: Final = (
    "switch 2-Step Verification on for the account",
    "create an app password and store it: the password of the account itself does not work",
)
_SMTP: Final[dict[str, tuple[str, ...]]] = {
    "sendgrid": (
        "authenticate the sender's domain (Settings, Sender Authentication) and publish the records it shows",
        "create an API key that may only send mail, and store it; the user name is the word apikey",
    ),
    "ses": (
        "verify the sender's domain in the SES console, in the region that stands in the YAML",
        "create SMTP credentials there, not IAM keys, and store both",
        "ask for production access: the sandbox sends to verified addresses only",
    ),
    "mailgun": (
        "add the sending domain and publish the SPF and DKIM records it shows; that may take a day or two to count",
        "create an SMTP password for the domain, and store it",
    ),
    "postmark": (
        "verify the sender's domain, or a sender signature",
        "store the server token: it is user name and password alike",
    ),
    "sparkpost": (
        "add and verify the sending domain",
        "create an API key that may send by SMTP, and store it; the user name is SMTP_Injection",
    ),
    "gmail": (*_APP_PASSWORD, "the sender is the mailbox itself, or one of its verified aliases"),
    "workspace-relay": (
        "allow the relay in the admin console (Gmail, Routing, SMTP relay service), with TLS required",
        "create an app password for the user, and store it",
    ),
    "microsoft365": (
        "allow SMTP AUTH for the tenant and for the mailbox",
        "store the password of the mailbox, and plan the move: passwords are going away",
    ),
    "outlook": ("personal accounts take OAuth tokens only; choose another provider for customers' mail",),
    "brevo": (
        "verify the sender's domain",
        "create an SMTP key (not an API key), and store it with the SMTP login that the account shows",
    ),
    "resend": ("verify the sender's domain", "create an API key for sending, and store it"),
    "mailjet": ("validate the sender's domain", "store the API key as user name and the secret key as password"),
    "mailtrap": ("add and verify the sending domain", "store its API token; the user name is the word api"),
    "zoho": ("create an app password for the mailbox, and store it", "the sender is the mailbox or one of its aliases"),
    "fastmail": (_APP_PASSWORD[1], "the sender is an address or alias of the account"),
    "self-hosted": (
        "create a login for the application on the mail server, and store user name and password",
        "let the server offer STARTTLS on port 587, with a certificate for its host name",
    ),
}
_API: Final[dict[str, tuple[str, ...]]] = {
    "mailgun": (
        _SMTP["mailgun"][0],
        "create a sending key for the domain, and store it",
        "from Laravel 9 on install symfony/mailgun-mailer and symfony/http-client in the application",
        "from Laravel 11 on add the mailgun entries to config/mail.php and config/services.php",
    ),
    "ses": (
        _SMTP["ses"][0],
        "let the role of the machine send (ses:SendRawEmail); without keys in the YAML that role is used",
        _SMTP["ses"][2],
        "install aws/aws-sdk-php in the application",
    ),
    "sendmail": (
        "let the mail system of the machine send to the outside, or through a relay",
        "the sender's domain needs SPF for the machine's address, and DKIM signatures by its mail system",
    ),
}


def setup_steps(answers: Answers) -> tuple[str, ...]:
    """The steps for a driver and provider, with the SPF record and the manual at the end."""
    provider = provider_named(answers.provider)
    steps = _SMTP.get(provider.slug, ()) if answers.driver == "smtp" else _API[answers.driver]
    if provider.spf_include is not None:
        steps = (*steps, f"let SPF of {answers.sender_domain} allow it: include:{provider.spf_include}")
    if answers.driver == "sendmail":
        return steps
    return (*steps, f"limits: {provider.limits}", f"manual: {provider.documentation}")
