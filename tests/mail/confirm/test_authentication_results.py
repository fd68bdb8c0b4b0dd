"""The grammar of Authentication-Results, and what is no such thing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmconfig.mail.confirm.authentication_results import RESULTS, AuthenticationResults, without_comments


@pytest.mark.parametrize(
    ("value", "server", "results"),
    [
        ("example.test 1; none", "example.test", []),
        ("example.test;\tspf=pass smtp.mailfrom=acme.test", "example.test", [("spf", "pass", "acme.test")]),
        ('"example.test" ; dkim = pass header.i=@Acme.test', "example.test", [("dkim", "pass", "acme.test")]),
        ("x.test; dkim/1=pass (a; b \\) (nested)) header . d = acme.test", "x.test", [("dkim", "pass", "acme.test")]),
        ('x.test; dkim=fail reason="a; dmarc=pass" header.d=a.test', "x.test", [("dkim", "fail", "a.test")]),
        ("x.test; spf=hardfail smtp.helo=h.test", "x.test", [("spf", "fail", "h.test")]),
        ("x.test; spf=wonderful", "x.test", [("spf", "other", "")]),
        ("spf=none (no record) smtp.mailfrom=a.test", "", [("spf", "none", "a.test")]),
        ("x.test; ; =pass; spf; dmarc=PASS header.from=A.test.", "x.test", [("dmarc", "pass", "a.test")]),
        ("", "", []),
    ],
)
def test_fields(value: str, server: str, results: list[tuple[str, str, str]]) -> None:
    field = AuthenticationResults.parse(value)
    assert field.server == server
    assert [(result.method, result.result, result.domain) for result in field.results] == results


@given(st.text(st.sampled_from('ab.;=/()"\\ \tspfdkim1'), max_size=200))
def test_anything_is_read(value: str) -> None:
    field = AuthenticationResults.parse(value)
    assert all(result.result in RESULTS for result in field.results)
    assert "(" not in without_comments(value.replace('"', "").replace("\\", "").replace(")", ""))


def test_long_fields_are_read_in_no_time() -> None:
    field = AuthenticationResults.parse("x.test; " + "(" * 8000 + "spf=pass; " * 800)
    assert field.results == ()
    assert len(AuthenticationResults.parse("x.test" + "; spf=pass a.b=c" * 800).results) == 50


def test_microsoft_s_none_is_no_domain() -> None:
    found = AuthenticationResults.parse("spf=none (sender IP is 192.0.2.9) smtp.mailfrom=none; dkim=none header.d=none")
    assert [(result.result, result.domain) for result in found.results] == [("none", ""), ("none", "")]
