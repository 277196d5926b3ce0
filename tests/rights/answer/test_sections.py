"""Every store of the inventory has its section in the answer, and what a section tells is what the store holds."""

from typing import Any

import pytest

from annotations.accounts.models import User
from annotations.core import clock
from annotations.rights import inventory
from annotations.rights.answer import compile_answer
from annotations.rights.answer.sections import SECTIONS
from annotations.rights.answer.titles import TITLES
from annotations.rights.scopes import Scope, reach
from tests.rights.answer.households import make_household

# Of these the answer tells other things than the rows that the inventory counts for an erasure.
TOLD_OTHERWISE = {
    "release_items": "those that were erased, too",
    "export_files": "files that there are, not those that were destroyed",
    "flags": "all of them, also those that stay",
    "words": "without digests, which are told with the clips",
    "log_exports": "the inventory counts no file for a household",
    "erasures": "the inventory counts none for an erasure",
    "legal_holds": "also of clips that are no more",
    "answers": "requests, also those whose answer is not compiled",
}
NOTHING_IS_COUNTED = {"outgoing_messages", "messages", "program_logs", "caches", "journal", "backups"}


@pytest.mark.once
def test_every_store_has_a_section_and_every_section_a_store() -> None:
    assert set(SECTIONS) == {store.code for store in inventory.STORES}, "say in rights/answer/sections.py"


@pytest.mark.once
def test_every_section_says_how_long_and_why_and_tells_in_one_way_only() -> None:
    for code, section in SECTIONS.items():
        assert str(section.kept), code
        assert str(section.because), code
        ways = (section.with_clips, section.of_clips or section.of_household, section.uncounted)
        assert sum(map(bool, ways)) <= 1, code


@pytest.mark.django_db
def test_what_is_told_of_each_store_is_what_it_holds(officer: User) -> None:
    clip = make_household(officer)
    found = compile_answer(clip.owner.pseudonym, clock.now())
    told: dict[str, dict[str, Any]] = {store["store"]: store for store in found["stores"]}
    covered = reach(Scope("owner", clip.owner.pseudonym))
    for store in inventory.STORES:
        if store.code not in TOLD_OTHERWISE:
            assert told[store.code]["count"] == store.count(covered), store.code
    assert {code for code, store in told.items() if store["held"] != "something"} == NOTHING_IS_COUNTED
    assert told["entries"]["count"] == found["log"]["entries"]
    for code, section in SECTIONS.items():
        if section.with_clips:
            assert any(each[section.with_clips] for each in found["clips"]), code
        if section.of_clips or section.of_household:
            assert told[code]["records"], code
    numbers = {each["number"] for each in found["clips"]}
    for code, section_told in told.items():
        for record in section_told["records"]:
            assert set(record) <= set(TITLES), code
            assert record.get("clip", "") in {"", *numbers}, code
