"""Erasing a clip, a camera and an owner: what goes, what stays, what is found afterwards, and being killed anywhere."""

import datetime
import uuid
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, Storage, storages
from django.db import models

from annotations.accounts.enums import Role
from annotations.accounts.models import User
from annotations.audit import services as audit
from annotations.audit.actors import WORKER
from annotations.audit.models import LogEntry
from annotations.audit.subject_keys import store as key_store
from annotations.break_glass import services as break_glass
from annotations.break_glass.models import BreakGlassAccess
from annotations.clips import gate, services as clips
from annotations.clips.enums import HoldReason, Purpose
from annotations.clips.models import Clip, Device, Hold, Owner
from annotations.core import clock, runs
from annotations.core.errors import Conflict, Invalid, Missing
from annotations.core.models import RunState
from annotations.moderation import known, services as moderation
from annotations.moderation.models import Fingerprint, Flag
from annotations.redaction import services as redaction
from annotations.redaction.models import RedactionRun, Rendition
from annotations.review import services as review
from annotations.rights import inventory, services
from annotations.rights.enums import Effect, ErasureCause, ScopeKind
from annotations.rights.models import Erasure, LegalHold
from annotations.rights.plans import plan
from annotations.rights.scopes import Scope, reach
from annotations.rights.services import erase_run
from reviewapp.pipeline import SWEEPS
from tests.factories import (
    make_assignment,
    make_clip,
    make_legal_hold,
    make_original,
    make_ready_clip,
    make_user,
)
from tests.rights.erased_clips import NOTE, REASON, make_everywhere

pytestmark = pytest.mark.django_db


def scope_of(clip: Clip) -> Scope:
    return Scope(ScopeKind.CLIP, str(clip.public_id))


def request(scope: Scope, officer: User) -> Erasure:
    return services.request_erasure(scope, officer.actor, ErasureCause.OFFICER, REASON)


def erased(scope: Scope, officer: User) -> Erasure:
    erasure = request(scope, officer)
    services.erase(erasure.pk)
    erasure.refresh_from_db()
    assert (erasure.state, erasure.failure_code) == (RunState.DONE, "")
    return erasure


def files() -> list[str]:
    return [name for storage in ("vault", "renditions", "exports") for name in walk(storages[storage])]


def walk(storage: Storage, folder: str = "") -> list[str]:
    try:
        folders, names = storage.listdir(folder)
    except FileNotFoundError:
        return []
    inside = [each for one in folders for each in walk(storage, f"{folder}{one}/")]
    return [f"{folder}{name}" for name in names] + inside


def left(scope: Scope) -> dict[str, int]:
    """What stores that an erasure empties still hold."""
    emptied = [each for each in inventory.STORES if each.effect_of(scope.kind) != Effect.STAYS]
    counts = {each.code: each.count(reach(scope)) for each in emptied}
    return {code: found for code, found in counts.items() if found}


def certificate(erasure: Erasure) -> dict[str, Any]:
    made: dict[str, Any] = erasure.certificate or {}
    return made


def there(erasure: Erasure) -> dict[str, int]:
    return {each["store"]: each["there"] for each in certificate(erasure)["stores"]}


def test_nothing_of_a_clip_is_left_but_what_the_certificate_names(officer: User) -> None:
    clip = make_everywhere()
    before = {store.code: store.count(reach(scope_of(clip))) for store in inventory.STORES}
    of_no_clip = {
        "cameras",
        "households",
        "deletion_requests",
        "words_of_others",
        "discarded",
        "log_exports",
        "erasures",
        "messages",
        "outgoing_messages",
        "journal",
        "backups",
    }
    lacking = {code for code, count in before.items() if not count}
    assert lacking <= of_no_clip | {"program_logs", "caches", "exclusions", "alerts", "legal_holds"}
    erasure = erased(scope_of(clip), officer)
    assert (erasure.findings, files(), left(scope_of(clip))) == ([], [], {})
    emptied = [store.code for store in inventory.STORES if store.effect_of("clip") != Effect.STAYS]
    assert {code: there(erasure)[code] for code in emptied} == {code: before[code] for code in emptied}
    assert gate.reasons(clip.pk)[-1] == HoldReason.ERASED


class Killed(BaseException):
    """A worker dies at this statement."""


def die_at(number: int, function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, whose call of this number does not return."""
    calls = count(1)

    def called(*arguments: Any, **named: Any) -> Any:
        if next(calls) == number:
            raise Killed
        return function(*arguments, **named)

    return called


@pytest.mark.parametrize(
    ("where", "name"),
    [(audit, "append"), (runs, "renew"), (FileSystemStorage, "delete"), (models.QuerySet, "delete")],
)
def test_killed_at_any_step_it_goes_on_and_each_step_is_logged_once(
    where: Any, name: str, officer: User, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.RUN_ATTEMPTS = 100
    clip = make_everywhere()
    erasure = request(scope_of(clip), officer)
    planned, deaths = erasure.plan, 0
    for number in count(1):
        with monkeypatch.context() as patch:
            patch.setattr(where, name, die_at(number, getattr(where, name)))
            try:
                services.erase(erasure.pk)
                break
            except Killed:
                deaths += 1
        assert LogEntry.objects.filter(action="erasure.certified").count() == 0
        Erasure.objects.filter(pk=erasure.pk).update(lease_until=clock.now() - datetime.timedelta(seconds=1))
    erasure.refresh_from_db()
    assert deaths > 2
    assert (erasure.state, erasure.findings, files(), left(scope_of(clip))) == (RunState.DONE, [], [], {})
    assert {code: there(erasure)[code] for code in erasure.done["stores"]} == {
        code: planned[code] for code in erasure.done["stores"]
    }
    kinds = LogEntry.objects.filter(clip=clip.public_id, action__endswith=".erased").values_list(
        "action", flat=True
    )
    assert len(set(kinds)) == len(kinds) == 5


def test_what_the_hold_ends_before_its_step_is_certified_and_its_files_go(
    officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = make_everywhere()
    with monkeypatch.context() as patch:
        patch.setattr(FileSystemStorage, "delete", lambda *_: None)
        erasure = request(scope_of(clip), officer)
        for access in BreakGlassAccess.objects.filter(clip=clip, state="approved"):
            break_glass.close(access.pk, access.asked_by)
    services.erase(erasure.pk)
    erasure.refresh_from_db()
    assert (there(erasure)["copies"], erasure.findings, files()) == (1, [], [])


def test_twice_is_once(officer: User) -> None:
    clip = make_ready_clip()
    first = request(scope_of(clip), officer)
    assert request(scope_of(clip), officer) == first
    services.erase(first.pk)
    entries = LogEntry.objects.count()
    services.erase(first.pk)
    for erase_clip in (
        break_glass.erase_clip,
        review.erase_clip,
        moderation.erase_clip,
        redaction.erase_clip,
    ):
        erase_clip(clip, WORKER)
    clips.erase_clip(Clip.objects.get(pk=clip.pk), WORKER)
    assert LogEntry.objects.count() == entries
    with pytest.raises(Conflict, match="already_erased"):
        request(scope_of(clip), officer)


def test_an_owner_goes_with_cameras_and_clips_and_one_that_comes_meanwhile(
    officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = make_ready_clip()
    other = make_ready_clip(owner=clip.owner, submitter=clip.submitter)
    scope = Scope(ScopeKind.OWNER, clip.owner.pseudonym)
    services.withdraw(clip, officer.actor, NOTE)
    erasure = request(scope, officer)
    assert {gate.reasons(each.pk)[-1] for each in (clip, other)} == {HoldReason.ERASED}
    late = make_ready_clip(owner=clip.owner, submitter=clip.submitter)
    services.erase(erasure.pk)
    erasure.refresh_from_db()
    assert (erasure.state, erasure.findings) == (RunState.DONE, [])
    assert set(erasure.clips) == {str(each.public_id) for each in (clip, other, late)}
    assert files() == []
    assert not Device.objects.filter(owner=clip.owner).exists()
    owner = Owner.objects.get(pk=clip.owner.pk)
    assert (owner.sealed_reference, owner.lookup) == (None, None)
    assert key_store().of(clip.owner.pseudonym) == []
    assert there(erasure)["cameras"] == 3


def test_a_camera_goes_with_its_clips_and_leaves_the_others(officer: User) -> None:
    clip = make_ready_clip()
    other = make_ready_clip(owner=clip.owner, submitter=clip.submitter)
    assert clip.device is not None
    erasure = erased(Scope(ScopeKind.DEVICE, clip.device.pseudonym), officer)
    assert (erasure.clips, erasure.findings) == ([str(clip.public_id)], [])
    assert not Device.objects.filter(pk=clip.device.pk).exists()
    assert gate.reasons(other.pk) == []
    assert Rendition.objects.filter(clip=other).exists()


def test_the_fingerprint_of_a_discarded_clip_stays_with_its_end_and_goes_then(
    officer: User, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = make_everywhere(released=False)
    lead = make_user(Role.LEAD).actor
    upheld = moderation.flag(clip, "other", lead, evidence={"frames": [3]})
    moderation.decide(upheld.pk, "uphold", "Somebody in a bathroom.", lead)
    erasure = erased(scope_of(clip), officer)
    (kept,) = certificate(erasure)["kept"]
    ends = known.remembered_until(clip)
    assert ends is not None
    assert (kept["clip"], kept["until"][:10]) == (str(clip.public_id), f"{ends:%Y-%m-%d}")
    assert erasure.findings == []
    assert [(flag.pk, flag.evidence) for flag in Flag.objects.filter(clip=clip)] == [(upheld.pk, {})]
    assert bytes(Fingerprint.objects.get(clip=clip).uncropped) == b""
    with monkeypatch.context() as later:
        later.setattr(clock, "now", lambda: ends + datetime.timedelta(days=1))
        assert moderation.forget_known_content() == 1
    assert not Fingerprint.objects.filter(clip=clip).exists()
    assert not Flag.objects.filter(clip=clip).exists()


def test_nothing_is_erased_under_a_legal_hold(officer: User) -> None:
    clip, second = make_ready_clip(), make_user(Role.PRIVACY_OFFICER)
    make_legal_hold(scope_of(clip), officer, second)
    with pytest.raises(Conflict, match="legal_hold"):
        request(scope_of(clip), officer)
    assert not Erasure.objects.exists()


def test_a_legal_hold_that_comes_meanwhile_stops_it_and_it_goes_on_after_its_end(officer: User) -> None:
    clip, second = make_ready_clip(), make_user(Role.PRIVACY_OFFICER)
    erasure = request(scope_of(clip), officer)
    hold = make_legal_hold(scope_of(clip), officer, second)
    services.erase(erasure.pk)
    erasure.refresh_from_db()
    assert (erasure.state, erasure.failure_code) == (RunState.FAILED, "legal_hold")
    assert storages["renditions"].exists(Rendition.objects.get(clip=clip).name)
    services.ask_for_release(hold.pk, "Court order 13.", officer.actor)
    services.decide_legal_hold(hold.pk, "agree", "Court order 13.", second.actor)
    services.erase(erasure.pk)
    erasure.refresh_from_db()
    assert (erasure.state, erasure.findings) == (RunState.DONE, [])
    with pytest.raises(Conflict, match="erasure_not_failed"):
        services.resume_erasure(erasure.pk, officer.actor)


def test_a_failed_erasure_goes_on_when_it_is_asked_for_again(officer: User) -> None:
    clip = make_ready_clip()
    erasure = request(scope_of(clip), officer)
    hold = make_legal_hold(scope_of(clip))
    services.erase(erasure.pk)
    with pytest.raises(Conflict, match="legal_hold"):
        request(scope_of(clip), officer)
    Erasure.objects.filter(pk=erasure.pk).update(failure_code="worker_lost")
    LegalHold.objects.filter(pk=hold.pk).update(until=clock.now())
    services.expire_legal_holds()
    assert request(scope_of(clip), officer).pk == erasure.pk
    erasure.refresh_from_db()
    assert erasure.state == RunState.QUEUED


def test_an_order_covers_a_clip_before_a_worker_has_held_it(officer: User) -> None:
    hold = make_legal_hold(Scope(ScopeKind.OWNER, make_ready_clip().owner.pseudonym))
    late = make_ready_clip(owner=Owner.objects.get(pseudonym=hold.target))
    assert gate.reasons(late.pk) == []
    with pytest.raises(Conflict, match="legal_hold"):
        request(scope_of(late), officer)


def test_an_order_about_an_owner_stops_what_is_left_to_do(
    officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Placed after the last clip went: how the household is called, and every word under its key, stays."""
    owner = make_ready_clip().owner
    scope = Scope(ScopeKind.OWNER, owner.pseudonym)
    erasure = request(scope, officer)
    rest = erase_run._erase_holders
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(
            erase_run, "_erase_holders", lambda *given: bool(make_legal_hold(scope)) and rest(*given)
        )
        services.erase(erasure.pk)
    erasure.refresh_from_db()
    assert (erasure.state, erasure.failure_code) == (RunState.FAILED, "legal_hold")
    assert key_store().of(owner.pseudonym)


def test_what_is_in_flight_ends(reviewer: User, officer: User) -> None:
    assignment = make_assignment(reviewer)
    clip = assignment.clip
    make_original(clip)
    run = RedactionRun.objects.create(clip=clip, effect="blur")
    assert runs.acquire(RedactionRun, run.pk, datetime.timedelta(minutes=1))
    erasure = request(scope_of(clip), officer)
    with pytest.raises(Conflict, match="clip_held"):
        review.submit(reviewer, assignment.public_id, {})
    assert not gate.allows(clip.pk, Purpose.MODERATION)
    assert not gate.allows_named(clip.pk, HoldReason.values)
    services.erase(erasure.pk)
    with pytest.raises(Missing):
        review.submit(reviewer, assignment.public_id, {})
    with pytest.raises(runs.LostLease):
        runs.renew(run, datetime.timedelta(minutes=1))
    moderation.screen(run.pk)
    for act in (
        lambda: redaction.request(clip, WORKER),
        lambda: moderation.flag(clip, "other", WORKER),
        lambda: break_glass.ask(clip, "danger", REASON, officer),
    ):
        with pytest.raises(Conflict, match="clip_erased"):
            act()
    assert not [sweep.task for sweep in SWEEPS if list(sweep.rows(datetime.timedelta(0)))]


def test_a_plan_that_has_changed_is_shown_again(officer: User) -> None:
    clip = make_ready_clip()
    shown = plan(scope_of(clip), reach(scope_of(clip))).digest
    make_original(clip)
    with pytest.raises(Conflict, match="plan_changed"):
        services.request_erasure(scope_of(clip), officer.actor, ErasureCause.OFFICER, REASON, shown=shown)
    assert not Hold.objects.filter(reason=HoldReason.ERASED).exists()


def test_an_officer_says_why_and_nobody_erases_what_is_not_there(officer: User) -> None:
    clip = make_clip()
    with pytest.raises(Invalid, match="reason_too_short"):
        services.request_erasure(scope_of(clip), officer.actor, ErasureCause.OFFICER)
    for scope in (
        Scope("clip", str(clip.pk)),
        Scope("device", "d-1"),
        Scope("owner", "o-nobody22"),
        Scope("clip", "x"),
    ):
        with pytest.raises(Missing, match="unknown_scope"):
            request(scope, officer)


def test_the_words_about_an_owner_go_and_the_officers_reason_stays(officer: User) -> None:
    clip = make_ready_clip()
    services.withdraw(clip, make_user(Role.PRIVACY_OFFICER).actor, NOTE)
    erasure = erased(Scope(ScopeKind.OWNER, clip.owner.pseudonym), officer)
    assert (there(erasure)["words"], len(certificate(erasure)["keys"])) == (1, 3)
    assert key_store().find(map(uuid.UUID, certificate(erasure)["keys"])) == {}
    assert key_store().of(officer.pseudonym)


def test_the_check_finds_what_somebody_left(officer: User) -> None:
    clip = make_ready_clip()
    name = storages["vault"].save("ab/left", ContentFile(b"noise"))
    erasure = request(scope_of(clip), officer)
    Erasure.objects.filter(pk=erasure.pk).update(files=[["renditions", "ab/other"]])
    services.erase(erasure.pk)
    erasure.refresh_from_db()
    assert [each["place"] for each in erasure.findings] == ["vault"]
    assert certificate(erasure)["verified"] == "no"
    storages["vault"].delete(name)
    before = erasure.certified_by
    erasure = services.check_again(erasure.pk, officer.actor)
    assert (erasure.findings, certificate(erasure)["verified"]) == ([], "yes")
    assert erasure.certified_by != before
