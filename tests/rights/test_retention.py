"""Clocks that end clips: what is over is erased by itself, in order, and a legal hold keeps it. Time is set by hand."""

import datetime
import importlib
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.core.files.storage import storages

from annotations.accounts.enums import Role
from annotations.accounts.models import User
from annotations.audit import services as audit
from annotations.audit.actors import WORKER, Actor
from annotations.audit.models import LogEntry
from annotations.clips import gate, log as clips_log, services as clips
from annotations.clips.enums import HoldReason, Purpose
from annotations.clips.models import Clip, Consent, Original
from annotations.core import clock
from annotations.core.errors import Conflict, Invalid, Missing, NotAllowed
from annotations.core.shown import ChangedSince
from annotations.moderation import services as moderation
from annotations.moderation.enums import FlagCategory, FlagSource
from annotations.redaction.models import RedactionRun
from annotations.redaction.services import redact
from annotations.rights import services
from annotations.rights.models import Erasure, LegalHold, RetentionRule
from annotations.rights.retention import selectors
from annotations.rights.retention.enums import KeptState, LegalHoldState, Part, RuleState
from annotations.rights.retention.rules import DEFAULTS, Days
from annotations.rights.scopes import Scope
from tests import factories as make
from tests.rights.erased_clips import release_with

pytestmark = pytest.mark.django_db

Wait = Callable[..., None]
REASON = "Because the court of the town says so."


@pytest.fixture
def wait(monkeypatch: pytest.MonkeyPatch) -> Wait:
    """Lets time pass."""
    passed = datetime.timedelta()
    real = clock.now

    def wait(**length: float) -> None:
        nonlocal passed
        passed += datetime.timedelta(**length)

    monkeypatch.setattr(clock, "now", lambda: real() + passed)
    return wait


@pytest.fixture
def officer() -> User:
    return make.make_user(Role.PRIVACY_OFFICER)


@pytest.fixture
def second() -> User:
    return make.make_user(Role.PRIVACY_OFFICER)


def agree_until(clip: Clip, days: int) -> None:
    Consent.objects.filter(clip=clip).update(until=clock.now() + datetime.timedelta(days=days))


def lasting(clip: Clip) -> Clip:
    """A clip whose consent lasts for years, with an original."""
    agree_until(clip, 1000)
    make.make_original(clip)
    return clip


def of(clip: Clip) -> Scope:
    return Scope("clip", str(clip.public_id))


def told() -> list[tuple[object, str, str]]:
    return [(each.clip, each.part, each.state) for each in selectors.endings()]


def erased(clip: Clip) -> bool:
    return HoldReason.ERASED in gate.reasons(clip.pk)


def in_state(state: str, lead: Actor) -> Clip:
    """A clip whose clock of this state runs."""
    if state == KeptState.LABELED:
        return lasting(make.make_accepted().assignment.clip)
    if state == KeptState.HELD:
        return lasting(make.make_unverified().clip)
    clip = lasting(make.make_ready_clip())
    if state == KeptState.UPHELD:
        flag = moderation.flag(clip, FlagCategory.OTHER, WORKER, note="", source=FlagSource.PERSON)
        moderation.decide(flag.pk, "uphold", REASON, lead)
    if state == KeptState.WITHDRAWN:
        clips.withdraw(clip, WORKER)
    if state == KeptState.EXPIRED:
        agree_until(clip, 0)
    return clip


@pytest.mark.parametrize("state", KeptState)
def test_a_clip_in_each_state_is_erased_when_its_days_are_over_and_not_before(
    state: KeptState, wait: Wait, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    clip = in_state(state, make.make_user(Role.LEAD).actor)
    wait(days=DEFAULTS[state].rest, minutes=-1)
    with django_capture_on_commit_callbacks(execute=True):
        services.erase_due()
    assert not erased(clip)
    assert Original.objects.filter(clip=clip).exists() is (state != KeptState.LABELED)
    wait(minutes=2)
    assert services.erase_due() == 1
    erasure = Erasure.objects.get(target=str(clip.public_id))
    assert (erasure.cause, erasure.asked_by) == ("retention", WORKER.pseudonym)
    assert not any(gate.allows(clip.pk, purpose) for purpose in Purpose.values)
    services.erase(erasure.pk)
    erasure.refresh_from_db()
    assert erasure.verified
    assert not Original.objects.exists()
    assert services.erase_due() == 0
    entry = LogEntry.objects.filter(action="retention.ended", clip=clip.public_id).latest("occurred_at")
    assert f'"state":"{state}"'.encode() in bytes(entry.canonical)


def test_an_original_goes_before_what_was_made_of_it(
    wait: Wait, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    clip = lasting(make.make_accepted().assignment.clip)
    release = release_with(clip)
    name = clip.original.name
    kept = selectors.kept(clip)
    assert kept.original_first
    assert (kept.why_original, kept.why) == ("14 days after it was labeled", "90 days after it was labeled")
    wait(days=14, minutes=1)
    with django_capture_on_commit_callbacks(execute=True):
        assert services.erase_due() == 1
    assert not Original.objects.exists()
    assert not storages["vault"].exists(name)
    assert clip.renditions.exists()
    assert release.items.filter(clip=clip).exists()
    assert gate.allows(clip.pk, Purpose.TRAINING)
    assert services.erase_due() == 0
    assert not selectors.kept(clip).has_original
    assert told() == [(clip.pk, Part.REST, KeptState.LABELED)]


def test_a_repair_without_an_original_fails_and_says_so(wait: Wait) -> None:
    clip = make.make_ready_clip()
    clips.place(clip, HoldReason.AWAITING_REDACTION, WORKER)
    run = RedactionRun.objects.create(clip=clip, effect="blur")
    redact(run.pk)
    run.refresh_from_db()
    assert run.failure_code == "original_gone"
    assert HoldReason.REDACTION_FAILED in gate.reasons(clip.pk)


def test_what_ends_next_comes_in_order_each_part_once_and_from_any_place_on(wait: Wait) -> None:
    never, labeled = lasting(make.make_ready_clip()), lasting(make.make_accepted().assignment.clip)
    expiring, withdrawn = lasting(make.make_ready_clip()), lasting(make.make_ready_clip())
    agree_until(expiring, 2)
    clips.withdraw(withdrawn, WORKER)
    expected = [
        (withdrawn.pk, "rest", "withdrawn"),
        (expiring.pk, "rest", "expired"),
        (labeled.pk, "original", "labeled"),
        (never.pk, "rest", "never_labeled"),
        (labeled.pk, "rest", "labeled"),
    ]
    assert told() == expected
    everything = list(selectors.endings())
    for number, each in enumerate(everything):
        assert list(selectors.endings(after=each.key)) == everything[number + 1 :]
    assert [each.clip for each in selectors.endings(state="labeled", part="rest")] == [labeled.pk]
    wait(days=5)
    services.erase_due()
    assert told() == expected[2:]


def test_a_sweep_takes_no_more_than_its_share(wait: Wait) -> None:
    for _ in range(3):
        clips.withdraw(make.make_ready_clip(), WORKER)
    wait(days=2)
    assert [services.erase_due(limit=2), services.erase_due(limit=2), services.erase_due()] == [2, 1, 0]


def test_clips_of_before_there_were_rules_have_a_weeks_notice(wait: Wait) -> None:
    clip = lasting(make.make_ready_clip())
    Clip.objects.filter(pk=clip.pk).update(received_at=clock.now() - datetime.timedelta(days=500))
    RetentionRule.objects.update(asked_at=clock.now())
    assert services.erase_due() == 0
    wait(days=7, minutes=1)
    assert services.erase_due() == 1


def test_a_shorter_rule_holds_at_once_and_a_longer_one_when_another_officer_agrees(
    officer: User, second: User, wait: Wait
) -> None:
    clip = lasting(make.make_ready_clip())
    services.set_rule("never_labeled", Days(5, 5), REASON, version=1, actor=officer.actor)
    assert selectors.rules_in_force()["never_labeled"] == Days(5, 5)
    longer = services.set_rule("never_labeled", Days(30, 60), REASON, version=2, actor=officer.actor)
    assert longer.state == RuleState.PROPOSED
    assert selectors.rules_in_force()["never_labeled"] == Days(5, 5)
    with pytest.raises(Conflict, match="proposal_waits"):
        services.set_rule("never_labeled", Days(1, 1), REASON, version=2, actor=second.actor)
    with pytest.raises(NotAllowed) as alone:
        services.decide_rule("never_labeled", "agree", REASON, officer.actor)
    assert alone.value.code == "second_person_needed"
    services.decide_rule("never_labeled", "agree", REASON, second.actor)
    assert selectors.rules_in_force()["never_labeled"] == Days(30, 60)
    wait(days=31)
    services.erase_due()
    assert not Original.objects.filter(clip=clip).exists()
    assert not erased(clip)


def test_a_refused_rule_changes_nothing(officer: User) -> None:
    services.set_rule("held", Days(20, 20), REASON, version=1, actor=officer.actor)
    services.decide_rule("held", "refuse", REASON, officer.actor)
    assert selectors.rules_in_force()["held"] == DEFAULTS["held"]
    again = services.set_rule("held", Days(2, 2), REASON, version=1, actor=officer.actor)
    assert (again.version, again.state) == (3, RuleState.IN_FORCE)


@pytest.mark.parametrize(
    ("change", "error", "code"),
    [
        ({"state": "nowhere"}, Invalid, "unknown_state"),
        ({"days": DEFAULTS[KeptState.HELD]}, Conflict, "not_changed"),
        ({"version": 0}, ChangedSince, "changed_meanwhile"),
        ({"actor": Actor("p-lead", Role.LEAD)}, NotAllowed, "not_allowed"),
    ],
)
def test_what_is_refused_of_a_rule(officer: User, change: dict[str, object], error: Any, code: str) -> None:
    sent = {"state": "held", "days": Days(2, 2), "reason": REASON, "version": 1, "actor": officer.actor}
    with pytest.raises(error) as refused:
        services.set_rule(**{**sent, **change})  # type: ignore[arg-type]
    assert refused.value.code == code
    with pytest.raises(Missing):
        services.decide_rule("held", "agree", REASON, officer.actor)


def test_a_legal_hold_stops_the_clock_and_its_end_starts_it_again(wait: Wait) -> None:
    clip = lasting(make.make_ready_clip())
    hold = make.make_legal_hold(of(clip), days=60)
    assert gate.reasons(clip.pk) == [HoldReason.LEGAL]
    wait(days=40)
    assert services.erase_due() == 0
    assert told() == []
    kept = selectors.kept(clip)
    assert (kept.stopped, kept.until) == (True, hold.until)
    wait(days=21)
    assert services.expire_legal_holds() == 1
    assert services.expire_legal_holds() == 0
    hold.refresh_from_db()
    assert hold.state == LegalHoldState.EXPIRED
    assert LogEntry.objects.filter(action="legal_hold.expired", clip=clip.public_id).count() == 1
    assert services.erase_due() == 1


def test_a_camera_and_an_owner_are_held_with_what_comes_later_until_no_hold_covers_it() -> None:
    first = make.make_ready_clip()
    owner, device = first.owner, first.device
    assert device is not None
    whole = make.make_legal_hold(Scope("owner", owner.pseudonym))
    camera = make.make_legal_hold(Scope("device", device.pseudonym))
    later = make.make_ready_clip(owner=owner, submitter=owner.submitter)
    assert list(selectors.clips_to_hold(-datetime.timedelta(minutes=1))) == [later]
    assert services.hold_received(later.pk)
    assert not services.hold_received(make.make_ready_clip().pk)
    assert list(selectors.clips_to_hold(-datetime.timedelta(minutes=1))) == []
    release(whole)
    assert gate.reasons(first.pk) == [HoldReason.LEGAL], "the camera's still stands"
    assert gate.reasons(later.pk) == []
    release(camera)
    assert gate.reasons(first.pk) == []


def release(hold: LegalHold) -> None:
    services.ask_for_release(hold.pk, REASON, make.make_user(Role.PRIVACY_OFFICER).actor)
    services.decide_legal_hold(hold.pk, "agree", REASON, make.make_user(Role.PRIVACY_OFFICER).actor)


def test_every_step_of_a_legal_hold_takes_two(officer: User, second: User) -> None:
    clip, month = make.make_ready_clip(), datetime.timedelta(days=30)
    hold = services.ask_for_legal_hold(of(clip), clock.now() + month, REASON, officer.actor)
    assert gate.reasons(clip.pk) == []
    refused_alone(hold, officer)
    services.decide_legal_hold(hold.pk, "agree", REASON, second.actor)
    services.ask_for_extension(hold.pk, clock.now() + 2 * month, REASON, second.actor)
    refused_alone(hold, second)
    extended = services.decide_legal_hold(hold.pk, "agree", REASON, officer.actor)
    assert extended.until > clock.now() + month
    services.ask_for_release(hold.pk, REASON, officer.actor)
    refused_alone(hold, officer)
    stands = services.decide_legal_hold(hold.pk, "refuse", REASON, officer.actor)
    assert (stands.state, stands.asked_by) == (LegalHoldState.STANDING, "")
    assert gate.reasons(clip.pk) == [HoldReason.LEGAL]
    release(hold)
    assert gate.reasons(clip.pk) == []
    with pytest.raises(Conflict):
        services.ask_for_release(hold.pk, REASON, officer.actor)


def refused_alone(hold: LegalHold, who: User) -> None:
    with pytest.raises(NotAllowed) as alone:
        services.decide_legal_hold(hold.pk, "agree", REASON, who.actor)
    assert alone.value.code == "second_person_needed"


def test_what_is_refused_of_a_legal_hold(officer: User, second: User) -> None:
    clip, now, day = make.make_ready_clip(), clock.now(), datetime.timedelta(days=1)

    def ask(scope: Scope, until: datetime.datetime, actor: Actor = officer.actor) -> LegalHold:
        return services.ask_for_legal_hold(scope, until, REASON, actor)

    for until in (now - day, now + 400 * day):
        with pytest.raises(Invalid, match="until_out_of_bounds"):
            ask(of(clip), until)
    with pytest.raises(NotAllowed):
        ask(of(clip), now + day, Actor("p-lead", Role.LEAD))
    with pytest.raises(Missing):
        ask(Scope("owner", "o-nobody"), now + day)
    hold = ask(of(clip), now + 2 * day)
    with pytest.raises(Conflict, match="legal_hold_open"):
        ask(of(clip), now + day, second.actor)
    services.decide_legal_hold(hold.pk, "refuse", REASON, second.actor)
    assert gate.reasons(clip.pk) == []
    standing = make.make_legal_hold(of(clip))
    with pytest.raises(Invalid, match="not_later"):
        services.ask_for_extension(standing.pk, now + day, REASON, officer.actor)
    with pytest.raises(Invalid, match="unknown_decision"):
        services.decide_legal_hold(standing.pk, "nod", REASON, officer.actor)
    Clip.objects.filter(pk=clip.pk).update(bytes=0)
    release(standing)
    with pytest.raises(Conflict, match="clip_erased"):
        ask(of(clip), now + day)


def test_a_legal_hold_of_before_an_update_lasts_on_with_the_two_who_stood_for_it() -> None:
    kept, alone = make.make_ready_clip(), make.make_ready_clip()
    for clip in (kept, alone):
        clips.place(clip, HoldReason.LEGAL, Actor("p-olga", Role.PRIVACY_OFFICER))
    audit.append(
        clips_log.LEGAL_HOLD,
        Actor("p-olga", Role.PRIVACY_OFFICER),
        clip=kept.public_id,
        data={"act": "place", "agreed_by": "p-omar"},
    )
    migration = importlib.import_module("annotations.rights.migrations.0005_retention_begins")
    migration.keep_legal_holds(apps, clock.now())
    found = {each.target: (each.first_officer, each.second_officer) for each in LegalHold.objects.all()}
    assert found == {
        str(kept.public_id): ("p-olga", "p-omar"),
        str(alone.public_id): ("p-olga", "unknown"),
    }
    release(LegalHold.objects.get(target=str(kept.public_id)))
    assert gate.reasons(kept.pk) == []
