"""SPF: what is judged where name servers give no answer."""

from __future__ import annotations

import threading

import pytest

from kmconfig.dns.answer import Answer
from kmconfig.dns.spf_tree import grow_tree
from tests.dns.senders import results, seen
from tests.dns.spf import spf


def test_what_gave_no_answer_could_not_be_checked() -> None:
    examined = seen("; acme.example: servfail")
    assert {results(examined)[code] for code in ("KM701", "KM702", "KM704", "KM705", "KM711", "KM714")} == {"unknown"}
    assert examined.exit_code == 5


@pytest.mark.parametrize("kind", ["servfail", "timeout", "refused"])
def test_an_include_that_gave_no_answer(kind: str) -> None:
    examined = seen(spf("v=spf1 include:down.test -all", f"; down.test: {kind}"))
    assert results(examined) == dict.fromkeys(("KM704", "KM705", "KM714"), "unknown")
    assert examined.exit_code == 5


def test_a_fault_that_was_seen_counts_though_others_gave_no_answer() -> None:
    examined = seen(spf("v=spf1 include:down.test +all", "; down.test: timeout"))
    assert results(examined)["KM705"] == "fail"
    assert examined.exit_code == 1


def test_includes_are_waited_for_side_by_side() -> None:
    together, lock, asked = threading.Barrier(5, timeout=10), threading.Lock(), set[str]()

    def ask(name: str, _kind: str) -> Answer:
        with lock:
            known = name in asked
            asked.add(name)
        if not known:
            together.wait()
        return Answer("timeout", detail=name)

    tree = grow_tree("acme.example", "v=spf1 a:a.test mx:b.test include:c.test include:d.test redirect=e.test", ask)
    assert (tree.lookups, len(tree.unknown), len(asked)) == (5, 5, 5)
