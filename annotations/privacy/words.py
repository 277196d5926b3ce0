"""Words in what people wrote: reasons are encrypted one by one, so they are read, not looked up."""

import unicodedata
from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from annotations.audit.models import EntryDetail
from annotations.audit.search import LIMIT_MS, Filters, matching, time_limit
from annotations.audit.selectors import Line, present
from annotations.core.errors import Invalid

# Entries with words of somebody that one search reads at most.
MOST = 5_000


@dataclass(frozen=True)
class Found:
    """Newest first; `searched`: how many entries with words were read, `lost`: of how many the words cannot be read."""

    lines: list[Line]
    searched: int
    lost: int


def search_words(filters: Filters, words: str) -> Found:
    """The entries whose details hold all of these words, in any case and with or without accents.

    Invalid `words_missing`; Invalid `too_many_words` when the filters leave more entries than are read;
    `search_too_slow`.
    """
    wanted = fold(words).split()
    if not wanted:
        raise Invalid("words_missing", "Type a word to look for.")
    with time_limit(LIMIT_MS):
        told = matching(filters).filter(Exists(EntryDetail.objects.filter(entry=OuterRef("id"))))
        entries = list(told.order_by("-occurred_at", "-id")[: MOST + 1])
        if len(entries) > MOST:
            raise Invalid(
                "too_many_words",
                f"More than {MOST} entries hold somebody's words. Choose a shorter time, a person, an owner, a clip or "
                "an action, and search again.",
            )
        lines = present(entries)
    hits = [line for line in lines if line.detail and _holds(line.detail, wanted)]
    return Found(hits, len(entries), sum(bool(line.lost_detail) for line in lines))


def fold(text: str) -> str:
    """Text without case and accents, for comparing."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in parts if not unicodedata.combining(sign))


def _holds(detail: dict[str, object], wanted: list[str]) -> bool:
    text = fold(" ".join(value for value in detail.values() if isinstance(value, str)))
    return all(word in text for word in wanted)
