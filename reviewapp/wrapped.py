"""How much lies under each of the site's wrapping keys, and which of them can be taken away."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count

from annotations.audit import journal, log
from annotations.audit.models import LogEntry
from annotations.audit.subject_keys import store
from reviewapp.rewrapping import FOUND_BY_DIGEST, IN_THE_VAULT, LOOKUPS, SUBJECTS, VAULT, first_of

JOURNAL = "journal"


@dataclass(frozen=True)
class Under:
    """How much lies under a key. New things come under the `first`; one that is not `here` was taken away too early."""

    ring: str
    key: str
    count: int
    first: bool
    here: bool

    @property
    def may_go(self) -> bool:
        """Whether nothing becomes unreadable when the key is taken away."""
        return self.here and not self.first and not self.count


def under_each_key() -> list[Under]:
    """For the vault, the keys of subjects, the digests derived from them, and the journal. Raises Unreachable.

    Lines of the journal stay under the key that signed them: they are chained.
    """
    subjects = settings.SUBJECT_KEYS
    return [
        *_of(VAULT, settings.VAULT_KEYS, _vault()),
        *_of(SUBJECTS, subjects, store().counts()),
        *_of(LOOKUPS, subjects, _lookups(subjects)),
        *_of(JOURNAL, settings.JOURNAL_KEYS, _journal()),
    ]


def _of(ring: str, keys: Mapping[str, bytes], counts: Mapping[str, int]) -> Iterator[Under]:
    for key in dict.fromkeys([*keys, *counts]):
        yield Under(ring, key, counts.get(key, 0), key == first_of(keys), key in keys)


def _vault() -> Counter[str]:
    found: Counter[str] = Counter()
    for model in IN_THE_VAULT.values():
        rows = model._default_manager.exclude(wrapped_key=None).values_list("key_id").annotate(Count("pk"))
        found.update(dict(rows.order_by()))
    return found


def _lookups(keys: Mapping[str, bytes]) -> dict[str, int]:
    """A digest does not say which key it comes of: until all were derived anew, each may come of any key.

    They count under the key that was last finished with; under the oldest one when none was.
    """
    finished = LogEntry.objects.filter(action=log.REWRAP_FINISHED.code).order_by("-id")
    told = (json.loads(bytes(entry.canonical))["data"] for entry in finished)
    last = next((data["key"] for data in told if data["ring"] == LOOKUPS), [*keys][-1])
    total = sum(
        model._default_manager.exclude(**{field: None}).count() for model, field in FOUND_BY_DIGEST.values()
    )
    return {last: total}


def _journal() -> Counter[str]:
    return Counter(json.loads(line.content)["key"] for line in journal.own_file().lines())
