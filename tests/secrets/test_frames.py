from __future__ import annotations

import traceback

import pytest

from kmconfig.secrets.frames import frames_cleared

VALUE = "hunter2-hunter3"


def shown(error: BaseException | None) -> str:
    """Everything of an exception, hidden ones included, with local variables."""
    if error is None:
        return ""
    lines = traceback.TracebackException.from_exception(error, capture_locals=True).format(chain=False)
    return "".join(lines) + shown(error.__cause__) + shown(error.__context__)


def refuse() -> None:
    password = VALUE
    if password:
        raise ValueError("refused")


def translate() -> None:
    try:
        refuse()
    except ValueError:
        raise RuntimeError("translated") from None


def group() -> None:
    try:
        refuse()
    except ValueError as error:
        raise ExceptionGroup("several", [error]) from error


@pytest.mark.parametrize("fail", [refuse, translate, group])
def test_no_local_variable_goes_out_with_an_exception(fail: object) -> None:
    assert callable(fail)
    with pytest.raises(Exception, match=r"refused|translated|several") as plain:
        fail()
    assert VALUE in shown(plain.value)
    with pytest.raises(Exception, match=r"refused|translated|several") as cleared:
        frames_cleared()(fail)()
    assert VALUE not in shown(cleared.value)
    assert "in refuse" in shown(cleared.value)


def test_frames_that_still_run_keep_theirs() -> None:
    kept = VALUE
    with pytest.raises(ValueError, match="refused"), frames_cleared():
        refuse()
    assert kept == VALUE


def test_a_loop_of_causes_ends() -> None:
    first, second = ValueError("first"), ValueError("second")
    first.__cause__, second.__cause__ = second, first
    with pytest.raises(ValueError, match="first"), frames_cleared():
        raise first
