"""Saved views of the log."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Q

from annotations.privacy.models import SavedView
from annotations.privacy.selectors.people import people


@dataclass(frozen=True)
class NamedView:
    """`by` is whose it is; empty when it is the reader's own. `query` is the address's part after `?`."""

    view: SavedView
    query: str
    by: str


def saved_views(pseudonym: str) -> list[NamedView]:
    """An officer's own views, and those that others share, by name."""
    found = list(SavedView.objects.filter(Q(owner=pseudonym) | Q(shared=True)).order_by("name", "id"))
    known = people({view.owner for view in found})
    return [
        NamedView(
            view,
            urlencode(view.filters),
            "" if view.owner == pseudonym else known[view.owner].username or view.owner,
        )
        for view in found
    ]
