from __future__ import annotations

import copy
import dataclasses
import json
import operator
import pickle
import traceback
from typing import TYPE_CHECKING, Any

import pytest

from kmconfig.secrets.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable

VALUE = "correct-horse-battery"


def secret(value: str = VALUE) -> Secret:
    return Secret(value, reference="vault:km/prod/smtp#password")


@dataclasses.dataclass
class Holder:
    password: Secret


@pytest.mark.parametrize(
    "show",
    [repr, str, format, ascii, "{}".format, "{!r:>80}".format, "%s".__mod__, "%r".__mod__, lambda s: f"{s:>60}"],
)
def test_every_way_of_showing_names_only_the_reference(show: Callable[[Secret], str]) -> None:
    shown = show(secret())
    assert "<secret vault:km/prod/smtp#password>" in shown
    assert VALUE not in shown


@pytest.mark.parametrize(
    "use",
    [
        bool,
        len,
        iter,
        hash,
        json.dumps,
        pickle.dumps,
        copy.copy,
        copy.deepcopy,
        vars,
        list,
        bytes,
        int,
        lambda s: s + "",
        lambda s: s[0],
        lambda s: "a" in s,
        lambda s: s < s,  # noqa: PLR0124
        lambda s: s.__getstate__(),
        lambda s: s.__reduce__(),
        lambda s: dataclasses.asdict(Holder(s)),
        lambda s: {s: 1},
    ],
)
def test_it_cannot_be_used_as_a_value(use: Callable[[Any], object]) -> None:
    with pytest.raises(TypeError) as caught:
        use(secret())
    assert VALUE not in str(caught.value)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_no_pickle_protocol_takes_it(protocol: int) -> None:
    with pytest.raises(TypeError, match="cannot be pickled"):
        pickle.dumps(secret(), protocol)


def test_it_cannot_be_changed() -> None:
    subject = secret()
    for change in (
        ("__setattr__", "_value", "x"),
        ("__setattr__", "reference", "x"),
        ("__delattr__", "_value"),
    ):
        with pytest.raises(AttributeError, match="cannot be changed"):
            operator.methodcaller(*change)(subject)
    assert subject.reveal() == VALUE


def test_it_equals_only_a_secret_of_the_same_value() -> None:
    assert secret() == Secret(VALUE, reference="env:OTHER")
    assert secret() != secret("something else")
    assert operator.ne(secret(), VALUE)
    assert secret("ключ") == secret("ключ")
    assert secret("\udcff") == secret("\udcff")


def test_a_traceback_with_locals_does_not_show_it() -> None:
    def fails(password: Secret) -> None:
        holder = Holder(password)
        raise ValueError(f"no {holder}")

    try:
        fails(Secret(VALUE, reference="env:X"))
    except ValueError as error:
        shown = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    assert "password = <secret env:X>" in shown
    assert VALUE not in shown


def test_json_with_a_fallback_shows_the_reference() -> None:
    assert json.loads(json.dumps({"password": secret()}, default=str)) == {
        "password": "<secret vault:km/prod/smtp#password>"
    }
