"""Amazon SES over SMTP."""

from __future__ import annotations

from kmconfig.providers.record import BASE64, CAPITALS, Form, Leak, Mistake, Outline, Provider

_AWS = ("aws", "amazon", "secret_access_key", "akia")

SES = Provider(
    slug="ses",
    title="Amazon SES",
    regional_hosts=(
        "email-smtp.{region}.amazonaws.com",
        "email-smtp-fips.{region}.amazonaws.com",
        "*.email-smtp.{region}.vpce.amazonaws.com",
    ),
    regions=(
        *("us-east-1", "us-east-2", "us-west-1", "us-west-2", "ca-central-1", "sa-east-1", "eu-west-1", "eu-west-2"),
        *("eu-west-3", "eu-central-1", "eu-north-1", "eu-south-1", "ap-south-1", "ap-northeast-1", "ap-northeast-2"),
        *("ap-northeast-3", "ap-southeast-1", "ap-southeast-2", "us-gov-east-1", "us-gov-west-1"),
    ),
    other_hosts=r"(?:.+\.)?(?:email|email-fips|email-smtp|email-smtp-fips|feedback-smtp|inbound-smtp)\.[a-z0-9-]+"
    r"(?:\.vpce)?\.amazonaws\.com|(?:.+\.)?mail-manager-smtp\.amazonaws\.com|email\.[a-z0-9-]+\.api\.aws",
    companies=("Amazon", "AWS"),
    ports={25: "tls", 587: "tls", 2587: "tls", 465: "ssl", 2465: "ssl"},
    username=Form("AKIA[A-Z2-7]{16}", "the SMTP user name: `AKIA` and 16 capitals or digits"),
    credential=Form(
        r"(?:B[A-P]|A[g-v])[A-Za-z0-9+/]{42}",
        "the SMTP password: 44 characters, not the secret key",
        secret=True,
        mistakes=(Mistake("[A-Za-z0-9/+]{40}", "an AWS secret key, from which the SMTP password is derived"),),
    ),
    api_credentials={
        "access_key_id": Form("(?:AKIA|ASIA)[A-Z2-7]{16}", "an access key id: `AKIA` and 16 capitals or digits"),
        "secret_access_key": Form(
            "[A-Za-z0-9/+]{40}",
            "the secret key: 40 characters",
            secret=True,
            confirmed=False,
            mistakes=(Mistake(r"(?:B[A-P]|A[g-v])[A-Za-z0-9+/]{42}", "an SMTP password"),),
        ),
    },
    leaks=(
        Leak(
            "an AWS access key id",
            r"\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b",
            outline=Outline(CAPITALS + "234567", "x" * 20),
        ),
        Leak(
            "an SES SMTP password",
            r"(?<![A-Za-z0-9+/])(?:B[A-P]|A[g-v])[A-Za-z0-9+/]{42}(?![A-Za-z0-9+/=])",
            mixed=True,
            outline=Outline(BASE64, "x" * 44),
        ),
        Leak(
            "an AWS secret key",
            r"(?<![A-Za-z0-9/+])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])",
            near=_AWS,
            mixed=True,
            outline=Outline(BASE64, "x" * 40),
        ),
    ),
    spf_include="amazonses.com",
    own_bounces=True,
    dkim_selector_form="<token>",
    dkim_alias="{selector}.dkim.amazonses.com",
    limits="sandbox 200 messages in 24 hours, 1 a second, verified recipients only; 50 recipients a message, 40 MB",
    documentation="https://docs.aws.amazon.com/ses/latest/dg/smtp-connect.html",
    source="docs.aws.amazon.com/ses, SMTP interface and credentials pages",
)
