"""Filters of the log that officers name."""

import uuid

from django.db import IntegrityError, transaction

from annotations.audit import services as audit
from annotations.audit.actors import Actor
from annotations.core.errors import Conflict, Invalid, Missing
from annotations.privacy import log
from annotations.privacy.models import SavedView

_TAKEN = "You have a view of this name already. Choose another name."


@transaction.atomic
def save_view(actor: Actor, name: str, filters: dict[str, str], *, shared: bool) -> SavedView:
    """Keeps filters (an address's parameters, pseudonyms only) under a name; `shared`: all officers see it.

    Invalid `name_missing`, Conflict `name_taken`.
    """
    view = SavedView(owner=actor.pseudonym, name=_name(name), filters=filters, shared=shared)
    _store(view)
    named = [f"{key}={value}" for key, value in filters.items()]
    data = {"view": str(view.pk), "filters": named, "shared": shared}
    audit.append(log.VIEW_SAVED, actor, data=data, detail={"name": view.name})
    return view


@transaction.atomic
def rename_view(view_id: uuid.UUID, actor: Actor, name: str) -> None:
    """Missing `no_such_view` for anybody but who saved it; Invalid `name_missing`, Conflict `name_taken`."""
    view = _own(view_id, actor)
    view.name = _name(name)
    _store(view)
    audit.append(log.VIEW_RENAMED, actor, data={"view": str(view.pk)}, detail={"name": view.name})


@transaction.atomic
def delete_view(view_id: uuid.UUID, actor: Actor) -> None:
    """Missing `no_such_view` for anybody but who saved it."""
    view = _own(view_id, actor)
    audit.append(log.VIEW_DELETED, actor, data={"view": str(view.pk)})
    view.delete()


def _name(typed: str) -> str:
    name = " ".join(typed.split())[:80]
    if not name:
        raise Invalid("name_missing", "Give the view a name.")
    return name


def _store(view: SavedView) -> None:
    try:
        with transaction.atomic():
            view.save()
    except IntegrityError:
        raise Conflict("name_taken", _TAKEN) from None


def _own(view_id: uuid.UUID, actor: Actor) -> SavedView:
    view = SavedView.objects.select_for_update().filter(pk=view_id, owner=actor.pseudonym).first()
    if view is None:
        raise Missing("no_such_view", "This view is not yours, or it was deleted.")
    return view
