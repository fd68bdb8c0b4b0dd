from __future__ import annotations

import io
import logging
import subprocess
import sys
import threading
import warnings
from typing import TYPE_CHECKING

import pytest

from kmconfig.secrets.installation import install
from kmconfig.secrets.masked_stream import MaskedStream
from kmconfig.secrets.masker import Masker
from kmconfig.secrets.secret import Secret
from tests.secrets.test_masker import masker_for

if TYPE_CHECKING:
    from collections.abc import Iterator

VALUE = "hunter2-hunter3"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """A log that goes to memory, not to a stream that is masked anyway."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s %(message)s"))
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


def refusal() -> ValueError:
    return ValueError(f"refused {VALUE}")


def test_both_streams_are_masked_and_given_back(capsys: pytest.CaptureFixture[str]) -> None:
    before = (sys.stdout, sys.stderr)
    with install(masker_for(VALUE)):
        assert isinstance(sys.stdout, MaskedStream)
        sys.stdout.writelines(["out ", VALUE, "\n", "hunter2"])
        sys.stderr.write(f"err {VALUE}\n")
    assert (sys.stdout, sys.stderr) == before
    assert capsys.readouterr() == ("out ***\nhunter2", "err ***\n")


def test_log_records_are_masked_with_arguments_and_tracebacks(log: io.StringIO) -> None:
    with install(masker_for(VALUE)):
        logging.getLogger("app").info("login %s", VALUE)
        logging.getLogger("app").error("failed", exc_info=refusal())
    shown = log.getvalue()
    assert "INFO app login ***\n" in shown
    assert "ValueError: refused ***" in shown
    assert VALUE not in shown


def test_the_traceback_kept_on_the_record_is_masked_too(log: io.StringIO) -> None:
    masker = masker_for(VALUE)
    with install(masker):
        handler = logging.getLogger().handlers[-1]
        assert handler.formatter is not None
        error = refusal()
        record = logging.LogRecord("app", logging.ERROR, "", 1, "failed", None, (type(error), error, None))
        handler.format(record)
    assert record.exc_text is not None
    assert record.exc_text.endswith("ValueError: refused ***")


def test_a_handler_added_later_is_masked_with_the_next_secret(log: io.StringIO) -> None:
    masker = Masker()
    late = logging.StreamHandler(io.StringIO())
    with install(masker):
        logging.getLogger("late").addHandler(late)
        masker.register(Secret(VALUE, reference="env:X"))
        logging.getLogger("late").warning(VALUE)
        assert late.stream.getvalue() == "***\n"
    assert late.formatter is None
    logging.getLogger("late").removeHandler(late)


def test_talkative_libraries_are_quiet_until_the_end(log: io.StringIO) -> None:
    botocore = logging.getLogger("botocore.parsers")
    with install(Masker()):
        botocore.debug("response body with everything")
        botocore.warning("slow down")
    assert log.getvalue() == "WARNING botocore.parsers slow down\n"
    botocore.debug("afterwards")
    assert log.getvalue().endswith("DEBUG botocore.parsers afterwards\n")


def test_hooks_are_set_with_the_first_secret_and_put_back() -> None:
    before = (sys.excepthook, threading.excepthook, warnings.formatwarning)
    masker = Masker()
    with install(masker):
        assert (sys.excepthook, threading.excepthook, warnings.formatwarning) == before
        masker.register(Secret(VALUE, reference="env:X"))
        assert sys.excepthook is not before[0]
        assert threading.excepthook is not before[1]
        assert VALUE not in warnings.formatwarning(f"old {VALUE}", UserWarning, "x.py", 1, "")
    assert (sys.excepthook, threading.excepthook, warnings.formatwarning) == before


def test_an_error_in_a_thread_is_shown_masked(capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        raise ValueError(f"refused {VALUE}")

    with install(masker_for(VALUE)):
        thread = threading.Thread(target=fail)
        thread.start()
        thread.join()
        sys.excepthook(RuntimeError, RuntimeError(f"and {VALUE}"), None)
    shown = capsys.readouterr().err
    assert "ValueError: refused ***" in shown
    assert shown.endswith("RuntimeError: and ***\n")
    assert VALUE not in shown


def test_a_whole_process_shows_nothing() -> None:
    program = f"""
import logging, os, sys, warnings
from kmconfig.secrets.installation import install
from kmconfig.secrets.masker import Masker
from kmconfig.secrets.secret import Secret
logging.basicConfig(level=logging.DEBUG)
masker = Masker()
with install(masker):
    masker.register(Secret("{VALUE}", reference="env:X"))
    print("{VALUE}"); sys.stdout.buffer.write(b"{VALUE}\\n"); sys.stdout.write("hunter2-")
    sys.stdout.write("hunter3\\n")
    logging.debug("%r", ["{VALUE}"]); warnings.warn("{VALUE}")
    sys.excepthook(ValueError, ValueError("{VALUE}"), None)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "***\n***\n***\n"
    assert done.stderr.count("***") >= 3
    assert VALUE not in done.stderr


def test_nothing_is_imported_before_the_first_secret() -> None:
    program = """
import sys
from kmconfig.secrets.masker import Masker
from kmconfig.secrets.installation import install
with install(Masker()):
    print("text")
heavy = {"json", "base64", "html", "urllib.parse", "logging", "threading", "hmac", "dataclasses"}
print(*sorted(heavy & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-S", "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "text\n\n"
