"""A false blur is lifted by two people, and hidden again by one."""

from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from annotations.accounts.enums import Role
from annotations.accounts.models import User
from annotations.audit.actors import WORKER
from annotations.audit.models import LogEntry
from annotations.clips import gate
from annotations.clips.enums import HoldReason
from annotations.clips.models import Clip
from annotations.clips.services import lift as lift_hold, place
from annotations.core.errors import Conflict, Invalid, Missing, NotAllowed
from annotations.redaction import services
from annotations.redaction.enums import LiftState
from annotations.redaction.models import FaceTrack, Lift, Method, RedactionRun, Rendition
from tests.factories import make_lift, make_ready_clip, make_track, make_user
from tests.redaction.conftest import Submit

pytestmark = pytest.mark.django_db
REASON = "That is a lamp, on every frame."


@pytest.fixture
def people() -> tuple[User, User, User]:
    return make_user(Role.LEAD), make_user(Role.LEAD), make_user(Role.PRIVACY_OFFICER)


def actions(clip: Clip) -> list[str]:
    return list(LogEntry.objects.filter(clip=clip.public_id).order_by("id").values_list("action", flat=True))


def test_two_people_lift_a_region_and_one_hides_it_again(
    submit: Submit, passing_by: Path, people: tuple[User, User, User]
) -> None:
    lead, other, _ = people
    clip = submit(passing_by)
    services.redact(services.request_first(clip, WORKER).pk)
    lift_hold(clip, HoldReason.AWAITING_SCREENING, WORKER)
    before = Rendition.objects.get(clip=clip, current=True)
    (track,) = FaceTrack.objects.filter(run=before.run_id)
    asked = services.ask_to_lift(clip, track.number, REASON, lead)
    assert gate.reasons(clip.pk) == []
    assert Rendition.objects.get(clip=clip, current=True) == before
    services.decide_lift(asked.pk, "approve", "I agree, a lamp.", other)
    assert HoldReason.AWAITING_REDACTION in gate.reasons(clip.pk)
    run = RedactionRun.objects.filter(clip=clip).latest("created_at")
    services.redact(run.pk)
    run.refresh_from_db()
    assert (run.method, run.outcome, run.residual["exposed"]) == (Method.REPAIR, "verified", [])
    assert not FaceTrack.objects.filter(run=run).exists()
    services.hide_again(asked.pk, other)
    again = RedactionRun.objects.filter(clip=clip).latest("created_at")
    services.redact(again.pk)
    assert FaceTrack.objects.filter(run=again).count() == 1
    assert Lift.objects.get(pk=asked.pk).state == LiftState.ENDED
    steps = [action for action in actions(clip) if action.startswith("lift.")]
    assert steps == ["lift.asked", "lift.approved", "lift.ended"]


def test_nobody_decides_on_what_they_asked_for(people: tuple[User, User, User]) -> None:
    lead, _, officer = people
    clip = make_ready_clip()
    asked = services.ask_to_lift(clip, make_track(clip).number, REASON, lead)
    for action in ("approve", "refuse"):
        with pytest.raises(NotAllowed):
            services.decide_lift(asked.pk, action, REASON, lead)
    with pytest.raises(IntegrityError), transaction.atomic():
        Lift.objects.filter(pk=asked.pk).update(decided_by=lead)
    services.decide_lift(asked.pk, "refuse", "It is a face in a mirror.", officer)
    assert gate.reasons(clip.pk) == []
    with pytest.raises(Conflict):
        services.decide_lift(asked.pk, "approve", REASON, officer)


def test_only_who_asked_takes_it_back_and_a_region_is_asked_for_once(people: tuple[User, User, User]) -> None:
    lead, other, _ = people
    clip = make_ready_clip()
    track = make_track(clip)
    asked = services.ask_to_lift(clip, track.number, REASON, lead)
    with pytest.raises(Conflict):
        services.ask_to_lift(clip, track.number, REASON, other)
    with pytest.raises(NotAllowed):
        services.take_back_lift(asked.pk, other)
    assert services.take_back_lift(asked.pk, lead).state == LiftState.TAKEN_BACK
    services.ask_to_lift(clip, track.number, REASON, other)


def test_what_is_wrong_is_refused(people: tuple[User, User, User]) -> None:
    lead, other, _ = people
    clip = make_ready_clip()
    with pytest.raises(Missing):
        services.ask_to_lift(clip, 7, REASON, lead)
    with pytest.raises(Invalid):
        services.ask_to_lift(clip, make_track(clip).number, " ", lead)
    lift = make_lift(clip)
    with pytest.raises(Invalid):
        services.decide_lift(lift.pk, "shrug", REASON, other)
    place(clip, HoldReason.FLAGGED, WORKER)
    with pytest.raises(Conflict):
        services.ask_to_lift(clip, 1, REASON, lead)


def test_a_reviewer_who_sees_a_face_there_ends_it(people: tuple[User, User, User]) -> None:
    clip = make_ready_clip()
    lift = make_lift(clip)
    Lift.objects.filter(pk=lift.pk).update(state=LiftState.APPROVED, decided_by=people[2])
    run = services.report_missed_faces(
        clip, [{"frame": 4, "box": [22.0, 14.0, 14.0, 18.0]}], make_user().actor
    )
    lift.refresh_from_db()
    assert lift.state == LiftState.ENDED
    assert run.lifted == []


def test_a_region_that_nobody_may_look_at_is_not_approved(people: tuple[User, User, User]) -> None:
    clip = make_ready_clip()
    lift = make_lift(clip)
    place(clip, HoldReason.FLAGGED, WORKER)
    with pytest.raises(Conflict):
        services.decide_lift(lift.pk, "approve", REASON, people[2])
    services.decide_lift(lift.pk, "refuse", REASON, people[2])


def test_another_missed_face_leaves_it_lifted(people: tuple[User, User, User]) -> None:
    clip = make_ready_clip()
    lift = make_lift(clip)
    Lift.objects.filter(pk=lift.pk).update(state=LiftState.APPROVED, decided_by=people[2])
    run = services.report_missed_faces(clip, [{"frame": 4, "box": [60.0, 40.0, 14.0, 18.0]}], WORKER)
    assert run.lifted == [{"boxes": lift.boxes}]


def test_the_pages_lead_through_it(people: tuple[User, User, User]) -> None:
    lead, _, officer = people
    clip = make_ready_clip()
    track = make_track(clip)
    client, second = Client(), Client()
    client.force_login(lead)
    second.force_login(officer)
    page = client.get(reverse("redaction:regions", args=[clip.public_id]))
    assert b"Region 1" in page.content
    picture = client.get(reverse("redaction:region_picture", args=[clip.public_id, track.number]))
    assert picture.content.startswith(b"\xff\xd8")
    assert "region.shown" in actions(clip)
    wrong = client.post(reverse("redaction:ask_to_lift", args=[clip.public_id]), {"reason": REASON})
    assert wrong.status_code == 400
    assert b"Choose a region." in wrong.content
    sent = {"reason": REASON, "number": track.number}
    client.post(reverse("redaction:ask_to_lift", args=[clip.public_id]), sent)
    lift = Lift.objects.get(clip=clip)
    own = client.get(reverse("redaction:lift", args=[lift.pk]))
    assert b"Take the request back" in own.content
    assert b"Approve" not in own.content
    assert str(lift.pk)[:8].encode() in second.get(reverse("redaction:lifts")).content
    assert b"Approve" in second.get(reverse("redaction:lift", args=[lift.pk])).content
    second.post(
        reverse("redaction:decide_lift", args=[lift.pk]), {"decision": "approve", "reason": "I agree."}
    )
    lift.refresh_from_db()
    assert lift.state == LiftState.APPROVED
    held = client.get(reverse("redaction:regions", args=[clip.public_id]))
    assert b"This clip is held" in held.content
    assert client.get(reverse("redaction:lift_picture", args=[lift.pk])).status_code == 409


def test_the_list_needs_as_many_queries_for_three_as_for_one(
    people: tuple[User, User, User],
) -> None:
    client = Client()
    client.force_login(people[0])
    counts = []
    for more in (1, 2):
        for _ in range(more):
            make_lift(make_ready_clip())
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("redaction:lifts"))
        counts.append(len(queries))
    assert counts[0] == counts[1]
