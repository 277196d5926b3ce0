"""One entry with what proves it."""

import hashlib
import json
import uuid
from dataclasses import dataclass

from annotations.accounts.people import Person, people_by_pseudonym
from annotations.audit.models import LogEntry, TreeLeaf
from annotations.audit.search import Filters, search
from annotations.audit.selectors import Line, present
from annotations.audit.tree.merkle import leaf_hash

# Entries of the same request that are shown beside one.
_BESIDE = 50


@dataclass(frozen=True)
class Entry:
    """`sha256` is of the canonical bytes, `leaf` their hash as a leaf of the tree (RFC 9162, section 2.1.1), `place`
    where it stands in the tree, None before it was sequenced; `beside` are others of the same request.
    """

    line: Line
    person: Person
    sha256: str
    leaf: str
    commitment: str
    place: int | None
    beside: list[Line]


def entry(entry_id: uuid.UUID) -> Entry | None:
    found = LogEntry.objects.filter(pk=entry_id).first()
    if found is None:
        return None
    content = bytes(found.canonical)
    beside = search(Filters(request=found.request), size=_BESIDE).lines if found.request else []
    return Entry(
        line=present([found])[0],
        person=people_by_pseudonym({found.actor})[found.actor],
        sha256=hashlib.sha256(content).hexdigest(),
        leaf=leaf_hash(content).hex(),
        commitment=json.loads(content).get("commitment", ""),
        place=TreeLeaf.objects.filter(entry=found.pk).values_list("index", flat=True).first(),
        beside=[line for line in beside if line.entry.pk != found.pk],
    )
