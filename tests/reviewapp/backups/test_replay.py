"""Each kind of line is done again, once, by whom and when the journal says; killed anywhere, it goes on."""

import datetime
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.storage import storages
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client
from django.urls import reverse

from annotations.accounts import services as accounts
from annotations.accounts.enums import FactorKind, Role
from annotations.accounts.models import AccountProposal, ApiKey, User
from annotations.audit import details, journal, services as audit
from annotations.audit.actors import COMMAND_LINE, WORKER, Actor
from annotations.audit.enums import DetailState, KeysDestroyed
from annotations.audit.journal import Kind
from annotations.audit.models import JournalLine, LogEntry
from annotations.audit.registry import lookup
from annotations.audit.subject_keys import store
from annotations.clips import gate, services as clips
from annotations.clips.enums import HoldReason
from annotations.clips.models import Consent, Original
from annotations.core import clock, ids
from annotations.core.errors import Unavailable
from annotations.rights import services as rights
from annotations.rights.enums import ErasureCause, ScopeKind
from annotations.rights.models import Erasure, LegalHold, RetentionRule
from annotations.rights.retention import selectors
from annotations.rights.retention.enums import LegalHoldState, RuleState
from annotations.rights.retention.rules import Days
from annotations.rights.scopes import Scope
from reviewapp.backups.replay import HANDLERS, NotReplayed, replay
from reviewapp.tasks import replay_journal
from tests.accounts.authenticators import add_app, add_passkey
from tests.factories import (
    make_clip,
    make_legal_hold,
    make_loss,
    make_original,
    make_ready_clip,
    make_submitter,
    make_user,
)
from tests.in_person import call_in_person
from tests.rights.erased_clips import REASON

pytestmark = pytest.mark.django_db
OWNER = Actor("o-owner222", "owner")
OFFICER = Actor("p-officer2", Role.PRIVACY_OFFICER)


@pytest.fixture(autouse=True)
def _read_anew() -> None:
    journal.forget_standing()


def set_back(act: Callable[[], object]) -> None:
    """Does it, and sets the database back to before: the journal alone knows."""
    with transaction.atomic():
        act()
        transaction.set_rollback(True)


def of_clip(public_id: uuid.UUID) -> Scope:
    return Scope(ScopeKind.CLIP, str(public_id))


def erase(scope: Scope) -> Erasure:
    return rights.request_erasure(scope, OFFICER, ErasureCause.OFFICER, REASON)


def test_every_kind_of_line_is_handled() -> None:
    assert set(HANDLERS) == set(Kind)


def test_a_withdrawal_is_done_again_as_of_then(monkeypatch: pytest.MonkeyPatch) -> None:
    clip = make_clip()
    then = clock.now() - datetime.timedelta(days=2)
    with monkeypatch.context() as earlier:
        earlier.setattr(clock, "now", lambda: then)
        set_back(lambda: clips.withdraw(clip, OWNER))
    assert gate.allows(clip.pk, "labeling")
    assert replay(WORKER).total() == 1
    assert not gate.allows(clip.pk, "labeling")
    assert Consent.objects.get(clip=clip).withdrawn_at == then
    entries = {each.action: each for each in LogEntry.objects.all()}
    assert entries["consent.withdrawn"].actor == OWNER.pseudonym
    told = entries["journal.replayed"]
    assert told.actor == WORKER.pseudonym
    assert b'"kind":"consent_withdrawn","line":1' in bytes(told.canonical)
    assert then.strftime("%Y-%m-%dT%H:%M").encode() in bytes(told.canonical)


def test_an_erasure_begins_again_under_its_number_and_is_finished_by_a_worker() -> None:
    clip = make_ready_clip()
    make_original(clip)
    set_back(lambda: erase(of_clip(clip.public_id)))
    number = journal.standing().unknown[0].data["erasure"]
    replay(WORKER)
    assert HoldReason.ERASED in gate.reasons(clip.pk)
    found = Erasure.objects.get()
    assert (str(found.pk), found.asked_by, found.asked_role) == (number, OFFICER.pseudonym, OFFICER.role)
    rights.erase(found.pk)
    found.refresh_from_db()
    assert (found.state, found.findings) == ("done", [])


def test_erasures_of_cameras_and_owners_cover_their_clips() -> None:
    first, second = make_clip(), make_clip()
    assert first.device is not None
    set_back(lambda: erase(Scope(ScopeKind.DEVICE, first.device.pseudonym)))  # type: ignore[union-attr]
    set_back(lambda: erase(Scope(ScopeKind.OWNER, second.owner.pseudonym)))
    assert replay(WORKER).total() == 2
    for clip in (first, second):
        assert HoldReason.ERASED in gate.reasons(clip.pk)


def test_what_came_after_the_backup_and_went_with_the_database_is_passed_over() -> None:
    def live() -> None:
        clip = make_ready_clip()
        make_original(clip)
        clips.withdraw(clip, OWNER)
        clips.erase_original(clip, WORKER)
        erase(of_clip(clip.public_id))
        erase(Scope(ScopeKind.OWNER, clip.owner.pseudonym))
        accounts.revoke_key(COMMAND_LINE, accounts.create_key(COMMAND_LINE, make_submitter()).split("_")[1])

    set_back(live)
    assert replay(WORKER).total() == 5
    assert LogEntry.objects.filter(action="journal.replayed").count() == 5
    assert not Erasure.objects.exists()


def test_a_legal_hold_that_came_back_keeps_the_clip_from_erasure_but_not_from_the_hold() -> None:
    """When it was erased the legal hold had been released: that is not in the journal, and takes two officers again."""
    clip = make_clip()
    set_back(lambda: erase(of_clip(clip.public_id)))
    make_legal_hold(of_clip(clip.public_id))
    replay(WORKER)
    assert {HoldReason.ERASED, HoldReason.LEGAL} <= set(gate.reasons(clip.pk))
    found = Erasure.objects.get()
    rights.erase(found.pk)
    found.refresh_from_db()
    assert found.failure_code == "legal_hold"


def test_destroyed_keys_stay_destroyed_and_their_details_look_erased() -> None:
    def told() -> LogEntry:
        with transaction.atomic():
            return audit.append(
                lookup("account.signed_in"), WORKER, subject=OWNER.pseudonym, detail={"reason": "Erika"}
            )

    entry = told()
    keys = store().of(OWNER.pseudonym)
    with transaction.atomic():
        audit._log_erasures.__wrapped__([OWNER.pseudonym], OFFICER, KeysDestroyed.OFFICER, REASON)  # type: ignore[attr-defined]
        transaction.set_rollback(True)
    store().destroy(keys)
    assert details.read([entry])[entry.pk].state == DetailState.TAMPERED
    replay(WORKER)
    assert details.read([entry])[entry.pk].state == DetailState.ERASED
    erased = LogEntry.objects.get(action="audit.subject_erased")
    assert erased.actor == OFFICER.pseudonym
    assert str(keys[0]).encode() in bytes(erased.canonical)


def test_an_old_copy_of_the_store_of_keys_alone_brings_no_destroyed_key_back() -> None:
    subject = ids.pseudonym("o")
    store().ensure(subject)
    copy = store().rows()
    (key,) = store().of(subject)
    with transaction.atomic():
        entry = audit.repeat_destruction(subject, [key], OFFICER, KeysDestroyed.OFFICER)
        data = {"subject": subject, "keys": [str(key)], "cause": "officer"}
        journal.record(Kind.KEYS_DESTROYED, OFFICER, data)
    audit.finish_erasures()
    assert store().of(subject) == []
    store().put_back(copy)
    assert store().of(subject) == [key]
    for _ in range(2):
        assert replay(WORKER).total() == 0
        assert store().of(subject) == []
        assert LogEntry.objects.filter(action="audit.keys_returned").count() == 1
    assert LogEntry.objects.filter(action="audit.subject_erased").get() == entry


def test_an_original_that_had_gone_before_the_rest_goes_again(
    django_capture_on_commit_callbacks: Any,
) -> None:
    clip = make_clip()
    name = make_original(clip).name
    set_back(lambda: clips.erase_original(clip, WORKER))
    with django_capture_on_commit_callbacks(execute=True):
        replay(WORKER)
    assert not Original.objects.filter(clip=clip).exists()
    assert not storages["vault"].exists(name)


def test_accounts_and_keys_are_closed_again() -> None:
    user, submitter, operator = make_user(), make_submitter(), make_user(Role.OPERATOR)
    prefix = accounts.create_key(COMMAND_LINE, submitter).split("_")[1]
    set_back(lambda: accounts.revoke_key(COMMAND_LINE, prefix))
    set_back(lambda: accounts.close_account(user, operator.actor, REASON))
    replay(WORKER)
    assert ApiKey.objects.get(prefix=prefix).revoked_at is not None
    user.refresh_from_db()
    assert not user.is_active


def test_a_key_that_was_rotated_ends_when_it_was_to_end() -> None:
    prefix = accounts.create_key(COMMAND_LINE, make_submitter()).split("_")[1]
    set_back(lambda: accounts.rotate_key(COMMAND_LINE, prefix, datetime.timedelta(hours=1)))
    key = ApiKey.objects.get()
    assert (key.replaced_by, key.expires_at > clock.now() + datetime.timedelta(days=1)) == (None, True)
    replay(WORKER)
    key.refresh_from_db()
    assert key.expires_at < clock.now() + datetime.timedelta(hours=1)
    assert LogEntry.objects.filter(action="account.key_ended_again").count() == 1


def test_roles_that_were_taken_away_are_not_given_back() -> None:
    lead, operator = make_user(Role.LEAD), make_user(Role.OPERATOR)
    browser = Client()
    browser.force_login(lead)
    set_back(lambda: accounts.change_role(lead.pk, Role.OPERATOR, REASON, operator.actor))
    replay(WORKER)
    lead.refresh_from_db()
    assert lead.role == Role.OPERATOR
    assert browser.get(reverse("accounts:account")).status_code == 302, "the session of before still opens"
    entry = LogEntry.objects.get(action="account.role_changed_again")
    assert entry.actor == operator.pseudonym


def test_a_role_that_sees_content_comes_back_without_the_password_of_before() -> None:
    engineer = make_user(Role.ML_ENGINEER)
    operator, officer = make_user(Role.OPERATOR), make_user(Role.PRIVACY_OFFICER)
    accounts.change_role(engineer.pk, Role.CONTRACTOR, REASON, operator.actor)
    proposal = AccountProposal.objects.get(user=engineer)
    set_back(lambda: accounts.decide_proposal(proposal.pk, "agree", REASON, officer.actor))
    replay(WORKER)
    engineer.refresh_from_db()
    assert (engineer.role, engineer.has_usable_password()) == (Role.CONTRACTOR, False)


def test_a_new_password_is_required_again() -> None:
    user, operator = make_user(), make_user(Role.OPERATOR)
    set_back(lambda: accounts.require_new_password(user.pk, operator.actor))
    replay(WORKER)
    user.refresh_from_db()
    assert user.password_required


def test_second_factors_that_were_taken_away_or_removed_do_not_come_back() -> None:
    loser, remover, renewer = make_user(), make_user(), make_user()
    proposal = make_loss(make_user(Role.OPERATOR), loser)
    officer = make_user(Role.PRIVACY_OFFICER)
    _, removed = add_app(remover), add_passkey(remover)
    add_app(renewer)
    stolen = remover.factors.get(kind=FactorKind.PASSKEY)
    codes = {code.pk for code in renewer.recovery_codes.all()}
    set_back(lambda: accounts.decide_loss(proposal.pk, "agree", REASON, officer.actor))
    set_back(lambda: accounts.remove_factor(remover, stolen.pk))
    set_back(lambda: accounts.renew_recovery_codes(renewer))
    assert loser.factors.exists()
    assert replay(WORKER).total() == 3
    assert not loser.factors.exists()
    assert not loser.recovery_codes.exists()
    assert [factor.kind for factor in remover.factors.all()] == [FactorKind.APP]
    assert not renewer.recovery_codes.filter(pk__in=codes).exists()
    assert removed.credential_id == bytes(stolen.credential_id or b"")


def test_again_it_does_nothing() -> None:
    clip = make_ready_clip()
    set_back(lambda: clips.withdraw(clip, OWNER))
    set_back(lambda: erase(of_clip(clip.public_id)))
    assert replay(WORKER).total() == 2
    entries = LogEntry.objects.count()
    assert replay(WORKER).total() == 0
    assert LogEntry.objects.count() == entries
    assert len(journal.own_file().lines()) == 2


def test_what_is_found_done_is_noted_and_nothing_more() -> None:
    clip = make_clip()
    set_back(lambda: clips.withdraw(clip, OWNER))
    clips.withdraw(clip, OWNER)
    assert replay(WORKER).total() == 1
    assert LogEntry.objects.filter(action="consent.withdrawn").count() == 1
    assert Consent.objects.get(clip=clip).withdrawn_at is not None


@pytest.mark.parametrize("after", range(4))
def test_killed_at_any_line_it_goes_on(after: int, monkeypatch: pytest.MonkeyPatch) -> None:
    made = [make_clip() for _ in range(3)]
    for clip in made:
        set_back(lambda clip=clip: clips.withdraw(clip, OWNER))  # type: ignore[misc]
    left = after

    def killed(line: Any) -> None:
        nonlocal left
        if not left:
            raise KeyboardInterrupt
        left -= 1
        journal_know(line)

    journal_know = journal.know
    with monkeypatch.context() as patched:
        patched.setattr(journal, "know", killed)
        if after < 3:
            with pytest.raises(KeyboardInterrupt):
                replay(WORKER)
        else:
            replay(WORKER)
    journal.forget_standing()
    assert JournalLine.objects.count() == LogEntry.objects.filter(action="journal.replayed").count() == after
    assert replay(WORKER).total() == 3 - after
    assert LogEntry.objects.filter(action="consent.withdrawn").count() == 3


def test_a_journal_that_cannot_be_believed_is_not_replayed(settings: Any) -> None:
    with transaction.atomic():
        journal.record(Kind.KEY_REVOKED, WORKER, {"prefix": "0123456789ab"})
    settings.JOURNAL_FILE.write_bytes(b"")
    with pytest.raises(Unavailable) as refused:
        replay(WORKER)
    assert refused.value.code == "journal_behind"
    with pytest.raises(CommandError, match="journal_behind"):
        call_command("restore", "--replay")


def test_a_journal_that_is_lost_for_good_is_begun_anew_on_the_log(settings: Any) -> None:
    with transaction.atomic():
        journal.record(Kind.KEY_REVOKED, WORKER, {"prefix": "0123456789ab"})
    with pytest.raises(CommandError, match="is there, and whole"):
        call_command("restore", "--journal-lost")
    settings.JOURNAL_FILE.unlink()
    call_command("restore", "--journal-lost")
    assert journal.standing() == journal.Standing()
    assert [(line.number, line.kind) for line in journal.own_file().lines()] == [(2, Kind.BEGUN)]
    assert LogEntry.objects.filter(action="journal.begun_anew").count() == 1


@pytest.mark.parametrize("options", [[], ["--replay", "--keys", "somewhere"], ["somewhere", "--replay"]])
def test_the_command_does_one_thing(options: list[str]) -> None:
    with pytest.raises(CommandError, match="Name the folder of a backup"):
        call_command("restore", *options)


def tell(kind: Kind, data: dict[str, Any]) -> int:
    """A line that no act of this version would write; its number."""
    journal.write_ahead(kind, COMMAND_LINE, data, journal.last_known())
    journal.forget_standing()
    return journal.own_file().lines()[-1].number


BROKEN: list[tuple[Kind, dict[str, Any], str]] = [
    (Kind.ROLE_CHANGED, {"account": "p-lena", "role": "emperor"}, "knows no role emperor"),
    (Kind.KEYS_DESTROYED, {"subject": "o-1", "keys": [], "cause": "officer"}, "names no key"),
    (
        Kind.ERASURE_REQUESTED,
        {"erasure": str(uuid.uuid4()), "kind": "planet", "target": "earth", "cause": "officer"},
        "planet",
    ),
]


@pytest.mark.parametrize(("kind", "data", "why"), BROKEN)
def test_a_line_that_cannot_be_done_stops_no_other_one_and_keeps_the_site_closed(
    kind: Kind, data: dict[str, Any], why: str
) -> None:
    User.objects.filter(pk=make_user(Role.LEAD).pk).update(pseudonym="p-lena")
    first, second = make_clip(), make_clip()
    set_back(lambda: clips.withdraw(first, OWNER))
    number = tell(kind, data)
    set_back(lambda: clips.withdraw(second, OWNER))
    with pytest.raises(NotReplayed, match=f"line {number} .*{why}") as told:
        replay(WORKER)
    assert told.value.done == {Kind.CONSENT_WITHDRAWN: 2}
    assert "Traceback" not in str(told.value)
    for clip in (first, second):
        assert Consent.objects.get(clip=clip).withdrawn_at is not None
    assert [line.number for line in journal.standing().unknown] == [number]
    answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert f"Lines that it does not know: {number}." in answer.json()["reasons"][0]["message"]
    replay_journal()
    with pytest.raises(CommandError, match=f"journal_not_replayed: .*line {number}.*--pass-over"):
        call_command("restore", "--replay")


def test_an_officer_answers_for_a_line_that_is_left_undone(capsys: pytest.CaptureFixture[str]) -> None:
    officer = make_user(Role.PRIVACY_OFFICER)
    number = tell(*BROKEN[1][:2])
    by = ("--by", officer.username, "--reason", REASON)
    for arguments, why in (
        (("--pass-over", str(number)), "--by"),
        (("--pass-over", str(number + 1), *by), "no_such_line"),
        (("--pass-over", str(number), *by[:2]), "reason_too_short"),
        (("--pass-over", str(number), "--by", make_user(Role.LEAD).username, *by[2:]), "not_allowed"),
    ):
        with pytest.raises(CommandError, match=why):
            call_in_person("restore", *arguments)
    call_in_person("restore", "--pass-over", str(number), *by)
    assert f"Line {number} (keys_destroyed" in capsys.readouterr().out
    assert journal.standing() == journal.Standing()
    assert LogEntry.objects.get(action="journal.passed_over").actor == officer.pseudonym
    clip = make_clip()
    set_back(lambda: clips.withdraw(clip, OWNER))
    with pytest.raises(CommandError, match="can_be_replayed"):
        call_in_person("restore", "--pass-over", str(number + 1), *by)
    assert Consent.objects.get(clip=clip).withdrawn_at is None


def test_moments_are_those_of_the_journal_and_not_of_the_replay(monkeypatch: pytest.MonkeyPatch) -> None:
    user, submitter, lead = make_user(), make_submitter(), make_user(Role.LEAD)
    revoked, ended, changed = (
        accounts.create_key(COMMAND_LINE, each).split("_")[1] for each in (submitter, user, lead)
    )
    operator = make_user(Role.OPERATOR)
    clip, then = make_clip(), clock.now() - datetime.timedelta(hours=5)
    with monkeypatch.context() as earlier:
        earlier.setattr(clock, "now", lambda: then)
        set_back(lambda: accounts.revoke_key(COMMAND_LINE, revoked))
        set_back(lambda: accounts.close_account(user, operator.actor, REASON))
        set_back(lambda: accounts.change_role(lead.pk, Role.OPERATOR, REASON, operator.actor))
        set_back(lambda: clips.withdraw(clip, OWNER))
    replay(WORKER)
    for prefix in (revoked, ended, changed):
        assert ApiKey.objects.get(prefix=prefix).revoked_at == then
    assert Consent.objects.get(clip=clip).withdrawn_at == then


def test_the_command_says_what_it_did(capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        clip = make_clip()
        set_back(lambda clip=clip: clips.withdraw(clip, OWNER))  # type: ignore[misc]
    prefix = accounts.create_key(COMMAND_LINE, make_submitter()).split("_")[1]
    set_back(lambda: accounts.revoke_key(COMMAND_LINE, prefix))
    call_command("restore", "--replay")
    assert capsys.readouterr().out.splitlines() == [
        "Lines of the journal replayed: 3. Erasures that a worker goes on with: 0.",
        "  consent withdrawn: 2",
        "  key revoked: 1",
    ]


UNTIL = datetime.timedelta(days=30)


def test_a_legal_hold_that_came_after_the_backup_is_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    clip, then = make_ready_clip(), clock.now() - datetime.timedelta(hours=3)
    with monkeypatch.context() as earlier:
        earlier.setattr(clock, "now", lambda: then)
        set_back(lambda: make_legal_hold(of_clip(clip.public_id)))
    assert not LegalHold.objects.exists()
    replay(WORKER)
    hold = LegalHold.objects.get()
    assert (hold.state, hold.placed_at) == (LegalHoldState.STANDING, then)
    assert hold.first_officer
    assert hold.second_officer not in {"", hold.first_officer}
    assert gate.reasons(clip.pk) == [HoldReason.LEGAL]
    assert LogEntry.objects.filter(action="legal_hold.agreed").count() == 1


@pytest.mark.parametrize("kind", [ScopeKind.DEVICE, ScopeKind.OWNER])
def test_a_legal_hold_of_a_camera_or_an_owner_covers_their_clips_again(kind: ScopeKind) -> None:
    clip = make_ready_clip()
    assert clip.device is not None
    target = clip.device.pseudonym if kind == ScopeKind.DEVICE else clip.owner.pseudonym
    set_back(lambda: make_legal_hold(Scope(kind, target)))
    replay(WORKER)
    assert gate.reasons(clip.pk) == [HoldReason.LEGAL]


def test_one_that_waited_in_the_backup_stands_and_one_that_was_released_does_not() -> None:
    clip, officer = make_ready_clip(), Actor("p-officer3", Role.PRIVACY_OFFICER)
    waiting = rights.ask_for_legal_hold(of_clip(clip.public_id), clock.now() + UNTIL, REASON, OFFICER)

    def live() -> None:
        rights.decide_legal_hold(waiting.pk, "agree", REASON, officer)
        rights.ask_for_extension(waiting.pk, clock.now() + 2 * UNTIL, REASON, OFFICER)
        rights.decide_legal_hold(waiting.pk, "agree", REASON, officer)

    set_back(live)
    assert replay(WORKER) == {Kind.LEGAL_HOLD_PLACED: 1, Kind.LEGAL_HOLD_EXTENDED: 1}
    waiting.refresh_from_db()
    assert waiting.state == LegalHoldState.STANDING
    assert waiting.until > clock.now() + UNTIL

    def release() -> None:
        rights.ask_for_release(waiting.pk, REASON, OFFICER)
        rights.decide_legal_hold(waiting.pk, "agree", REASON, officer)

    set_back(release)
    replay(WORKER)
    waiting.refresh_from_db()
    assert waiting.state == LegalHoldState.RELEASED
    assert gate.reasons(clip.pk) == []


def test_a_legal_hold_on_what_is_held_by_another_one_takes_its_place() -> None:
    clip, officer = make_ready_clip(), Actor("p-officer3", Role.PRIVACY_OFFICER)
    asked = rights.ask_for_legal_hold(of_clip(clip.public_id), clock.now() + UNTIL, REASON, OFFICER)

    def live() -> None:
        rights.decide_legal_hold(asked.pk, "refuse", REASON, officer)
        make_legal_hold(of_clip(clip.public_id))

    set_back(live)
    replay(WORKER)
    asked.refresh_from_db()
    assert asked.state == LegalHoldState.REFUSED
    assert LegalHold.objects.filter(state=LegalHoldState.STANDING).count() == 1


def test_a_legal_hold_on_what_came_after_the_backup_is_passed_over() -> None:
    def live() -> None:
        clip = make_ready_clip()
        make_legal_hold(of_clip(clip.public_id))

    set_back(live)
    replay(WORKER)
    assert not LegalHold.objects.exists()


def test_rules_that_were_decided_on_after_the_backup_hold_again() -> None:
    second = Actor("p-officer3", Role.PRIVACY_OFFICER)
    longer = rights.set_rule("labeled", Days(14, 120), REASON, version=1, actor=OFFICER)

    def live() -> None:
        rights.decide_rule("labeled", "agree", REASON, second)
        rights.set_rule("held", Days(2, 2), REASON, version=1, actor=OFFICER)
        rights.set_rule("expired", Days(2, 2), REASON, version=1, actor=OFFICER)
        rights.decide_rule("expired", "take back", REASON, second)

    set_back(live)
    replay(WORKER)
    longer.refresh_from_db()
    assert (longer.state, longer.decided_by) == (RuleState.IN_FORCE, second.pseudonym)
    assert selectors.rules_in_force()["labeled"] == Days(14, 120)
    announced = selectors.announced()
    assert set(announced) == {"held"}
    assert (announced["held"].effective_at or clock.now()) > clock.now()
    assert announced["held"].reason.startswith("Decided before the site was restored")
    assert RetentionRule.objects.get(kept_state="expired", version=2).state == RuleState.TAKEN_BACK
    found = RetentionRule.objects.count()
    journal.forget_standing()
    assert replay(WORKER).total() == 0
    assert RetentionRule.objects.count() == found
