"""Secrets that a pod gets as they are, where Laravel reads something else in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kmconfig.errors import CouldNotCheck
from tests.targets.settings import candidate

if TYPE_CHECKING:
    from tests.targets.kubernetes.site import Site

READ_AS_THEY_ARE = ["correct horse", "nullable", " null", '"half', "${X}", "0"]
CHANGED = ["null", "TRUE", "(empty)", '"in double quotes"', "'in single quotes'"]


@pytest.mark.parametrize("value", CHANGED)
def test_a_secret_that_laravel_would_change_is_refused(site: Site, value: str) -> None:
    with pytest.raises(CouldNotCheck, match=r"the secret of `email\.smtp\.password` \(.*staging\.yaml") as raised:
        site.compare(candidate(site.environment, password=value))
    assert value not in f"{raised.value.message.replace('`null`', '')} {raised.value.help}"


@pytest.mark.parametrize("value", READ_AS_THEY_ARE)
def test_others_are_not(site: Site, value: str) -> None:
    assert site.compare(candidate(site.environment, password=value)).operations


@pytest.mark.parametrize(("value", "told"), [(CHANGED[3], True), (READ_AS_THEY_ARE[0], False)])
def test_of_a_secret_that_exists_it_is_said(site: Site, value: str, *, told: bool) -> None:
    site.configure(secrets="secret_ref")
    notes = site.compare(candidate(site.environment, password=value)).notes
    assert any("in single quotes" in note for note in notes) is told
    assert not any(value in note for note in notes)
