"""No act without its entry: every public function that writes leaves one, and leaves nothing when it cannot.

The functions are found by inspection, so a new one fails here until it has a case. A case prepares what the function
needs and gives back the act.
"""

import datetime
import importlib
import inspect
import os
import uuid
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import transaction
from django.test import Client, RequestFactory, override_settings
from django.urls import reverse

from annotations.accounts import log as accounts_log, services as accounts
from annotations.accounts.enums import KeyRefusal, Proof, Role, SessionEnd
from annotations.accounts.factors import passkeys
from annotations.accounts.models import ApiKey, Session, User
from annotations.accounts.selectors import credentials_of
from annotations.accounts.services.links import make_link
from annotations.accounts.sessions import SessionStore
from annotations.audit import services as audit
from annotations.audit.actors import COMMAND_LINE, WORKER, Actor
from annotations.audit.enums import KeysDestroyed
from annotations.audit.models import LogEntry
from annotations.audit.subject_keys import store
from annotations.break_glass import services as break_glass
from annotations.break_glass.models import BreakGlassAccess
from annotations.clips import services as clips
from annotations.clips.enums import HoldReason
from annotations.clips.memory import memory_file
from annotations.clips.models import Clip, Consent
from annotations.clips.rules import DeviceReferences
from annotations.core import clock
from annotations.core.errors import Invalid
from annotations.core.models import RunState
from annotations.datasets import services as datasets
from annotations.datasets.filters import Filters
from annotations.datasets.models import Dataset, DeletionRequest, Release
from annotations.moderation import services as moderation
from annotations.moderation.models import Fingerprint, Flag, HashList, Recheck, Screening
from annotations.outgoing import services as outgoing
from annotations.outgoing.enums import MessageState
from annotations.outgoing.models import OutgoingMessage
from annotations.outgoing.templates import ALL_CLEAR, SIGN_IN_LINK
from annotations.oversight import services as oversight
from annotations.oversight.enums import AlertKind, LogWork
from annotations.oversight.models import Alert
from annotations.redaction import services as redaction
from annotations.redaction.enums import UnredactionState
from annotations.redaction.models import Outcome, RedactionRun, Unredaction
from annotations.review import services as review
from annotations.review.models import Annotation, Assignment, ReviewTask
from annotations.review.schema import HOME_THREAT_DETECTION
from annotations.rights import services as rights
from annotations.rights.enums import ErasureCause, ScopeKind
from annotations.rights.models import AccessRequest, Erasure, LegalHold, RetentionRule
from annotations.rights.plans import plan
from annotations.rights.retention.rules import Days
from annotations.rights.scopes import Scope, reach
from annotations.rights.services.repeated_legal_holds import Step
from annotations.single_sign_on import services as single_sign_on
from annotations.single_sign_on.enums import SignInRefusal
from annotations.single_sign_on.models import ProviderSession
from annotations.vision.camera import Camera
from reviewapp.settings.environment import ModelSource
from tests import factories as make
from tests.accounts.authenticators import PLACE, App, Authenticator, add_app, add_passkey, answer

pytestmark = pytest.mark.django_db

Act = Callable[[], object]
LEAD = Actor("p-lead2222", Role.LEAD)
ENGINEER = Actor("p-engineer", Role.ML_ENGINEER)
ZONE = Camera(zones=(((0.0, 0.0), (0.5, 0.0), (0.5, 0.5)),))
OFFICER = Actor("p-officer2", Role.PRIVACY_OFFICER)

# The only functions without an entry, and why.
EXEMPT = {
    "accounts.begin_try": "counts tries to sign in by keyed digests; each that fails has its own entry",
    "accounts.end_try": "counts tries to sign in by keyed digests; who came in has an entry",
    "accounts.forget_tries": "counts tries to sign in by keyed digests; the link that was used has an entry",
    "accounts.forget_old_tries": "counts tries to sign in by keyed digests, and those that are over count nothing",
    "accounts.record_key_used": "when a key was used last, to the minute; what was done with it has its own entries",
    "audit.append": "it is the log",
    "audit.append_each": "it is the log",
    "audit.finish_erasures": "destroys keys whose erasure is on the log already, and no others",
    "review.save_draft": "a draft is not an act yet, handing it in is; an entry per keystroke would bury the log",
}
# These first acquire their run, which only says which worker is at it, and how far it came when the rest fails.
ACQUIRE = {
    "oversight.run_log_work",
    "redaction.redact",
    "datasets.freeze",
    "outgoing.send",
    "moderation.recheck",
    "break_glass.make_clean_copy",
    "rights.compile_answer",
    "rights.erase",
}

CASES: dict[str, Callable[[], Act]] = {}


def case(name: str) -> Callable[[Callable[[], Act]], Callable[[], Act]]:
    def register(prepare: Callable[[], Act]) -> Callable[[], Act]:
        CASES[name] = prepare
        return prepare

    return register


def public_services() -> list[str]:
    """`context.function` of every function that a context's services offer."""
    found = []
    for app in apps.get_app_configs():
        if not app.name.startswith("annotations."):
            continue
        try:
            module = importlib.import_module(f"{app.name}.services")
        except ModuleNotFoundError as error:
            if error.name != f"{app.name}.services":
                raise
            continue
        for name, function in vars(module).items():
            own = getattr(function, "__module__", "").startswith(module.__name__)
            if inspect.isfunction(function) and own and not name.startswith("_"):
                found.append(f"{app.label}.{name}")
    return sorted(found)


def test_every_service_has_a_case_and_every_case_a_service() -> None:
    assert len(public_services()) > 30
    assert set(public_services()) - set(EXEMPT) == set(CASES), "Each service has a function with @case."


@pytest.mark.parametrize("name", sorted(set(public_services()) - set(EXEMPT)))
def test_the_act_leaves_an_entry(name: str) -> None:
    act = CASES[name]()
    before = LogEntry.objects.count()
    act()
    assert LogEntry.objects.count() > before


@pytest.mark.once
@pytest.mark.parametrize("name", sorted(set(public_services()) - set(EXEMPT) - ACQUIRE))
def test_an_act_that_cannot_be_logged_does_not_happen(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    act = CASES[name]()
    before = everything()

    def broken(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("the log cannot be written")

    monkeypatch.setattr(audit, "append", broken)
    with pytest.raises(RuntimeError, match="the log cannot be written"):
        act()
    assert everything() == before


def everything() -> dict[str, list[str]]:
    """Every row of every table of ours."""
    models = [
        model
        for app in apps.get_app_configs()
        if app.name.startswith("annotations.")
        for model in app.get_models()
    ]
    return {
        model.__name__: sorted(map(str, model._default_manager.values_list()))
        for model in models
        if model is not LogEntry
    }


# audit


@case("audit.erase_subject")
def _() -> Act:
    clip = make.make_clip()
    rights.withdraw(clip, OFFICER, "The owner wrote to us.")
    return lambda: audit.erase_subject(clip.owner.pseudonym, OFFICER, "The owner asked for it.")


@case("audit.destroy_keys")
def _() -> Act:
    clip = make.make_clip()
    return lambda: audit.destroy_keys([clip.subject], OFFICER, KeysDestroyed.OWNER_ASKED)


# outgoing


def _targets() -> Any:
    told = {topic: ["operators"] for topic in ("operations", "keys", "requests")}
    return override_settings(
        MAIL_TARGETS={"operators": "ops@example.org"}, NOTIFY={**settings.NOTIFY, **told}
    )


def _telling(service: Act) -> Act:
    """The service, where somebody is to be told."""

    def act() -> None:
        with _targets():
            service()

    return act


def _queued() -> OutgoingMessage:
    with _targets(), transaction.atomic():
        return outgoing.tell("operations", ALL_CLEAR, {}, WORKER)[0]


@case("outgoing.tell")
def _() -> Act:
    return _queued


@case("outgoing.tell_person")
def _() -> Act:
    def act() -> object:
        with transaction.atomic():
            return outgoing.tell_person("p-someone22", SIGN_IN_LINK, {"address": "a@example.org"}, WORKER)

    return act


@case("outgoing.try_target")
def _() -> Act:
    def act() -> object:
        with _targets():
            return outgoing.try_target("operators", WORKER)

    return act


@case("outgoing.send")
def _() -> Act:
    message = _queued()

    def act() -> object:
        with _targets():
            return outgoing.send(message.pk)

    return act


def _given_up(days: int = 0) -> OutgoingMessage:
    message = _queued()
    ended = clock.now() - datetime.timedelta(days=days)
    OutgoingMessage.objects.filter(pk=message.pk).update(state=MessageState.DEAD, ended_at=ended)
    return message


@case("outgoing.send_again")
def _() -> Act:
    message = _given_up()
    return lambda: outgoing.send_again(message.pk, Actor("p-operator2", Role.OPERATOR))


@case("outgoing.forget")
def _() -> Act:
    _given_up(days=40)
    return outgoing.forget


# accounts


@case("accounts.create_user")
def _() -> Act:
    return lambda: accounts.create_user(WORKER, "new", None, Role.LEAD)


@case("accounts.mail_link")
def _() -> Act:
    with transaction.atomic():
        token = make_link(make.make_user(), WORKER)
    return lambda: accounts.mail_link(token, "a@example.org", "https://review.example.org/x", WORKER)


@case("accounts.set_password")
def _() -> Act:
    user = make.make_user()
    return lambda: accounts.set_password(WORKER, user, "another long password")


@case("accounts.create_key")
def _() -> Act:
    user = make.make_submitter()
    return lambda: accounts.create_key(WORKER, user)


@case("accounts.tell_of_ending_keys")
def _() -> Act:
    accounts.create_key(WORKER, make.make_submitter())
    ApiKey.objects.update(expires_at=clock.now() + datetime.timedelta(days=10))
    return _telling(accounts.tell_of_ending_keys)


@case("accounts.revoke_key")
def _() -> Act:
    prefix = accounts.create_key(WORKER, make.make_submitter()).split("_")[1]
    return lambda: accounts.revoke_key(WORKER, prefix)


@case("accounts.record_sign_in")
def _() -> Act:
    user = make.make_user()
    return lambda: accounts.record_sign_in(user)


@case("accounts.record_sign_out")
def _() -> Act:
    user = make.make_user()
    return lambda: accounts.record_sign_out(user)


@case("accounts.record_failure")
def _() -> Act:
    return lambda: accounts.record_failure("nobody")


@case("accounts.record_password_given")
def _() -> Act:
    user = make.make_user()
    return lambda: accounts.record_password_given(user)


@case("accounts.record_in_person")
def _() -> Act:
    officer = make.make_user(Role.PRIVACY_OFFICER)
    return lambda: accounts.record_in_person(officer, "privacy_scan")


@case("accounts.record_refusal")
def _() -> Act:
    actor = make.make_user().actor
    return lambda: accounts.record_refusal(actor, "GET", "operations")


@case("accounts.record_turned_away")
def _() -> Act:
    actor = make.make_user().actor
    return lambda: accounts.record_turned_away(accounts_log.NOT_FOUND, actor, "GET", "review:workbench")


@case("accounts.rotate_key")
def _rotate_key() -> Act:
    prefix = accounts.create_key(WORKER, make.make_submitter()).split("_")[1]
    return lambda: accounts.rotate_key(WORKER, prefix)


@case("accounts.repeat_rotation")
def _repeat_rotation() -> Act:
    prefix = accounts.create_key(WORKER, make.make_submitter()).split("_")[1]
    return lambda: accounts.repeat_rotation(prefix, clock.now(), WORKER)


@case("accounts.record_key_refusal")
def _() -> Act:
    owner = make.make_submitter()
    return lambda: accounts.record_key_refusal(owner, KeyRefusal.WRONG)


OPERATOR = Actor("p-operator", Role.OPERATOR)
WHY = "It is needed here."


@case("accounts.invite")
def _() -> Act:
    description = accounts.Description("New", "RO", "ro")
    return lambda: accounts.invite("somebody", Role.LEAD, description, WHY, OPERATOR)


@case("accounts.describe")
def _() -> Act:
    user = make.make_user()
    return lambda: accounts.describe(user.pk, accounts.Description("Other", "FR", "fr"), OPERATOR)


@case("accounts.record_training")
def _() -> Act:
    user = make.make_user(trained_on=None)
    return lambda: accounts.record_training(user.pk, clock.now().date(), OPERATOR)


@case("accounts.require_new_password")
def _() -> Act:
    user = make.make_user()
    return lambda: accounts.require_new_password(user.pk, OPERATOR)


@case("accounts.change_role")
def _() -> Act:
    user = make.make_user()
    return lambda: accounts.change_role(user.pk, Role.OPERATOR, WHY, OPERATOR)


@case("accounts.renew_link")
def _() -> Act:
    user = make.make_user(Role.OPERATOR)
    return lambda: accounts.renew_link(user.pk, WHY, OPERATOR)


@case("accounts.close_account")
def _() -> Act:
    user = make.make_assignment(make.make_user()).reviewer
    assert user
    accounts.create_key(WORKER, user)
    return lambda: accounts.close_account(user, OPERATOR, WHY)


@case("accounts.reopen")
def _() -> Act:
    user = make.make_user(is_active=False)
    return lambda: accounts.reopen(user.pk, WHY, OPERATOR)


@case("accounts.make_provided")
def _() -> Act:
    return lambda: accounts.make_provided(lambda _taken: "somebody", "Some Body", Role.LEAD)


@case("accounts.turn_provided")
def _() -> Act:
    user = make.make_user(Role.OPERATOR, by_provider=True)
    make.make_user(Role.OPERATOR)
    return lambda: accounts.turn_provided(user.pk, Role.LEAD)


@case("accounts.drop_provided")
def _() -> Act:
    user = make.make_user(Role.LEAD, by_provider=True)
    return lambda: accounts.drop_provided(user.pk)


@case("single_sign_on.admit")
def _() -> Act:
    return lambda: single_sign_on.admit({"sub": "somebody", "groups": []})


@case("single_sign_on.record_refused")
def _() -> Act:
    return lambda: single_sign_on.record_refused(None, SignInRefusal.NOT_VERIFIED)


@case("single_sign_on.end_at_provider")
def _() -> Act:
    identity = make.make_identity()
    client = Client()
    client.force_login(identity.user)
    session = Session.objects.get(user=identity.user)
    ProviderSession.objects.create(session=session.public_id, identity=identity)
    return lambda: single_sign_on.end_at_provider({"jti": "once", "sub": identity.subject})


@case("accounts.decide_proposal")
def _() -> Act:
    proposal = make.make_proposal()
    return lambda: accounts.decide_proposal(proposal.pk, "agree", WHY, OFFICER)


@case("accounts.take_back_proposal")
def _() -> Act:
    proposal = make.make_proposal()
    return lambda: accounts.take_back_proposal(proposal.pk, OPERATOR)


@case("accounts.propose_loss")
def _() -> Act:
    user = make.make_user()
    add_app(user)
    return lambda: accounts.propose_loss(user.pk, WHY, OPERATOR)


@case("accounts.decide_loss")
def _() -> Act:
    proposal = make.make_loss(make.make_user(Role.OPERATOR))
    return lambda: accounts.decide_loss(proposal.pk, "agree", WHY, OFFICER)


@case("accounts.add_app")
def _() -> Act:
    user, app = make.make_user(), App()
    return lambda: accounts.add_app(user, accounts.NewApp(app.secret, app.code(), "Phone"), None)


@case("accounts.add_passkey")
def _() -> Act:
    user, device = make.make_user(), Authenticator()
    question, state = passkeys.ask_to_make(PLACE, user.pk.bytes, user.username, [])
    sent = passkeys.Answer(PLACE, state, device.make(question))
    return lambda: accounts.add_passkey(user, sent, "Stick", None)


@case("accounts.rename_factor")
def _() -> Act:
    user = make.make_user()
    add_app(user)
    return lambda: accounts.rename_factor(user, user.factors.get().pk, "Tablet")


@case("accounts.remove_factor")
def _() -> Act:
    user = make.make_user()
    add_app(user)
    return lambda: accounts.remove_factor(user, user.factors.get().pk)


@case("accounts.renew_recovery_codes")
def _() -> Act:
    user = make.make_user()
    add_app(user)
    return lambda: accounts.renew_recovery_codes(user)


@case("accounts.check_code")
def _() -> Act:
    user = make.make_user()
    app, _codes = add_app(user)
    return lambda: accounts.check_code(user, app.code())


@case("accounts.check_passkey")
def _() -> Act:
    user = make.make_user()
    device = add_passkey(user)
    sent = answer(credentials_of(user), device)
    return lambda: accounts.check_passkey(user, sent)


@case("accounts.record_step_up")
def _() -> Act:
    user = make.make_user()
    return lambda: accounts.record_step_up(user, Proof.PASSWORD)


@case("accounts.complete_sign_in")
def _() -> Act:
    request = RequestFactory().post("/")
    request.session = SessionStore()
    user = make.make_user()
    return lambda: accounts.complete_sign_in(request, user, Proof.PASSWORD)


@case("accounts.end_over_session")
def _() -> Act:
    user = _signed_in()
    session = Session.objects.get(user=user).session_key
    return lambda: accounts.end_over_session(user, session, SessionEnd.IDLE)


@case("accounts.repeat_factor_removed")
def _() -> Act:
    user = make.make_user()
    add_app(user)
    return lambda: accounts.repeat_factor_removed(user.factors.get().pk, OPERATOR)


@case("accounts.repeat_factors_taken")
def _() -> Act:
    user = make.make_user()
    add_app(user)
    return lambda: accounts.repeat_factors_taken(user.pseudonym, clock.now(), OPERATOR)


@case("accounts.repeat_recovery_codes_made")
def _() -> Act:
    user = make.make_user()
    add_app(user)
    return lambda: accounts.repeat_recovery_codes_made(user.pseudonym, clock.now(), OPERATOR)


@case("accounts.use_link")
def _() -> Act:
    _, token = accounts.decide_proposal(make.make_proposal().pk, "agree", WHY, OFFICER)
    assert token
    return lambda: accounts.use_link(token, make.PASSWORD, statement=True)


@case("accounts.change_password")
def _() -> Act:
    user = _signed_in()
    session = Session.objects.get(user=user).session_key
    return lambda: accounts.change_password(user, "another long password", session)


def _signed_in() -> User:
    user = make.make_user()
    Client().force_login(user)
    return user


@case("accounts.end_session")
def _() -> Act:
    user = _signed_in()
    session = Session.objects.get(user=user)
    return lambda: accounts.end_session(user, session.public_id)


@case("accounts.end_other_sessions")
def _() -> Act:
    user = _signed_in()
    return lambda: accounts.end_other_sessions(user, "")


@case("accounts.accept_statement")
def _() -> Act:
    user = make.make_user(statement_on=None)
    return lambda: accounts.accept_statement(user)


@case("accounts.choose_time_zone")
def _() -> Act:
    user = make.make_user()
    return lambda: accounts.choose_time_zone(user, "Europe/Berlin")


# clips


def received() -> Callable[[], Clip]:
    submitter = make.make_submitter()
    content = make.small_video()
    reception = clips.Reception("clip.mp4", len(content), make.make_terms(), owner="household")

    def receive() -> Clip:
        with memory_file("test") as file:
            file.write(content)
            return clips.receive(submitter, submitter.actor, file, reception)[0]

    return receive


@case("clips.receive")
def _() -> Act:
    return received()


def _officers() -> tuple[User, User]:
    return make.make_user(Role.PRIVACY_OFFICER), make.make_user(Role.PRIVACY_OFFICER)


@case("clips.erase_original")
def _() -> Act:
    clip = make.make_clip()
    make.make_original(clip)
    return lambda: clips.erase_original(clip, WORKER)


@case("clips.set_camera")
def _() -> Act:
    device, operator = make.make_ready_clip().device, make.make_user(Role.OPERATOR)
    assert device is not None
    return lambda: clips.set_camera(device, ZONE, operator.actor)


@case("clips.set_submitters_camera")
def _() -> Act:
    submitter = make.make_submitter()
    called = DeviceReferences("household", "porch")
    return lambda: clips.set_submitters_camera(
        submitter, submitter.actor, called, {"zones": ZONE.as_dict()["zones"]}
    )


@case("clips.place")
def _() -> Act:
    clip = make.make_clip()
    return lambda: clips.place(clip, HoldReason.LEGAL, OFFICER)


@case("clips.release_hold")
def _() -> Act:
    clip = make.make_clip()
    clips.place(clip, HoldReason.LEGAL, OFFICER)
    return lambda: clips.release_hold(clip, HoldReason.LEGAL, OFFICER)


@case("clips.withdraw")
def _() -> Act:
    clip = make.make_clip()
    return lambda: clips.withdraw(clip, OFFICER)


@case("clips.expire_due")
def _() -> Act:
    past = clock.now() - datetime.timedelta(days=1)
    Consent.objects.filter(clip=make.make_clip()).update(
        granted_at=past - datetime.timedelta(days=1), until=past
    )
    return clips.expire_due


# redaction


@case("redaction.fetch_model")
def _() -> Act:
    """A source that is refused: that, too, is on the log. The others are in `tests/redaction/test_fetch_model.py`."""

    def act() -> None:
        sources = {"a.onnx": ModelSource("ftp://models.example/a", "0" * 64)}
        with override_settings(MODEL_SOURCES=sources), suppress(Invalid):
            redaction.fetch_model("a.onnx", COMMAND_LINE)

    return act


@case("redaction.request")
def _() -> Act:
    clip = make.make_clip(held=True)
    return lambda: redaction.request(clip, WORKER)


@case("redaction.request_first")
def _() -> Act:
    clip = make.make_clip(held=True)
    return lambda: redaction.request_first(clip, WORKER)


@case("redaction.redact")
def _() -> Act:
    run = redaction.request_first(received()(), WORKER)
    return lambda: redaction.redact(run.pk)


@case("redaction.report_missed_regions")
def _() -> Act:
    clip = make.make_ready_clip()
    return lambda: redaction.report_missed_regions(clip, [{"frame": 1, "box": [1.0, 1.0, 10.0, 10.0]}], LEAD)


def failed_run() -> RedactionRun:
    return RedactionRun.objects.create(
        clip=make.make_clip(held=True), effect="blur", state=RunState.FAILED, failure_code="decoder_failed"
    )


@case("redaction.try_strictly")
def _() -> Act:
    clip = make.make_unverified().clip
    return lambda: redaction.try_strictly(clip, LEAD)


@case("redaction.discard_unverified")
def _() -> Act:
    clip = make.make_unverified().clip
    return lambda: redaction.discard_unverified(clip, LEAD)


@case("redaction.retry")
def _() -> Act:
    run = failed_run()
    return lambda: redaction.retry(run, LEAD)


def _unredaction(state: str = UnredactionState.ASKED) -> Unredaction:
    clip = make.make_ready_clip()
    unredaction = make.make_unredaction(clip)
    if state == UnredactionState.APPROVED:
        Unredaction.objects.filter(pk=unredaction.pk).update(
            state=state, decided_by=make.make_user(Role.LEAD)
        )
    return unredaction


@case("redaction.ask_for_unredaction")
def _() -> Act:
    clip, lead = make.make_ready_clip(), make.make_user(Role.LEAD)
    number = make.make_track(clip).number
    return lambda: redaction.ask_for_unredaction(clip, number, "It is a lamp.", lead)


@case("redaction.decide_unredaction")
def _() -> Act:
    unredaction, other = _unredaction(), make.make_user(Role.PRIVACY_OFFICER)
    return lambda: redaction.decide_unredaction(unredaction.pk, "approve", "It is a lamp.", other)


@case("redaction.take_back_unredaction")
def _() -> Act:
    unredaction = _unredaction()
    return lambda: redaction.take_back_unredaction(unredaction.pk, unredaction.asked_by)


@case("redaction.hide_again")
def _() -> Act:
    unredaction, lead = _unredaction(UnredactionState.APPROVED), make.make_user(Role.LEAD)
    return lambda: redaction.hide_again(unredaction.pk, lead)


@case("redaction.hide_zones")
def _() -> Act:
    clip = make.make_ready_clip()
    assert clip.device is not None
    clips.set_camera(clip.device, ZONE, make.make_user(Role.OPERATOR).actor)
    return lambda: redaction.hide_zones(clip, WORKER)


@case("redaction.serve_region")
def _() -> Act:
    unredaction = _unredaction()
    return lambda: redaction.serve_region(unredaction.clip, unredaction, unredaction.frame, LEAD)


@case("redaction.choose_hiding")
def _() -> Act:
    return lambda: redaction.choose_hiding("mosaic", "Reviewers need to see heads.", version=0, actor=OFFICER)


@case("redaction.destroy_examples")
def _() -> Act:
    example = make.make_training_example(make.make_ready_clip())
    return lambda: redaction.destroy_examples(example.clip, WORKER)


@case("redaction.training_examples")
def _() -> Act:
    make.make_training_example(make.make_ready_clip())
    return lambda: list(redaction.training_examples(WORKER))


# moderation


def flagged() -> Flag:
    return moderation.flag(make.make_ready_clip(), "violence", LEAD)


@case("moderation.flag")
def _() -> Act:
    clip = make.make_ready_clip()
    return lambda: moderation.flag(clip, "violence", LEAD)


@case("moderation.decide_together")
def _() -> Act:
    flags = [flagged().pk for _ in range(2)]
    return lambda: moderation.decide_together(
        flags, set(flags), "dismiss", "Nothing of it is to be seen.", LEAD
    )


@case("review.flag_task")
def _() -> Act:
    make.make_project()
    task = ReviewTask.objects.get(clip=make.make_queued_clip())
    return lambda: review.flag_task(task.public_id, "violence", "", LEAD)


@case("moderation.decide")
def _() -> Act:
    flag = flagged()
    return lambda: moderation.decide(flag.pk, "uphold", "It shows an injury.", LEAD)


@case("moderation.discard")
def _() -> Act:
    clip = make.make_unverified().clip
    return lambda: moderation.discard(clip, "Nobody can judge it.", LEAD)


@case("moderation.serve_poster")
def _() -> Act:
    flag = flagged()
    return lambda: moderation.serve_poster(flag, LEAD)


@case("moderation.screen")
def _() -> Act:
    clip = make.make_clip()
    rendition = make.make_rendition(clip)
    Screening.objects.all().delete()
    clips.place(clip, HoldReason.AWAITING_SCREENING, WORKER)
    assert rendition.run.outcome == Outcome.VERIFIED
    return lambda: moderation.screen(rendition.run_id)


def add_list() -> HashList:
    until = clock.now() + datetime.timedelta(days=1)
    description = moderation.Description("A list", "somebody", "keep it away", "other", until)
    with memory_file("list") as file:
        file.write(b"0f" * 32)
        file.seek(0)
        return moderation.add_list(description, file, 64, OFFICER)


@case("moderation.add_list")
def _() -> Act:
    return add_list


@case("moderation.remove_list")
def _() -> Act:
    made = add_list()
    return lambda: moderation.remove_list(made.pk, LEAD)


@case("moderation.recheck")
def _() -> Act:
    run = Recheck.objects.get(list=add_list())
    return lambda: moderation.recheck(run.pk)


@case("moderation.recheck_again")
def _() -> Act:
    run = Recheck.objects.get(list=add_list())
    Recheck.objects.update(state=RunState.FAILED, failure_code="worker_lost")
    return lambda: moderation.recheck_again(run.pk, LEAD)


@case("moderation.forget_known_content")
def _() -> Act:
    clip = make.make_ready_clip()
    Fingerprint.objects.create(clip=clip, step=0.25, hashes=bytes(32), qualities=bytes(1))
    clips.withdraw(clip, OFFICER)
    return moderation.forget_known_content


# review


def claimed() -> Assignment:
    return make.make_assignment(make.make_user())


def submitted() -> Annotation:
    assignment = claimed()
    assert assignment.reviewer is not None
    return review.submit(assignment.reviewer, assignment.public_id, make.make_body())


def by_its_reviewer(function: Callable[..., object], *arguments: object) -> Act:
    assignment = claimed()
    return lambda: function(assignment.reviewer, assignment.public_id, *arguments)


@case("review.ensure_default_project")
def _() -> Act:
    return lambda: review.ensure_default_project(WORKER)


@case("review.publish_schema")
def _() -> Act:
    project = make.make_project()
    return lambda: review.publish_schema(project, HOME_THREAT_DETECTION, LEAD)


@case("review.enqueue")
def _() -> Act:
    make.make_project()
    clip = make.make_ready_clip()
    return lambda: review.enqueue(clip.pk)


@case("review.next_clip")
def _() -> Act:
    make.make_project()
    make.make_queued_clip()
    reviewer = make.make_user()
    return lambda: review.next_clip(reviewer)


@case("review.prefetch")
def _() -> Act:
    assignment = claimed()
    make.make_queued_clip()
    assert assignment.reviewer is not None
    reviewer = assignment.reviewer
    return lambda: review.prefetch(reviewer, assignment.public_id)


@case("review.extend")
def _() -> Act:
    return by_its_reviewer(review.extend)


@case("review.submit")
def _() -> Act:
    return by_its_reviewer(review.submit, make.make_body())


@case("review.skip")
def _() -> Act:
    return by_its_reviewer(review.skip, "cannot_see")


@case("review.flag")
def _() -> Act:
    return by_its_reviewer(review.flag, "nudity")


@case("review.report_missed_regions")
def _() -> Act:
    return by_its_reviewer(review.report_missed_regions, [{"frame": 1, "box": [1.0, 1.0, 10.0, 10.0]}])


@case("review.record_watched")
def _() -> Act:
    return by_its_reviewer(review.record_watched, [[0.0, 1.0]])


@case("review.record_watched_by_lead")
def _() -> Act:
    task = submitted().assignment.task
    lead, browser = make.make_user(Role.LEAD), Client()
    browser.force_login(lead)
    browser.post(reverse("review:task_media_token", args=[task.public_id]))
    return lambda: review.record_watched_by_lead(task.public_id, [[0.0, 1.0]], lead.actor)


@case("review.expire_leases")
def _() -> Act:
    past = clock.now() - datetime.timedelta(hours=1)
    Assignment.objects.filter(pk=claimed().pk).update(lease_until=past)
    return review.expire_leases


@case("review.accept")
def _() -> Act:
    annotation = submitted()
    return lambda: review.accept(annotation.assignment.task.public_id, annotation.pk, LEAD)


@case("review.set_aside")
def _() -> Act:
    make.make_project()
    task = ReviewTask.objects.get(clip=make.make_queued_clip())
    return lambda: review.set_aside(task.public_id, "Nobody can see anything", LEAD)


@case("review.reopen")
def _() -> Act:
    make.make_project()
    task = ReviewTask.objects.get(clip=make.make_queued_clip())
    review.set_aside(task.public_id, "Nobody can see anything", LEAD)
    return lambda: review.reopen(task.public_id, LEAD)


@case("review.send_back")
def _() -> Act:
    annotation = submitted()
    return lambda: review.send_back(
        annotation.assignment.task.public_id, annotation.pk, "A box is missing.", LEAD
    )


@case("review.resume")
def _() -> Act:
    annotation = submitted()
    review.send_back(annotation.assignment.task.public_id, annotation.pk, "A box is missing.", LEAD)
    reviewer = annotation.assignment.reviewer
    assert reviewer is not None
    return lambda: review.resume(reviewer, annotation.assignment.public_id)


# datasets


def dataset() -> Dataset:
    return datasets.create(ENGINEER, "Porch", make.make_accepted().assignment.project, Filters())


def frozen() -> Release:
    release = datasets.request(dataset(), ENGINEER)
    datasets.freeze(release.pk)
    release.refresh_from_db()
    return release


@case("datasets.create")
def _() -> Act:
    project = make.make_project()
    return lambda: datasets.create(ENGINEER, "Porch", project, Filters())


@case("datasets.change")
def _() -> Act:
    changed = dataset()
    return lambda: datasets.change(changed, Filters(verdicts=("threat",)), ENGINEER)


@case("datasets.request")
def _() -> Act:
    asked = dataset()
    return lambda: datasets.request(asked, ENGINEER)


@case("datasets.freeze")
def _() -> Act:
    release = datasets.request(dataset(), ENGINEER)
    return lambda: datasets.freeze(release.pk)


@case("datasets.retry")
def _() -> Act:
    release = frozen()
    Release.objects.filter(pk=release.pk).update(state=RunState.FAILED, failure_code="storage_failed")
    return lambda: datasets.retry(release, ENGINEER)


@case("datasets.deliver")
def _() -> Act:
    release = frozen()
    return lambda: datasets.deliver(release, "coco", ENGINEER)


def downloaded() -> Clip:
    """A clip in a release that was downloaded."""
    release = frozen()
    datasets.deliver(release, "coco", ENGINEER)
    return release.items.get().clip


@case("datasets.erase_clip")
def _() -> Act:
    clip = downloaded()
    return lambda: datasets.erase_clip(clip, OFFICER)


@case("datasets.reissue_manifest")
def _() -> Act:
    release = frozen()
    datasets.erase_clip(release.items.get().clip, OFFICER)
    return lambda: datasets.reissue_manifest(release, ENGINEER)


@case("datasets.succeed")
def _() -> Act:
    release = frozen()
    datasets.erase_clip(release.items.get().clip, OFFICER)
    return lambda: datasets.succeed(release, ENGINEER)


def asked_to_delete() -> DeletionRequest:
    datasets.erase_clip(downloaded(), OFFICER)
    return DeletionRequest.objects.get()


@case("datasets.confirm_deletions")
def _() -> Act:
    asked = asked_to_delete()
    return lambda: datasets.confirm_deletions([asked.pk], "deleted", "", ENGINEER)


@case("datasets.remind_of_deletions")
def _() -> Act:
    asked = asked_to_delete()
    DeletionRequest.objects.filter(pk=asked.pk).update(asked_at=clock.now() - datetime.timedelta(days=8))
    return datasets.remind_of_deletions


@case("datasets.mark")
def _() -> Act:
    clip = frozen().items.get().clip
    clips.withdraw(clip, OFFICER)
    return lambda: datasets.mark(clip.pk)


# privacy


@case("rights.withdraw")
def _() -> Act:
    clip = make.make_clip()
    return lambda: rights.withdraw(clip, OFFICER, "The owner wrote to us.")


@case("oversight.record_log_searched")
def _() -> Act:
    return lambda: oversight.record_log_searched(OFFICER, [], "first")


@case("oversight.record_entry_opened")
def _() -> Act:
    clip = make.make_clip()
    clips.place(clip, HoldReason.LEGAL, OFFICER)
    entry = LogEntry.objects.latest("occurred_at")
    return lambda: oversight.record_entry_opened(OFFICER, entry)


@case("oversight.record_person_opened")
def _() -> Act:
    return lambda: oversight.record_person_opened(OFFICER, LEAD.pseudonym, clock.now(), clock.now())


@case("oversight.record_text_searched")
def _() -> Act:
    return lambda: oversight.record_text_searched(OFFICER, [], 3, 1)


@case("oversight.record_entries_exported")
def _() -> Act:
    return lambda: oversight.record_entries_exported(OFFICER, [], "csv")


@case("oversight.save_search")
def _() -> Act:
    return lambda: oversight.save_search(OFFICER, "Leads", {"role": "lead"}, shared=True)


@case("oversight.rename_saved_search")
def _() -> Act:
    view = oversight.save_search(OFFICER, "Leads", {"role": "lead"}, shared=True)
    return lambda: oversight.rename_saved_search(view.pk, OFFICER, "What leads do")


@case("oversight.delete_saved_search")
def _() -> Act:
    view = oversight.save_search(OFFICER, "Leads", {"role": "lead"}, shared=True)
    return lambda: oversight.delete_saved_search(view.pk, OFFICER)


@case("rights.record_lookup")
def _() -> Act:
    return lambda: rights.record_lookup(OFFICER, 0)


@case("oversight.record_dossier_opened")
def _() -> Act:
    clip = make.make_clip()
    return lambda: oversight.record_dossier_opened(clip, OFFICER)


@case("rights.record_erasure_prepared")
def _() -> Act:
    return lambda: rights.record_erasure_prepared(OFFICER, "o-owner222", 1)


@case("rights.record_certificate_shown")
def _() -> Act:
    return lambda: rights.record_certificate_shown(OFFICER, "o-owner222", uuid.uuid4())


@case("rights.record_receipt_shown")
def _() -> Act:
    clip = make.make_clip()
    return lambda: rights.record_receipt_shown(clip, OFFICER)


@case("rights.record_receipt_fetched")
def _() -> Act:
    clip = make.make_clip()
    return lambda: rights.record_receipt_fetched(clip)


@case("rights.record_receipt_linked")
def _() -> Act:
    clip = make.make_clip()
    return lambda: rights.record_receipt_linked(clip, OFFICER)


def alarming() -> None:
    """Gives somebody's refused requests their places in the log's tree."""
    for _ in range(5):
        audit.append(accounts_log.REFUSED, LEAD, data={"method": "GET", "route": "operations"})
    make.make_leaves()


def alert() -> Alert:
    alarming()
    oversight.scan_for_alerts()
    return Alert.objects.get(kind=AlertKind.REFUSALS)


@case("oversight.scan_for_alerts")
def _() -> Act:
    alarming()
    return oversight.scan_for_alerts


@case("oversight.record_alert_opened")
def _() -> Act:
    found = alert()
    return lambda: oversight.record_alert_opened(found, OFFICER)


@case("oversight.take_alert")
def _() -> Act:
    found = alert()
    return lambda: oversight.take_alert(found.pk, OFFICER)


@case("oversight.give_back_alert")
def _() -> Act:
    found = alert()
    oversight.take_alert(found.pk, OFFICER)
    return lambda: oversight.give_back_alert(found.pk, OFFICER)


@case("oversight.resolve_alert")
def _() -> Act:
    found = alert()
    return lambda: oversight.resolve_alert(found.pk, "explain", "A broken bookmark.", OFFICER)


@case("oversight.change_alert_rule")
def _() -> Act:
    return lambda: oversight.change_alert_rule(
        AlertKind.REFUSALS, {"refusals": 9}, enabled=True, version=0, actor=OFFICER
    )


def access_request(*steps: str) -> AccessRequest:
    request = rights.open_request(make.make_clip().owner.pseudonym, clock.now(), "By letter.", OFFICER)
    for step in steps:
        if step == "compile":
            request = make.make_compiled(request.pk, OFFICER)
        else:
            request = rights.review_request(request.pk, request.sha256, OFFICER)
    return request


@case("rights.open_request")
def _() -> Act:
    subject = make.make_clip().owner.pseudonym
    return lambda: rights.open_request(subject, clock.now(), "By letter.", OFFICER)


@case("rights.compile_request")
def _() -> Act:
    request = access_request()
    return lambda: rights.compile_request(request.pk, OFFICER)


@case("rights.compile_answer")
def _() -> Act:
    run = rights.compile_request(access_request().pk, OFFICER)
    return lambda: rights.compile_answer(run.pk)


@case("rights.review_request")
def _() -> Act:
    request = access_request("compile")
    return lambda: rights.review_request(request.pk, request.sha256, OFFICER)


@case("rights.tell_of_due_requests")
def _() -> Act:
    request = access_request()
    AccessRequest.objects.filter(pk=request.pk).update(due_at=clock.now() + datetime.timedelta(days=5))
    return _telling(rights.tell_of_due_requests)


@case("rights.extend_request")
def _() -> Act:
    request = access_request()
    return lambda: rights.extend_request(request.pk, "Many clips.", OFFICER)


@case("rights.answer_request")
def _() -> Act:
    request = access_request("compile", "review")
    return lambda: rights.answer_request(request.pk, "By letter.", request.sha256, OFFICER)


@case("rights.refuse_request")
def _() -> Act:
    request = access_request("compile")
    return lambda: rights.refuse_request(request.pk, "It is not theirs.", OFFICER)


@case("rights.record_request_opened")
def _() -> Act:
    request = access_request()
    return lambda: rights.record_request_opened(request, OFFICER)


@case("rights.record_answer_served")
def _() -> Act:
    request = access_request("compile")
    return lambda: rights.record_answer_served(request, "json", OFFICER)


@case("rights.forget_answers")
def _() -> Act:
    request = access_request("compile", "review")
    rights.answer_request(request.pk, "By letter.", request.sha256, OFFICER)
    AccessRequest.objects.update(closed_at=clock.now() - datetime.timedelta(days=100))
    return rights.forget_answers


@case("oversight.request_log_work")
def _() -> Act:
    return lambda: oversight.request_log_work(LogWork.VERIFY, OFFICER)


@case("oversight.run_log_work")
def _() -> Act:
    run = oversight.request_log_work(LogWork.VERIFY, OFFICER)
    return lambda: oversight.run_log_work(str(run.pk))


@case("oversight.record_export_served")
def _() -> Act:
    run = oversight.request_log_work(LogWork.EXPORT, OFFICER)
    run.sha256 = "0" * 64
    return lambda: oversight.record_export_served(run, OFFICER)


@case("break_glass.ask")
def _() -> Act:
    clip, lead = make.make_ready_clip(), make.make_user(Role.LEAD)
    return lambda: break_glass.ask(clip, "danger", "Somebody lies there.", lead)


@case("break_glass.decide")
def _() -> Act:
    asked = break_glass.ask(make.make_ready_clip(), "danger", "Somebody.", make.make_user(Role.LEAD))
    officer = make.make_user(Role.PRIVACY_OFFICER)
    return lambda: break_glass.decide(asked.pk, "approve", "Needed.", [], officer)


@case("break_glass.close")
def _() -> Act:
    access = make.make_break_glass_access()
    return lambda: break_glass.close(access.pk, access.asked_by)


@case("break_glass.make_clean_copy")
def _() -> Act:
    access = make.make_break_glass_access(copy=False)
    return lambda: break_glass.make_clean_copy(access.pk)


@case("break_glass.grant_view")
def _() -> Act:
    access = make.make_break_glass_access()
    return lambda: break_glass.grant_view(access.pk, access.asked_by)


@case("break_glass.record_served")
def _() -> Act:
    access = make.make_break_glass_access()
    return lambda: break_glass.record_served(access.pk, access.asked_by, "0-9 of 10")


@case("break_glass.record_watched")
def _() -> Act:
    access = make.make_break_glass_access()
    return lambda: break_glass.record_watched(access.pk, access.asked_by, [[0, 1]])


@case("break_glass.end_due_accesses")
def _() -> Act:
    access = make.make_break_glass_access()
    BreakGlassAccess.objects.filter(pk=access.pk).update(until=clock.now())
    return break_glass.end_due_accesses


def forgotten(storage: str, folder: str) -> None:
    """A file that no row names, as old as one must be to be swept."""
    name = storages[storage].save(f"{folder}forgotten", ContentFile(b"left by a process that died"))
    os.utime(storages[storage].path(name), (0, 0))


@case("clips.sweep_orphans")
def _() -> Act:
    forgotten("vault", "ab/")
    return clips.sweep_orphans


@case("redaction.sweep_orphans")
def _() -> Act:
    forgotten("renditions", "ab/")
    return redaction.sweep_orphans


@case("datasets.sweep_orphans")
def _() -> Act:
    forgotten("exports", "releases/ab/")
    return datasets.sweep_orphans


@case("oversight.sweep_exports")
def _() -> Act:
    forgotten("exports", "log/")
    return oversight.sweep_exports


@case("break_glass.sweep_clean_copies")
def _() -> Act:
    forgotten("vault", "break-glass/ab/")
    return break_glass.sweep_clean_copies


def erasure() -> Erasure:
    scope = Scope(ScopeKind.CLIP, str(make.make_ready_clip().public_id))
    return rights.request_erasure(scope, OFFICER, ErasureCause.OFFICER, "The owner wrote to us.")


@case("rights.renew_receipt")
def _() -> Act:
    clip = make.make_clip()
    return lambda: rights.renew_receipt(clip, OFFICER)


@case("rights.request_erasure")
def _() -> Act:
    scope = Scope(ScopeKind.CLIP, str(make.make_ready_clip().public_id))
    return lambda: rights.request_erasure(scope, OFFICER, ErasureCause.OFFICER, "The owner wrote to us.")


@case("rights.erase")
def _() -> Act:
    found = erasure()
    return lambda: rights.erase(found.pk)


@case("rights.resume_erasure")
def _() -> Act:
    found = erasure()
    Erasure.objects.filter(pk=found.pk).update(state=RunState.FAILED, failure_code="storage_failed")
    return lambda: rights.resume_erasure(found.pk, OFFICER)


@case("rights.check_again")
def _() -> Act:
    found = erasure()
    rights.erase(found.pk)
    return lambda: rights.check_again(found.pk, OFFICER)


@case("rights.erase_answers")
def _() -> Act:
    clip = make.make_clip()
    request = rights.open_request(clip.owner.pseudonym, clock.now(), "By letter.", OFFICER)
    make.make_compiled(request.pk, OFFICER)
    return lambda: rights.erase_answers(clip, OFFICER)


@case("rights.record_erasure_planned")
def _() -> Act:
    scope = Scope(ScopeKind.CLIP, str(make.make_clip().public_id))
    return lambda: rights.record_erasure_planned(plan(scope, reach(scope)), OFFICER)


@case("rights.record_probe")
def _() -> Act:
    scope = Scope(ScopeKind.CLIP, str(make.make_clip().public_id))
    return lambda: rights.record_probe(scope, reach(scope), uuid.uuid4(), 7, OFFICER)


@case("rights.record_scan")
def _() -> Act:
    counts = rights.ScanCounts(values=7, stores=12, findings=0, kept=0, unsearched=1)
    return lambda: rights.record_scan(uuid.uuid4(), counts, OFFICER)


@case("rights.record_certificate_served")
def _() -> Act:
    found = erasure()
    return lambda: rights.record_certificate_served(found, "page", OFFICER)


@case("clips.erase_clip")
def _() -> Act:
    clip = make.make_clip()
    make.make_original(clip)
    return lambda: clips.erase_clip(clip, OFFICER)


@case("clips.erase_device")
def _() -> Act:
    device = make.make_clip().device
    assert device is not None
    Clip.objects.update(device=None)
    return lambda: clips.erase_device(device, OFFICER)


@case("clips.erase_owner")
def _() -> Act:
    owner = make.make_clip().owner
    Clip.objects.update(device=None)
    return lambda: clips.erase_owner(owner, OFFICER)


@case("redaction.erase_clip")
def _() -> Act:
    clip = make.make_clip()
    RedactionRun.objects.create(clip=clip, effect="blur")
    return lambda: redaction.erase_clip(clip, OFFICER)


@case("moderation.erase_clip")
def _() -> Act:
    clip = make.make_ready_clip()
    return lambda: moderation.erase_clip(clip, OFFICER)


@case("review.take_away")
def _() -> Act:
    reviewer = make.make_assignment(make.make_user()).reviewer
    assert reviewer
    return lambda: review.take_away(reviewer)


@case("break_glass.end_accesses_of")
def _() -> Act:
    person = make.make_break_glass_access().asked_by
    return lambda: break_glass.end_accesses_of(person)


@case("review.erase_clip")
def _() -> Act:
    clip = make.make_assignment(make.make_user()).clip
    return lambda: review.erase_clip(clip, OFFICER)


@case("datasets.erase_clip")
def _() -> Act:
    project = make.make_accepted().assignment.project
    release = datasets.request(datasets.create(ENGINEER, "Gone", project, Filters()), ENGINEER)
    datasets.freeze(release.pk)
    clip = release.items.get().clip
    return lambda: datasets.erase_clip(clip, OFFICER)


@case("break_glass.erase_clip")
def _() -> Act:
    clip = make.make_ready_clip()
    break_glass.ask(clip, "danger", "Somebody may lie there.", make.make_user(Role.LEAD))
    return lambda: break_glass.erase_clip(clip, OFFICER)


def _scope() -> Scope:
    return Scope("clip", str(make.make_clip().public_id))


def _in_days(days: int) -> datetime.datetime:
    return clock.now() + datetime.timedelta(days=days)


@case("rights.ask_for_legal_hold")
def _() -> Act:
    scope = _scope()
    return lambda: rights.ask_for_legal_hold(scope, _in_days(9), "A court asks for it.", OFFICER)


@case("rights.decide_legal_hold")
def _() -> Act:
    hold = rights.ask_for_legal_hold(_scope(), _in_days(9), "A court asks for it.", OFFICER)
    second = make.make_user(Role.PRIVACY_OFFICER).actor
    return lambda: rights.decide_legal_hold(hold.pk, "agree", "It does.", second)


@case("rights.ask_for_extension")
def _() -> Act:
    hold = make.make_legal_hold(_scope())
    return lambda: rights.ask_for_extension(hold.pk, _in_days(60), "The court is slow.", OFFICER)


@case("rights.ask_for_release")
def _() -> Act:
    hold = make.make_legal_hold(_scope())
    return lambda: rights.ask_for_release(hold.pk, "The court is done.", OFFICER)


@case("rights.expire_legal_holds")
def _() -> Act:
    hold = make.make_legal_hold(_scope())
    LegalHold.objects.filter(pk=hold.pk).update(until=clock.now())
    return rights.expire_legal_holds


@case("rights.hold_received")
def _() -> Act:
    owner = make.make_clip().owner
    make.make_legal_hold(Scope("owner", owner.pseudonym))
    clip = make.make_clip(owner=owner, submitter=owner.submitter)
    return lambda: rights.hold_received(clip.pk)


@case("rights.record_legal_hold_opened")
def _() -> Act:
    hold = make.make_legal_hold(_scope())
    return lambda: rights.record_legal_hold_opened(hold, OFFICER)


@case("rights.set_rule")
def _() -> Act:
    return lambda: rights.set_rule("held", Days(2, 2), "Operators are quick.", version=1, actor=OFFICER)


@case("rights.decide_rule")
def _() -> Act:
    rights.set_rule("held", Days(20, 20), "Operators are slow.", version=1, actor=OFFICER)
    second = make.make_user(Role.PRIVACY_OFFICER).actor
    return lambda: rights.decide_rule("held", "agree", "They are.", second)


@case("rights.erase_due")
def _() -> Act:
    clip = make.make_clip()
    make.make_original(clip)
    RetentionRule.objects.update(original_days=0, rest_days=0, asked_at=_in_days(-30))
    clips.withdraw(clip, OFFICER)
    return rights.erase_due


@case("rights.bring_into_force")
def _() -> Act:
    rule = rights.set_rule("held", Days(2, 2), WHY, version=1, actor=OFFICER)
    RetentionRule.objects.filter(pk=rule.pk).update(effective_at=clock.now())
    return rights.bring_into_force


@case("rights.repeat_rule")
def _() -> Act:
    people = (OFFICER, OFFICER.pseudonym)
    return lambda: rights.repeat_rule("held", 2, Days(2, 2), people, None)


@case("rights.repeat_taking_back")
def _() -> Act:
    rule = rights.set_rule("held", Days(2, 2), WHY, version=1, actor=OFFICER)
    return lambda: rights.repeat_taking_back("held", rule.version, OFFICER)


def _step(hold: uuid.UUID) -> Step:
    return Step(hold, "p-officer3", OFFICER, clock.now())


@case("rights.repeat_legal_hold")
def _() -> Act:
    until = clock.now() + datetime.timedelta(days=3)
    return lambda: rights.repeat_legal_hold(_step(uuid.uuid4()), _scope(), until)


@case("rights.repeat_extension")
def _() -> Act:
    hold = make.make_legal_hold(_scope())
    return lambda: rights.repeat_extension(_step(hold.pk), hold.until + datetime.timedelta(days=3))


@case("rights.repeat_release")
def _() -> Act:
    hold = make.make_legal_hold(_scope())
    return lambda: rights.repeat_release(_step(hold.pk))


@case("rights.repeat_erasure")
def _() -> Act:
    scope = _scope()
    return lambda: rights.repeat_erasure(uuid.uuid4(), scope, OFFICER, ErasureCause.OFFICER)


@case("accounts.repeat_closing")
def _() -> Act:
    user = make.make_user()
    return lambda: accounts.repeat_closing(user.pseudonym, COMMAND_LINE, clock.now())


@case("accounts.repeat_role")
def _() -> Act:
    user = make.make_user()
    return lambda: accounts.repeat_role(user.pseudonym, Role.OPERATOR, COMMAND_LINE, clock.now())


@case("accounts.repeat_password_required")
def _() -> Act:
    user = make.make_user()
    return lambda: accounts.repeat_password_required(user.pseudonym, COMMAND_LINE)


@case("audit.repeat_destruction")
def _() -> Act:
    return lambda: audit.repeat_destruction("o-owner22", [uuid.uuid4()], OFFICER, KeysDestroyed.OFFICER)


@case("audit.destroy_returned")
def _() -> Act:
    key = store().ensure("o-owner22").id
    return lambda: audit.destroy_returned([key])


@case("redaction.remake")
def _() -> Act:
    clip = make.make_ready_clip()
    storages["renditions"].delete(clip.renditions.get().name)
    return lambda: redaction.remake(clip, COMMAND_LINE)


@case("datasets.mark_lost")
def _() -> Act:
    project = make.make_accepted().assignment.project
    release = datasets.request(datasets.create(ENGINEER, "Lost", project, Filters()), ENGINEER)
    datasets.freeze(release.pk)
    storages["exports"].delete(release.files.all()[0].name)
    return lambda: datasets.mark_lost(release, COMMAND_LINE)
