"""Defaults are those of the published schema, last of all, and only where nobody may have said otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from kmconfig.environment.defaults import add_defaults, default_of
from kmconfig.environment.merge import merge
from kmconfig.environment.schemas import load_schema
from kmconfig.source.parser import parse
from kmconfig.source.span import SourceFile

if TYPE_CHECKING:
    from collections.abc import Iterator

DRIVERS = ("smtp", "sendmail", "mailgun", "ses")


def published(schema: dict[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every default of the schema of an environment."""
    if "default" in schema:
        yield path, schema["default"]
    for name, child in schema.get("properties", {}).items():
        yield from published(child, (*path, name))


def with_defaults(*texts: str) -> Any:
    found = merge(parse(SourceFile("x.yaml", text)) for text in texts)
    add_defaults(found)
    return found


def leaves(data: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(data, dict):
        for key, value in data.items():
            yield from leaves(value, (*path, key))
    else:
        yield path, data


def test_defaults_are_the_published_ones() -> None:
    applied: dict[tuple[str, ...], Any] = {}
    for driver in DRIVERS:
        applied |= dict(leaves(with_defaults(f"email: {{driver: {driver}}}").root.plain()))
    expected = {
        path: data for path, data in published(load_schema("environment")) if path[0] in ("application", "email")
    }
    assert {**expected, ("email", "driver"): "ses", ("email", "sender", "name"): "KeyManager"} == applied
    assert all(default_of(path) == data for path, data in expected.items())
    assert default_of(("email", "smtp", "username")) is None


@pytest.mark.parametrize("driver", DRIVERS)
def test_only_the_chosen_driver_has_defaults(driver: str) -> None:
    root = with_defaults(f"email: {{driver: {driver}}}").root.plain()
    assert set(root["email"]) - {"driver", "sender"} == ({driver} - {"ses"})


def test_smtp_is_the_default_and_defaults_have_no_place() -> None:
    root = with_defaults("").root
    email = root.data["email"]
    assert email.data["driver"].data == "smtp"
    assert not any(
        value.written for value in (email, email.data["driver"], email.data["smtp"], email.data["smtp"].data["port"])
    )
    assert email.data["smtp"].data["port"].setting == "email.smtp.port"


def test_list_defaults_are_values_of_their_own() -> None:
    lists = [
        with_defaults("email: {driver: sendmail}").root.data["email"].data["sendmail"].data["arguments"] for _ in "ab"
    ]
    assert [item.setting for item in lists[0].data] == ["email.sendmail.arguments[0]", "email.sendmail.arguments[1]"]
    assert lists[0].data is not lists[1].data


def test_what_is_written_stays_and_null_brings_the_default_back() -> None:
    root = with_defaults("email: {smtp: {port: 25, host: a}}", "email: {smtp: {host: ~}}").root
    smtp = root.data["email"].data["smtp"]
    assert (smtp.data["port"].data, smtp.data["port"].written) == (25, True)
    assert (smtp.data["host"].data, smtp.data["host"].written) == ("localhost", False)


def test_the_sender_has_the_applications_name() -> None:
    root = with_defaults("application: {name: Portal}").root.plain()
    assert root["email"]["sender"] == {"name": "Portal"}


@pytest.mark.parametrize(
    ("text", "absent"),
    [
        ("email: {smtp: {port: *x}}", ("email", "smtp", "port")),
        ("email: {smtp: *x}", ("email", "smtp", "port")),
        ("email: *x", ("email", "driver")),
        ("email: {smtp: {<<: 1}}", ("email", "smtp", "port")),
        ("<<: 1", ("application", "name")),
        ("application: {name: !x y}", ("email", "sender", "name")),
    ],
)
def test_no_default_where_a_refused_value_may_have_said_it(text: str, absent: tuple[str, ...]) -> None:
    found = with_defaults(text)
    assert absent not in dict(leaves(found.root.plain()))
    assert found.unknown(absent)
