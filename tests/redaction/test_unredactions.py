"""A region that hides no face is unredacted by two people, and hidden again by one."""

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
from annotations.clips.services import place, release_hold
from annotations.core.errors import Conflict, Invalid, Missing, NotAllowed
from annotations.redaction import services
from annotations.redaction.enums import UnredactionState
from annotations.redaction.models import HiddenTrack, Method, RedactionRun, Rendition, Unredaction
from tests.factories import make_ready_clip, make_track, make_unredaction, make_user
from tests.forms import seen
from tests.redaction.conftest import Submit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("remembered")]
REASON = "That is a lamp, on every frame."


@pytest.fixture
def people() -> tuple[User, User, User]:
    return make_user(Role.LEAD), make_user(Role.LEAD), make_user(Role.PRIVACY_OFFICER)


def actions(clip: Clip) -> list[str]:
    return list(LogEntry.objects.filter(clip=clip.public_id).order_by("id").values_list("action", flat=True))


@pytest.mark.once
def test_two_people_unredact_a_region_and_one_hides_it_again(
    submit: Submit, passing_by: Path, people: tuple[User, User, User]
) -> None:
    lead, other, _ = people
    clip = submit(passing_by)
    services.redact(services.request_first(clip, WORKER).pk)
    release_hold(clip, HoldReason.AWAITING_SCREENING, WORKER)
    before = Rendition.objects.get(clip=clip, current=True)
    tracks = HiddenTrack.objects.filter(run=before.run_id)  # the face, and perhaps the head
    asked = services.ask_for_unredaction(clip, tracks.order_by("number")[0].number, REASON, lead)
    assert gate.reasons(clip.pk) == []
    assert Rendition.objects.get(clip=clip, current=True) == before
    services.decide_unredaction(asked.pk, "approve", "I agree, a lamp.", other)
    assert HoldReason.AWAITING_REDACTION in gate.reasons(clip.pk)
    run = RedactionRun.objects.filter(clip=clip).latest("created_at")
    services.redact(run.pk)
    run.refresh_from_db()
    assert (run.method, run.outcome, run.residual["exposed"]) == (Method.REPAIR, "verified", [])
    assert HiddenTrack.objects.filter(run=run).count() == tracks.count() - 1
    services.hide_again(asked.pk, other)
    again = RedactionRun.objects.filter(clip=clip).latest("created_at")
    services.redact(again.pk)
    assert HiddenTrack.objects.filter(run=again).count() == tracks.count()
    assert Unredaction.objects.get(pk=asked.pk).state == UnredactionState.ENDED
    steps = [action for action in actions(clip) if action.startswith("unredaction.")]
    assert steps == ["unredaction.asked", "unredaction.approved", "unredaction.ended"]


def test_nobody_decides_on_what_they_asked_for(people: tuple[User, User, User]) -> None:
    lead, _, officer = people
    clip = make_ready_clip()
    asked = services.ask_for_unredaction(clip, make_track(clip).number, REASON, lead)
    for action in ("approve", "refuse"):
        with pytest.raises(NotAllowed):
            services.decide_unredaction(asked.pk, action, REASON, lead)
    with pytest.raises(IntegrityError), transaction.atomic():
        Unredaction.objects.filter(pk=asked.pk).update(decided_by=lead)
    services.decide_unredaction(asked.pk, "refuse", "It is a face in a mirror.", officer)
    assert gate.reasons(clip.pk) == []
    with pytest.raises(Conflict):
        services.decide_unredaction(asked.pk, "approve", REASON, officer)


def test_only_who_asked_takes_it_back_and_a_region_is_asked_for_once(people: tuple[User, User, User]) -> None:
    lead, other, _ = people
    clip = make_ready_clip()
    track = make_track(clip)
    asked = services.ask_for_unredaction(clip, track.number, REASON, lead)
    with pytest.raises(Conflict):
        services.ask_for_unredaction(clip, track.number, REASON, other)
    with pytest.raises(NotAllowed):
        services.take_back_unredaction(asked.pk, other)
    assert services.take_back_unredaction(asked.pk, lead).state == UnredactionState.TAKEN_BACK
    services.ask_for_unredaction(clip, track.number, REASON, other)


def test_what_is_wrong_is_refused(people: tuple[User, User, User]) -> None:
    lead, other, _ = people
    clip = make_ready_clip()
    with pytest.raises(Missing):
        services.ask_for_unredaction(clip, 7, REASON, lead)
    with pytest.raises(Invalid):
        services.ask_for_unredaction(clip, make_track(clip).number, " ", lead)
    unredaction = make_unredaction(clip)
    with pytest.raises(Invalid):
        services.decide_unredaction(unredaction.pk, "shrug", REASON, other)
    place(clip, HoldReason.FLAGGED, WORKER)
    with pytest.raises(Conflict):
        services.ask_for_unredaction(clip, 1, REASON, lead)


def test_a_reviewer_who_sees_a_face_there_ends_it(people: tuple[User, User, User]) -> None:
    clip = make_ready_clip()
    unredaction = make_unredaction(clip)
    Unredaction.objects.filter(pk=unredaction.pk).update(
        state=UnredactionState.APPROVED, decided_by=people[2]
    )
    run = services.report_missed_regions(
        clip, [{"frame": 4, "box": [22.0, 14.0, 14.0, 18.0]}], make_user().actor
    )
    unredaction.refresh_from_db()
    assert unredaction.state == UnredactionState.ENDED
    assert run.unredacted == []


def test_a_region_that_nobody_may_look_at_is_not_approved(people: tuple[User, User, User]) -> None:
    clip = make_ready_clip()
    unredaction = make_unredaction(clip)
    place(clip, HoldReason.FLAGGED, WORKER)
    with pytest.raises(Conflict):
        services.decide_unredaction(unredaction.pk, "approve", REASON, people[2])
    services.decide_unredaction(unredaction.pk, "refuse", REASON, people[2])


def test_another_missed_face_leaves_it_unredacted(people: tuple[User, User, User]) -> None:
    clip = make_ready_clip()
    unredaction = make_unredaction(clip)
    Unredaction.objects.filter(pk=unredaction.pk).update(
        state=UnredactionState.APPROVED, decided_by=people[2]
    )
    run = services.report_missed_regions(clip, [{"frame": 4, "box": [60.0, 40.0, 14.0, 18.0]}], WORKER)
    assert run.unredacted == [{"boxes": unredaction.boxes}]


def test_something_else_drawn_there_does_not_contradict_that_there_is_no_face(
    people: tuple[User, User, User],
) -> None:
    clip = make_ready_clip()
    unredaction = make_unredaction(clip)
    Unredaction.objects.filter(pk=unredaction.pk).update(
        state=UnredactionState.APPROVED, decided_by=people[2]
    )
    plate = {"frame": 4, "box": [22.0, 14.0, 14.0, 18.0], "kind": "licence_plate"}
    run = services.report_missed_regions(clip, [plate], WORKER)
    assert run.unredacted == [{"boxes": unredaction.boxes}]


def test_an_unredacted_plate_stays_a_plate(people: tuple[User, User, User]) -> None:
    clip = make_ready_clip()
    track = make_track(clip, kind="licence_plate", source="person")
    client = Client()
    client.force_login(people[0])
    assert b"Licence plate" in client.get(reverse("redaction:regions", args=[clip.public_id])).content
    asked = services.ask_for_unredaction(clip, track.number, REASON, people[0])
    services.decide_unredaction(asked.pk, "approve", REASON, people[2])
    run = RedactionRun.objects.get(clip=clip, state="queued")
    assert run.unredacted == [{"boxes": track.boxes, "kind": "licence_plate"}]


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
    wrong = client.post(reverse("redaction:ask_for_unredaction", args=[clip.public_id]), {"reason": REASON})
    assert wrong.status_code == 400
    assert b"Choose a region." in wrong.content
    sent = {"reason": REASON, "number": track.number}
    client.post(reverse("redaction:ask_for_unredaction", args=[clip.public_id]), sent)
    unredaction = Unredaction.objects.get(clip=clip)
    own = client.get(reverse("redaction:unredaction", args=[unredaction.pk]))
    assert b"Take the request back" in own.content
    assert b"Approve" not in own.content
    assert str(unredaction.pk)[:8].encode() in second.get(reverse("redaction:unredactions")).content
    assert b"Approve" in second.get(reverse("redaction:unredaction", args=[unredaction.pk])).content
    second.post(
        reverse("redaction:decide_unredaction", args=[unredaction.pk]),
        {"decision": "approve", "reason": "I agree."} | seen(unredaction),
    )
    unredaction.refresh_from_db()
    assert unredaction.state == UnredactionState.APPROVED
    held = client.get(reverse("redaction:regions", args=[clip.public_id]))
    assert b"This clip is held" in held.content
    assert client.get(reverse("redaction:unredaction_picture", args=[unredaction.pk])).status_code == 409


@pytest.mark.usefixtures("journal_asked_before")
def test_the_list_needs_as_many_queries_for_three_as_for_one(
    people: tuple[User, User, User],
) -> None:
    client = Client()
    client.force_login(people[0])
    counts = []
    for more in (1, 2):
        for _ in range(more):
            make_unredaction(make_ready_clip())
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("redaction:unredactions"))
        counts.append(len(queries))
    assert counts[0] == counts[1]
