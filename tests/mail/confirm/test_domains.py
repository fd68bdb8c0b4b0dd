"""Which domains belong together."""

from __future__ import annotations

import pytest

from kmconfig.mail.confirm.domains import is_public_name, organisation


@pytest.mark.parametrize(
    ("domain", "owner"),
    [
        ("acme.test", "acme.test"),
        ("mail.eu.Acme.test.", "acme.test"),
        ("mail.acme.co.uk", "acme.co.uk"),
        ("acme.co.uk", "acme.co.uk"),
        ("co.uk", "co.uk"),
        ("a.acme.com.au", "acme.com.au"),
        ("mail.acme.de", "acme.de"),
        ("mail.co.example", "co.example"),
        ("", ""),
    ],
)
def test_who_registered_a_domain(domain: str, owner: str) -> None:
    assert organisation(domain) == owner


@pytest.mark.parametrize(
    ("host", "public"),
    [
        ("mx.acme.test", True),
        ("MX.acme.test.", True),
        ("10.0.0.1", False),
        ("[IPv6:2001:db8::1]", False),
        ("store", False),
        ("a.b.local", False),
        ("under_score.acme.test", True),
        ("bad name.test", False),
    ],
)
def test_names_that_say_whose_they_are(host: str, public: bool) -> None:
    assert is_public_name(host) == public
