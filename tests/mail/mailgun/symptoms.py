"""What Mailgun's API answers and its events tell, and the row of the diagnosis table that it leads to."""

from __future__ import annotations

from kmconfig.mail.diagnosis import Failure

HOST = "api.mailgun.net"


def _seen(kind: str, words: str, *, code: int | None = None, stage: str = "accepted") -> Failure:
    return Failure(stage=stage, kind=kind, text=words, code=code, host=HOST, port=443)


def _answered(status: int, message: str, *, stage: str = "accepted") -> Failure:
    return _seen("mailgun", f"HTTP {status} {message}", code=status, stage=stage)


def _event(words: str, *, code: int) -> Failure:
    return _seen("mailgun-event", f"a@acme.test: {words}", code=code, stage="delivered")


MAILGUN = [
    (
        "mailgun-sandbox",
        _answered(
            403,
            "Sandbox subdomains are for test purposes only. Please add your own domain or add the address to"
            " authorized recipients in Account Settings.",
            stage="recipient",
        ),
    ),
    (
        "mailgun-domain-not-allowed",
        _answered(403, "Domain mg.acme.test is not allowed to send: The domain is unverified"),
    ),
    ("mailgun-bad-recipient", _answered(400, "to parameter is not a valid address. please check documentation")),
    ("mailgun-unauthorised", _answered(401, "Forbidden", stage="auth")),
    ("mailgun-unauthorised", _answered(401, "Invalid private key", stage="auth")),
    ("mailgun-payment", _answered(402, "Request Failed")),
    ("mailgun-forbidden", _answered(403, "Forbidden")),
    ("mailgun-domain-unknown", _answered(404, "Domain not found: mg.acme.test", stage="sender")),
    ("mailgun-too-large", _answered(413, "Request Entity Too Large", stage="data")),
    ("mailgun-rate", _answered(429, "Too many requests")),
    ("mailgun-fault", _answered(500, "Internal Server Error")),
    ("mailgun-fault", _answered(503, "Service Unavailable")),
    ("mailgun-refused", _answered(400, "from parameter is missing")),
    ("mailgun-disabled", _seen("mailgun-disabled", "mg.acme.test is disabled", stage="sender")),
    ("mailgun-unverified", _seen("mailgun-unverified", "mg.acme.test is unverified", stage="sender")),
    (
        "mailgun-suppressed",
        _event("failed (suppress-bounce): 605 Not delivering to previously bounced address", code=605),
    ),
    ("mailgun-rejected", _event("rejected: Sandbox subdomains are for test purposes only", code=550)),
    ("mailgun-no-mx", _event("failed (generic): 498 No MX for acme.test", code=498)),
    ("mailgun-bounced", _event("failed (bounce): 550 5.1.1 nobody here", code=550)),
    ("mailgun-unresolved", _seen("mailgun-unresolved", f"{HOST}: its name has no address", stage="auth")),
    ("mailgun-unreachable", _seen("mailgun-refused", f"{HOST}: connection refused", stage="auth")),
    ("mailgun-silent", _seen("mailgun-timeout", f"{HOST}: no complete answer within the time limit", stage="auth")),
    ("mailgun-verdict-unknown", _seen("mailgun-broken", f"{HOST}: the connection broke")),
    ("mailgun-tls", _seen("mailgun-tls", f"{HOST}: its certificate is for another name", stage="auth")),
    ("mailgun-odd-answer", _seen("mailgun-redirect", f"{HOST} redirects (HTTP 302)", stage="auth")),
]
