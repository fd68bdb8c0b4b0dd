"""The scrubber finds what was learnt in every form, although it makes the forms only when a text is long enough."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from kmconfig.mail.scrub import MASK, Scrubber, _forms, _Learnt

PRINTABLE = "".join(map(chr, range(32, 127)))
ANY = st.binary(min_size=1, max_size=60) | st.text(min_size=1, max_size=40).map(
    lambda text: text.encode("utf-8", "surrogatepass")
)


@given(ANY)
@example(b"abcd")
@example(b"a b\r\nc")
@example("ſecret-K".encode())
def test_no_form_is_shorter_than_the_bound(value: bytes) -> None:
    forms = ["".join(form.split()) for form in _forms(value) if form.strip()]

    assert all(len(form) >= _Learnt(value).shortest for form in forms)


@given(st.text(PRINTABLE, min_size=4, max_size=40).filter(lambda text: text.strip(" []hiden") != ""))
def test_every_form_is_masked_in_a_text(value: str) -> None:
    scrubber = Scrubber()
    scrubber.learn(value.encode())
    for form in _forms(value.encode()):
        if form.strip():
            assert form not in scrubber.scrub(f"535 «{form}»").replace(MASK, "")


def test_letters_beyond_ascii_that_fold_into_ascii() -> None:
    scrubber = Scrubber()
    scrubber.learn("ſecretKey".encode())

    assert scrubber.scrub("secretkey") == MASK
    assert scrubber.scrub("\N{LATIN SMALL LETTER LONG S}ecret\N{KELVIN SIGN}ey") == MASK
