"""Saved searches of the log."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Q

from annotations.accounts.people import people_by_pseudonym
from annotations.oversight.models import SavedSearch


@dataclass(frozen=True)
class NamedSearch:
    """`by` is whose it is; empty when it is the reader's own. `query` is the address's part after `?`."""

    search: SavedSearch
    query: str
    by: str


def saved_searches(pseudonym: str) -> list[NamedSearch]:
    """An officer's own searches, and those that others share, by name."""
    found = list(SavedSearch.objects.filter(Q(owner=pseudonym) | Q(shared=True)).order_by("name", "id"))
    known = people_by_pseudonym({search.owner for search in found})
    return [
        NamedSearch(
            search,
            urlencode(search.filters),
            "" if search.owner == pseudonym else known[search.owner].username or search.owner,
        )
        for search in found
    ]
