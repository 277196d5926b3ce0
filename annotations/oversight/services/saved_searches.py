"""Filters of the log that officers name."""

import uuid

from django.db import IntegrityError, transaction

from annotations.audit import services as audit
from annotations.audit.actors import Actor
from annotations.core.errors import Conflict, Invalid, Missing
from annotations.oversight import log
from annotations.oversight.models import SavedSearch

_TAKEN = "You have a search of this name already. Choose another name."


@transaction.atomic
def save_search(actor: Actor, name: str, filters: dict[str, str], *, shared: bool) -> SavedSearch:
    """Keeps filters (an address's parameters, pseudonyms only) under a name; `shared`: all officers see it.

    Invalid `name_missing`, Conflict `name_taken`.
    """
    search = SavedSearch(owner=actor.pseudonym, name=_name(name), filters=filters, shared=shared)
    _store(search)
    named = [f"{key}={value}" for key, value in filters.items()]
    data = {"view": str(search.pk), "filters": named, "shared": shared}
    audit.append(log.SEARCH_SAVED, actor, data=data, detail={"name": search.name})
    return search


@transaction.atomic
def rename_saved_search(search_id: uuid.UUID, actor: Actor, name: str) -> None:
    """Missing `no_such_search` for anybody but who saved it; Invalid `name_missing`, Conflict `name_taken`."""
    search = _own(search_id, actor)
    if search.name == _name(name):
        return
    search.name = _name(name)
    _store(search)
    audit.append(log.SEARCH_RENAMED, actor, data={"view": str(search.pk)}, detail={"name": search.name})


@transaction.atomic
def delete_saved_search(search_id: uuid.UUID, actor: Actor) -> None:
    """Missing `no_such_search` for anybody but who saved it."""
    search = _own(search_id, actor)
    audit.append(log.SEARCH_DELETED, actor, data={"view": str(search.pk)})
    search.delete()


def _name(typed: str) -> str:
    name = " ".join(typed.split())[:80]
    if not name:
        raise Invalid("name_missing", "Give the search a name.")
    return name


def _store(search: SavedSearch) -> None:
    try:
        with transaction.atomic():
            search.save()
    except IntegrityError:
        raise Conflict("name_taken", _TAKEN) from None


def _own(search_id: uuid.UUID, actor: Actor) -> SavedSearch:
    search = SavedSearch.objects.select_for_update().filter(pk=search_id, owner=actor.pseudonym).first()
    if search is None:
        raise Missing("no_such_search", "This search is not yours, or it was deleted.")
    return search
