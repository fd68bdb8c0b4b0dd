"""What only looks like a secret, and tokens that tell themselves by their first letters."""

from __future__ import annotations

import time

import pytest

from kmconfig.providers.leaks import find_leaks, may_hold_leaks

# Put together from parts, so that scanners of this repository find nothing.
_HEX = "0123456789abcdef"
_MIXED = "aB3dE5gH7jK9mN1pQ3sT5vW7yZ0aB2dE4gH6jK8mN0pQ"
UUID = f"{_HEX[:8]}-{_HEX[:4]}-{_HEX[4:8]}-{_HEX[8:12]}-{_HEX[:12]}"
SHA1 = _HEX[:8] * 5
KEY = _HEX * 2


@pytest.mark.parametrize(
    "password",
    [
        *("password", "Password", "PASSWORD", "passwd", "pass", "secret", "changeme", "change-me", "your-password"),
        *("MAIL_PASSWORD", "SMTP_PASS", "API_KEY", "xxx", "XXXX", "***", "<password>", "${MAIL_PASSWORD}"),
        *("{{password}}", "{{mail.password}}", "%s", "$MAIL_PASSWORD", "%(password)s", "...", "redacted"),
    ],
)
def test_what_stands_for_a_password(password: str) -> None:
    assert find_leaks(f"# smtp://mailer:{password}@mail.acme.example:587\n") == []


@pytest.mark.parametrize(
    "password",
    ["password1", "s3cret-pass", "secrets!", "passphrase", "xxl", "%sugar", "BATTERY", "pass%20word", "my_secret_1"],
)
def test_what_is_a_password_all_the_same(password: str) -> None:
    text = f"# smtp://mailer:{password}@mail.acme.example:587\n"
    assert [shape.kind for shape in find_leaks(text)] == ["a URL with a password"]
    assert may_hold_leaks(text)


@pytest.mark.parametrize("provider", ["postmark", "sparkpost", "mailjet", "mailtrap"])
@pytest.mark.parametrize("text", [UUID, SHA1, KEY])
@pytest.mark.parametrize(
    "around",
    [
        "https://wiki.acme.example/pages/{}",
        "https://wiki.acme.example/pages/{}/edit",
        "http://wiki.acme.example:8080/?page={}",
        "(https://github.com/acme/mail/commit/{})",
        "HTTPS://wiki.acme.example/pages?of=1&page={}#top",
        "commit {}",
        "Commit: {}",
        "git_sha={}",
        'revision: "{}"',
        "image@sha256:{}",
    ],
)
def test_what_identifies_a_page_or_a_revision(provider: str, text: str, around: str) -> None:
    assert find_leaks(f"# {provider}: {around.format(text)}\n") == []


@pytest.mark.parametrize(
    "around",
    [
        "see https://wiki.acme.example/pages {}",
        "https://api.acme.example/?server_token={}",
        "https://api.acme.example/?api_key={}",
        "smtp.postmarkapp.com, user {}",
        "[https://wiki.acme.example/page,{}]",
        "commitment {}",
        "commit 12 has {}",
        "smtp://mail.acme.example/{}",
        "://x/{}",
    ],
)
def test_what_is_a_key_all_the_same(around: str) -> None:
    text = f"# postmark: {around.format(UUID)}\n"
    (found,) = find_leaks(text)
    assert (text[found.start : found.end], found.kind) == (UUID, "a Postmark server token")
    assert may_hold_leaks(text)


def test_a_key_with_a_prefix_is_one_in_addresses_too() -> None:
    assert len(find_leaks(f"# https://api.acme.example/v3/key-{KEY}\n")) == 1


_TOKENS = [
    *((f"{kind}.{_MIXED[:24]}", "a Vault token") for kind in ("hvs", "hvb", "hvr")),
    ("hvs." + "CAESI-" + _MIXED + "_" + _MIXED, "a Vault token"),
    *((f"{kind}_{_MIXED[:36]}", "a GitHub token") for kind in ("ghp", "gho", "ghs", "ghu")),
    ("github_pat_" + f"{_MIXED[:22]}_{_MIXED}", "a GitHub token"),
    ("github_pat_" + _MIXED[:22], "a GitHub token"),
    ("glpat-" + "aB3-" + _MIXED[:16], "a GitLab token"),
    ("glpat-" + _MIXED[:27] + ".01.1a2b3c", "a GitLab token"),
]


@pytest.mark.parametrize(("token", "kind"), _TOKENS)
@pytest.mark.parametrize("around", ["# {}\n", "token: {}", "TOKEN={}\n", "ask 'x_{}'", "{}. Then go on"])
def test_tokens_with_a_prefix(token: str, kind: str, around: str) -> None:
    if around.startswith("ask") and kind == "a Vault token":
        around = "ask '{}'"
    text = around.format(token)
    assert [(text[shape.start : shape.end], shape.kind) for shape in find_leaks(text)] == [(token, kind)]
    assert may_hold_leaks(text)


@pytest.mark.parametrize(
    "text",
    [
        "hvs." + "short",
        "archvs." + _MIXED[:30],
        "ghp_" + _MIXED[:35],
        "ghp_" + "x" * 36,
        "github_pat_" + _MIXED[:21],
        "glpat-" + "X" * 20,
        "glpat-" + _MIXED[:19],
        "xghp_" + _MIXED[:36],
    ],
)
def test_what_is_no_token(text: str) -> None:
    assert find_leaks(f"# {text}\n") == []


@pytest.mark.parametrize(
    "unit", ["hvs.", "ghp_", "glpat-" + "a" * 20 + ".", "http://a/", f"https://a/{UUID} ", f"{UUID} ", "commit "]
)
def test_time_is_linear_in_the_length(unit: str) -> None:
    text = "postmark sparkpost mailjet\n" + unit * (512 * 1024 // len(unit))
    start = time.process_time()
    find_leaks(text)
    assert time.process_time() - start < 3  # a quadratic search would take hours
