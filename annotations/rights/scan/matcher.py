"""Looking for many values in one pass over bytes of any length, in bounded memory."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from ahocorasick_rs import BytesAhoCorasick

from annotations.rights.scan import spacing
from annotations.rights.scan.probe import Kind, Value
from annotations.rights.scan.spacing import evened
from annotations.rights.scan.spellings import Spelling, spellings

BLOCK = 1 << 20
LEAST_IN_NOISE = 8
"""Bytes of a spelling that is looked for in noise, where shorter ones stand by chance."""

Counts = Counter[Kind]


class Matcher:
    """Finds all spellings of the values but frames, which are compared otherwise (`pictures`).

    The automaton is that of Aho and Corasick (Efficient string matching, CACM 1975), so the time does not depend on how
    many values there are.
    """

    def __init__(self, values: Sequence[Value]) -> None:
        whose: dict[Spelling, set[int]] = defaultdict(set)
        for number, value in enumerate(values):
            if value.kind != Kind.FRAME:
                for spelling in spellings(value):
                    whose[spelling].add(number)
        self._kinds = [value.kind for value in values]
        self._exact = _Automaton(
            {each.pattern: numbers for each, numbers in whose.items() if not each.folded}
        )
        self._folded = _Automaton(
            {each.pattern: numbers for each, numbers in whose.items() if each.folded and not each.evened}
        )
        self._evened = _Automaton({each.pattern: numbers for each, numbers in whose.items() if each.evened})
        longest = max((len(each.pattern) for each in whose), default=1) - 1
        self._tail = max(longest, spacing.LONGEST) if any(each.evened for each in whose) else longest

    def count(self, blocks: Iterable[bytes], *, noise: bool = False) -> Counts:
        """How often values of each kind stand in the bytes, which may be cut anywhere.

        `noise`: they are compressed, encrypted, or the same in every installation.
        """
        least = LEAST_IN_NOISE if noise else 0
        ends: dict[int, int] = {}
        found: Counts = Counter()
        for start, fresh, block in self._overlapping(blocks):
            plain = set()
            for number, begin, end in self._matches(block, least):
                plain.add(number)
                if end <= fresh:
                    continue  # it was counted with the block before
                # What overlaps is another spelling of the same, or its next piece.
                found[self._kinds[number]] += start + begin >= ends.get(number, 0)
                ends[number] = max(start + end, ends.get(number, 0))
            if not noise:
                for number in self._parted(block, fresh) - plain:
                    found[self._kinds[number]] += 1
        return +found

    def stands_in(self, block: bytes) -> bool:
        """Whether anything is found at all, which is quicker than counting."""
        small = block.lower()
        return (
            bool(self._exact.find(block))
            or bool(self._folded.find(small))
            or bool(self._evened.find(evened(small)))
        )

    def _parted(self, block: bytes, fresh: int) -> set[int]:
        """Which values end in the new part of the block with anything between their words."""
        if self._evened.empty:
            return set()
        small = block.lower()
        before = len(evened(small[:fresh]))
        return {number for number, _, end in self._evened.find(evened(small)) if end > before}

    def _overlapping(self, blocks: Iterable[bytes]) -> Iterator[tuple[int, int, bytes]]:
        """Each block with the end of the one before: where it begins, how long that end is, and its bytes."""
        kept, start = b"", 0
        for block in blocks:
            whole = kept + block
            yield start, len(kept), whole
            tail = whole[-self._tail :] if self._tail else b""
            start += len(whole) - len(tail)
            kept = tail

    def _matches(self, block: bytes, least: int) -> list[tuple[int, int, int]]:
        found = [*self._exact.find(block), *self._folded.find(block.lower())]
        return sorted((number, begin, end) for number, begin, end in found if end - begin >= least)


class _Automaton:
    """Patterns, and the numbers of the values whose spellings they are."""

    def __init__(self, patterns: dict[bytes, set[int]]) -> None:
        self._numbers = list(patterns.values())
        self._search = BytesAhoCorasick(list(patterns)) if patterns else None

    @property
    def empty(self) -> bool:
        return self._search is None

    def find(self, block: bytes) -> list[tuple[int, int, int]]:
        """Which value, from where, to where."""
        if self._search is None:
            return []
        return [
            (number, begin, end)
            for pattern, begin, end in self._search.find_matches_as_indexes(block, overlapping=True)
            for number in self._numbers[pattern]
        ]
