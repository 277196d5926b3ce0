"""Erasing a clip, a camera and an owner: what goes, what stays, what is found afterwards, and being killed anywhere."""


import pytest
from django.core.files.storage import Storage, storages

from annotations.accounts.models import User
from annotations.clips.models import Clip
from annotations.core.models import RunState
from annotations.rights import inventory, services
from annotations.rights.enums import Effect, ErasureCause, ScopeKind
from annotations.rights.models import Erasure
from annotations.rights.scopes import Scope, reach
from tests.rights.erased_clips import REASON, make_everywhere

pytestmark = pytest.mark.django_db


def scope_of(clip: Clip) -> Scope:
    return Scope(ScopeKind.CLIP, str(clip.public_id))


def request(scope: Scope, officer: User) -> Erasure:
    return services.request_erasure(scope, officer.actor, ErasureCause.OFFICER, REASON)


def erased(scope: Scope, officer: User) -> Erasure:
    erasure = request(scope, officer)
    services.erase(erasure.pk)
    erasure.refresh_from_db()
    return erasure


def files() -> dict[str, list[str]]:
    return {name: sorted(walk(storages[name])) for name in ("vault", "renditions", "exports")}


def walk(storage: Storage, folder: str = "") -> list[str]:
    try:
        folders, names = storage.listdir(folder)
    except FileNotFoundError:
        return []
    inside = [each for one in folders for each in walk(storage, f"{folder}{one}/")]
    return [f"{folder}{name}" for name in names] + inside


def test_nothing_of_a_clip_is_left_but_what_the_certificate_names(officer: User) -> None:
    clip = make_everywhere()
    before = {store.code: store.count(reach(scope_of(clip))) for store in inventory.STORES}
    of_no_clip = {"cameras", "households", "words", "discarded", "log_exports", "erasures", "messages"}
    lacking = {code for code, count in before.items() if not count}
    assert lacking <= of_no_clip | {"program_logs", "caches", "exclusions", "alerts"}
    erasure = erased(scope_of(clip), officer)
    assert (erasure.state, erasure.failure_code) == (RunState.DONE, "")
    assert erasure.findings == []
    assert files() == {"vault": [], "renditions": [], "exports": []}
    left = {
        store.code: store.count(reach(scope_of(clip)))
        for store in inventory.STORES
        if store.effect_of("clip") != Effect.STAYS
    }
    assert not any(left.values()), left
    certified = {each["store"]: each for each in erasure.certificate["stores"]}
    for store in inventory.STORES:
        if store.effect_of("clip") != Effect.STAYS:
            assert certified[store.code]["there"] == before[store.code], store.code
