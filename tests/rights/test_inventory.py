"""Every table and every storage is in the inventory of stores, or holds nothing of owners; and what is said is true."""

import re
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings

from annotations.accounts.models import User
from annotations.clips.selectors import digests_of
from annotations.core.models import Outbox
from annotations.rights import inventory, services
from annotations.rights.enums import Effect, ErasureCause, ScopeKind
from annotations.rights.scopes import Scope
from annotations.rights.services.erase_run import STEPS
from reviewapp import dispatch
from reviewapp.celery import app
from tests.factories import reference_of
from tests.rights.erased_clips import NOTE, REASON, make_everywhere
from tests.test_architecture import CONTEXTS

ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def covered() -> set[str]:
    return {model._meta.label for store in inventory.STORES for model in store.models}


@pytest.mark.once
def test_every_table_is_in_a_store_or_holds_nothing_of_owners() -> None:
    tables = {model._meta.label for model in apps.get_models() if model._meta.app_label in CONTEXTS}
    spared = {name for name in inventory.NOT_OF_OWNERS if "." in name}
    assert tables - covered() - spared == set(), "say in rights/inventory what an erasure does to this table"
    assert covered() & spared == set()
    assert spared <= tables


@pytest.mark.once
def test_every_storage_is_in_a_store_or_holds_nothing_of_owners() -> None:
    storages = {name for store in inventory.STORES for name in store.storages}
    assert set(settings.STORAGES) - storages == {name for name in inventory.NOT_OF_OWNERS if "." not in name}


@pytest.mark.once
def test_what_stays_says_why_and_what_goes_has_a_step() -> None:
    assert len({store.code for store in inventory.STORES}) == len(inventory.STORES)
    for store in inventory.STORES:
        stays = store.effect == Effect.STAYS or store.kinds != inventory.store.ALL
        assert not stays or str(store.why), store.code
        assert (store.effect == Effect.STAYS) is (store.step == ""), store.code
        assert store.readers, store.code
    assert {store.step for store in inventory.STORES} == {"", *STEPS, "holders", "keys"}


@pytest.mark.django_db
def test_messages_hold_ids_only_and_the_programs_logs_no_words(
    officer: User, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[dict[str, str]] = []
    monkeypatch.setattr(app, "send_task", lambda _, kwargs=None, **__: sent.append(kwargs or {}))
    caplog.set_level("DEBUG")
    clip = make_everywhere()
    digest = digests_of([clip])[clip.pk]
    words = (NOTE, REASON, reference_of(clip.owner), reference_of(clip.device), digest)
    scope = Scope(ScopeKind.CLIP, str(clip.public_id))
    erasure = services.request_erasure(scope, officer.actor, ErasureCause.OFFICER, REASON)
    services.erase(erasure.pk)
    dispatch.deliver_events()
    values: list[Any] = [value for kwargs in sent for value in kwargs.values()]
    values += [value for event in Outbox.objects.all() for value in event.payload.values()]
    assert len(values) > 10
    assert [value for value in values if not ID.fullmatch(value)] == []
    assert [word for word in words if word in caplog.text] == []
