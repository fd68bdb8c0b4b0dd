from __future__ import annotations

import io
import itertools
import threading
from typing import TYPE_CHECKING, TextIO, cast

import click
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kmconfig.secrets.masked_stream import MaskedStream
from kmconfig.secrets.masker import Masker
from kmconfig.secrets.patterns import patterns_of
from kmconfig.secrets.secret import Secret
from tests.secrets.test_masker import SHAPES, masker_for, secrets, texts

if TYPE_CHECKING:
    from pathlib import Path

VALUE = "hunter2-hunter3"


def opened(masker: Masker, *, encoding: str = "utf-8") -> tuple[MaskedStream, io.BytesIO]:
    raw = io.BytesIO()
    text = io.TextIOWrapper(raw, encoding=encoding, newline="", write_through=True)
    return MaskedStream(text, masker), raw


def cut(text: str, places: list[int]) -> list[str]:
    ends = sorted({place % (len(text) + 1) for place in places} | {0, len(text)})
    return [text[start:end] for start, end in itertools.pairwise(ends)]


places = st.lists(st.integers(min_value=0, max_value=500), max_size=8)


@given(secret=secrets, around=st.tuples(texts, texts), shape=st.sampled_from(sorted(SHAPES)), at=places, data=st.data())
def test_a_secret_cut_into_any_writes_does_not_come_through(
    secret: str, around: tuple[str, str], shape: str, at: list[int], data: st.DataObject
) -> None:
    stream, raw = opened(masker_for(secret))
    for chunk in cut(SHAPES[shape](secret).join(around), at):
        if data.draw(st.booleans(), label="as bytes"):
            stream.buffer.write(chunk.encode())
        else:
            stream.write(chunk)
    stream.finish()
    shown = raw.getvalue().decode()
    assert "***" in shown
    assert not any(pattern in shown for pattern in patterns_of(secret))


@given(secret=secrets, before=texts, after=texts, at=places)
def test_a_secret_cut_by_flushes_does_not_come_through(secret: str, before: str, after: str, at: list[int]) -> None:
    stream, raw = opened(masker_for(secret))
    for chunk in cut(before + secret + after, at):
        stream.write(chunk)
        stream.flush()
    stream.finish()
    assert secret not in raw.getvalue().decode()


@given(secret=secrets, text=texts, at=places)
def test_text_without_a_secret_comes_through_unchanged(secret: str, text: str, at: list[int]) -> None:
    masker = masker_for(secret)
    assume(masker.mask(text) == text)
    stream, raw = opened(masker)
    for chunk in cut(text, at):
        assert stream.write(chunk) == len(chunk)
        stream.flush()
    stream.finish()
    assert raw.getvalue().decode() == text


@given(secret=secrets, data=st.binary(max_size=60), at=places)
def test_bytes_that_are_no_text_come_through_unchanged(secret: str, data: bytes, at: list[int]) -> None:
    masker = masker_for(secret)
    stream, raw = opened(masker)
    for start, end in zip(sorted({0, *at}), [*sorted({0, *at})[1:], len(data)], strict=True):
        stream.buffer.write(data[start:end])
    stream.finish()
    assert raw.getvalue() == masker.mask_bytes(data)


@given(at=places, repeat=st.integers(min_value=1, max_value=5))
def test_plain_secrets_are_masked_in_chunks_as_in_one(at: list[int], repeat: int) -> None:
    masker = masker_for("abcabcabcd!", "bcd!bcd!bcd!", "line one!\nline two!")
    text = "abcabcabcabcd!bcd!bcd! line one!\nline two!line one!\nline" * repeat + "."
    stream, raw = opened(masker)
    for chunk in cut(text, at):
        stream.write(chunk)
    stream.finish()
    assert raw.getvalue().decode() == masker.mask(text)


def test_only_what_may_begin_a_secret_waits() -> None:
    stream, raw = opened(masker_for(VALUE))
    stream.write("sending as hunter2-")
    assert raw.getvalue() == b"sending as "
    stream.write("hunters\n")
    assert raw.getvalue() == b"sending as hunter2-hunters\n"


def test_a_flush_shows_a_prompt_and_still_masks_the_rest() -> None:
    stream, raw = opened(masker_for(VALUE))
    stream.write("continue? hun")
    stream.flush()
    assert raw.getvalue() == b"continue? hun"
    stream.write(VALUE[3:] + "\n")
    assert raw.getvalue() == b"continue? hun***\n"


def test_a_flush_does_not_show_half_a_secret() -> None:
    stream, raw = opened(masker_for(VALUE))
    stream.write("login hunter2-")
    stream.flush()
    assert raw.getvalue() == b"login "
    stream.finish()
    assert raw.getvalue() == b"login hunter2-"


def test_the_rest_of_a_base64_run_is_swallowed_in_the_next_write() -> None:
    stream, raw = opened(masker_for(VALUE))
    login = SHAPES["base64"](f"\0user\0{VALUE}xyz")
    stream.write("AUTH PLAIN " + login[:-2])
    stream.write(login[-2:] + "\r\n235 ok\r\n")
    assert raw.getvalue() == b"AUTH PLAIN ***\r\n235 ok\r\n"


def test_a_secret_registered_between_writes_is_masked_from_then_on() -> None:
    masker = Masker()
    stream, raw = opened(masker)
    stream.write("start\n")
    masker.register(Secret(VALUE, reference="env:X"))
    stream.writelines([VALUE, "\n"])
    assert raw.getvalue() == b"start\n***\n"


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "ascii"])
def test_bytes_keep_their_place_between_texts_in_any_encoding(encoding: str) -> None:
    stream, raw = opened(masker_for(VALUE), encoding=encoding)
    stream.write("a")
    stream.buffer.write(b"\xff\xfeb" + VALUE.encode()[:5])
    stream.write(VALUE[5:] + "c")
    stream.finish()
    assert raw.getvalue() == b"a\xff\xfeb***c"


def test_closing_lets_out_what_waits(tmp_path: Path) -> None:
    target = tmp_path / "log"
    stream = MaskedStream(target.open("w", encoding="utf-8"), masker_for(VALUE))
    stream.write("hunter2")
    stream.close()
    assert stream.closed
    assert target.read_text() == "hunter2"


def test_the_bytes_layer_of_a_file_behaves_like_one(tmp_path: Path) -> None:
    with (tmp_path / "log").open("w", encoding="utf-8") as file:
        stream = MaskedStream(file, masker_for(VALUE))
        buffer = stream.buffer
        assert buffer.fileno() == stream.fileno() == file.fileno()
        assert (buffer.writable(), buffer.readable(), buffer.seekable(), buffer.isatty()) == (True, False, False, False)
        buffer.writelines([b"a ", VALUE.encode(), memoryview(b" b hunt")])
        assert buffer.write(bytearray(b"er")) == 2
        buffer.close()
        assert not buffer.closed
        stream.write("\n")
        buffer.write("ä".encode()[:1])
        stream.finish()
    assert (tmp_path / "log").read_bytes() == b"a *** b hunter\n\xc3"
    assert stream.closed
    assert buffer.closed


def test_threads_that_register_and_write_at_once_leak_nothing() -> None:
    masker = Masker()
    stream, raw = opened(masker)
    values = [f"secret-of-thread-{number:02}" for number in range(20)]

    def work(value: str) -> None:
        masker.register(Secret(value, reference="env:X"))
        for _ in range(20):
            stream.write(f"<{value}>\n")

    threads = [threading.Thread(target=work, args=(value,)) for value in values]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stream.finish()
    assert raw.getvalue() == b"<***>\n" * 400


def test_click_writes_text_and_bytes_through_it() -> None:
    stream, raw = opened(masker_for(VALUE))
    file = cast("TextIO", stream)
    click.echo(f"text {VALUE}", file=file)
    click.echo(f"bytes {VALUE}".encode(), file=file)
    click.echo(click.style(f"red {VALUE}", fg="red"), file=file)
    wrapped = io.TextIOWrapper(cast("io.BufferedWriter", stream.buffer), encoding="utf-8")
    wrapped.write(f"wrapped {VALUE}\n")
    wrapped.flush()
    wrapped.detach()
    stream.finish()
    assert raw.getvalue() == b"text ***\nbytes ***\nred ***\nwrapped ***\n"


def test_it_answers_for_the_stream_below() -> None:
    stream, _raw = opened(masker_for(VALUE))
    assert (stream.encoding, stream.errors, stream.isatty()) == ("utf-8", "strict", False)
    assert stream.writable()
    assert not stream.readable()
    assert not stream.seekable()
    with pytest.raises(io.UnsupportedOperation):
        stream.fileno()
    with pytest.raises(TypeError):
        stream.write(cast("str", b""))
    with pytest.raises(TypeError):
        stream.buffer.write(cast("bytes", ""))


@pytest.mark.parametrize("name", ["detach", "_stream_", "raw"])
def test_it_has_no_way_around(name: str) -> None:
    stream, _ = opened(masker_for(VALUE))
    with pytest.raises(AttributeError, match="masked stream has no"):
        getattr(stream, name)
    assert not hasattr(stream.buffer, "raw")


def test_a_stream_without_bytes_has_no_buffer() -> None:
    stream = MaskedStream(io.StringIO(), masker_for(VALUE))
    assert not hasattr(stream, "buffer")
