"""Words in what people wrote: reasons are encrypted one by one, so they are read, not looked up."""

import datetime
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from annotations.audit.models import LogEntry
from annotations.audit.search import LIMIT_MS, Filters, HasWords, newest, time_limit
from annotations.audit.selectors import Line, present
from annotations.core.errors import Invalid

# Entries with words of somebody that one search reads at most.
MOST = 5_000
_BATCH = 500


@dataclass(frozen=True)
class Found:
    """Newest first; `searched`: how many entries with words were read, `lost`: of how many the words cannot be read.

    `searched_to`: the search was stopped there.
    """

    lines: list[Line]
    searched: int
    lost: int
    searched_to: datetime.datetime | None


def search_words(filters: Filters, words: str) -> Found:
    """The entries whose details hold all of these words, in any case and with or without accents.

    Invalid `words_missing`; Invalid `too_many_words` when the filters leave more entries than are read;
    `search_too_slow`.
    """
    wanted = fold(words).split()
    if not wanted:
        raise Invalid("words_missing", "Type a word to look for.")
    with time_limit(LIMIT_MS):
        entries, searched_to = newest(filters, HasWords(), count=MOST + 1)
        if len(entries) > MOST:
            raise Invalid(
                "too_many_words",
                f"More than {MOST} entries hold somebody's words. Choose a shorter time, a person, an owner, a clip or "
                "an action, and search again.",
            )
        lines = [line for part in _batched(entries) for line in present(part)]
    hits = [line for line in lines if line.detail and _holds(line.detail, wanted)]
    return Found(hits, len(entries), sum(bool(line.lost_detail) for line in lines), searched_to)


def _batched(entries: list[LogEntry]) -> Iterator[list[LogEntry]]:
    """So many at once that no statement grows long."""
    for start in range(0, len(entries), _BATCH):
        yield entries[start : start + _BATCH]


def fold(text: str) -> str:
    """Text without case and accents, for comparing."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in parts if not unicodedata.combining(sign))


def _holds(detail: dict[str, object], wanted: list[str]) -> bool:
    text = fold(" ".join(value for value in detail.values() if isinstance(value, str)))
    return all(word in text for word in wanted)
