from collections import Counter

import pytest

from annotations.rights.scan.matcher import BLOCK, Matcher
from annotations.rights.scan.probe import Kind, Value

REFERENCE, WORDS = Value(Kind.REFERENCE, "Miller 12"), Value(Kind.WORDS, "Erika")


@pytest.mark.parametrize("cut", range(1, 40))
def test_what_is_cut_between_two_blocks_is_found_once(cut: int) -> None:
    whole = b"xxxxx Miller 12 yyyyy Erika zzzzz Miller 12"
    blocks = [whole[start : start + cut] for start in range(0, len(whole), cut)]
    assert Matcher([REFERENCE, WORDS]).count(blocks) == Counter({Kind.REFERENCE: 2, Kind.WORDS: 1})


def test_two_values_may_be_parts_of_each_other() -> None:
    values = [Value(Kind.WORDS, "Miller"), REFERENCE]
    assert Matcher(values).count([b"Miller 12"]) == Counter({Kind.WORDS: 1, Kind.REFERENCE: 1})


def test_in_noise_short_spellings_are_not_looked_for() -> None:
    assert Matcher([WORDS]).count([b"..Erika.."], noise=True) == Counter()
    assert Matcher([REFERENCE]).count([b"..Miller 12.."], noise=True) == Counter({Kind.REFERENCE: 1})


def test_nothing_is_found_for_nothing() -> None:
    assert Matcher([]).count([b"a" * BLOCK]) == Counter()
    assert not Matcher([Value(Kind.FRAME, bytes(range(32)))]).stands_in(bytes(range(32)))
