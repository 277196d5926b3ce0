"""What may go into a release, and why the rest stays out."""

import datetime

import pytest

from annotations.audit.actors import WORKER
from annotations.clips import services as clips
from annotations.clips.enums import HoldReason
from annotations.clips.models import Clip, Consent
from annotations.core import clock
from annotations.datasets import selectors
from annotations.datasets.filters import Filters
from annotations.redaction.models import Rendition
from annotations.review.models import Project
from tests.factories import make_accepted, make_body, make_clip, make_project, make_ready_clip

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return make_project()


def passing(project: Project, **filters: object) -> set[Clip]:
    return set(selectors.passing(project, Filters(**filters)))  # type: ignore[arg-type]


def reasons(project: Project, **filters: object) -> dict[str, int]:
    return selectors.report(project, Filters(**filters)).left_out  # type: ignore[arg-type]


def test_an_accepted_redacted_free_and_consented_clip_passes(project: Project) -> None:
    clip = make_accepted(project).assignment.clip
    assert passing(project) == {clip}
    assert selectors.report(project, Filters()) == selectors.Report(1, 1, {})


def test_a_clip_without_training_consent_stays_out(project: Project) -> None:
    make_accepted(project, training=False)
    assert passing(project) == set()
    assert reasons(project) == {"no_training_consent": 1}


@pytest.mark.parametrize("reason", HoldReason)
def test_every_hold_keeps_a_clip_out(project: Project, reason: HoldReason) -> None:
    clip = make_accepted(project).assignment.clip
    clips.place(clip, reason, WORKER)
    assert passing(project) == set()
    assert reasons(project) == (
        {} if reason == HoldReason.ERASED else {reason: 1}
    )  # erased: as if it never came


def test_a_withdrawn_consent_keeps_a_clip_out_and_is_told_once(project: Project) -> None:
    clips.withdraw(make_accepted(project).assignment.clip, WORKER)
    assert passing(project) == set()
    assert reasons(project) == {"withdrawn": 1}


def test_a_consent_that_ran_out_this_second_keeps_a_clip_out_before_any_sweep(project: Project) -> None:
    clip = make_accepted(project).assignment.clip
    past = clock.now() - datetime.timedelta(days=1)
    Consent.objects.filter(clip=clip).update(granted_at=past - datetime.timedelta(days=1), until=past)
    assert passing(project) == set()
    assert reasons(project) == {"consent_ended": 1}


def test_a_clip_without_accepted_labels_or_rendition_stays_out(project: Project) -> None:
    make_ready_clip()
    assert reasons(project) == {"not_accepted": 1}
    make_clip()
    assert reasons(project) == {"not_accepted": 2, "not_redacted": 1}


def test_labels_of_another_project_do_not_count(project: Project) -> None:
    make_accepted(project)
    other = make_project()
    assert passing(other) == set()
    assert reasons(other) == {"not_accepted": 1}


def test_a_rendition_that_was_taken_back_keeps_a_clip_out(project: Project) -> None:
    clip = make_accepted(project).assignment.clip
    Rendition.objects.filter(clip=clip).update(current=False)
    assert reasons(project) == {"not_redacted": 1}


def test_labels_that_do_not_fit_the_new_rendition_stay_out(project: Project) -> None:
    annotation = make_accepted(project)
    Rendition.objects.filter(pk=annotation.rendition_id).update(frames=29)
    assert passing(project) != set()
    Rendition.objects.filter(pk=annotation.rendition_id).update(current=False, frames=30)
    make_other_rendition(annotation.assignment.clip)
    assert passing(project) == set()
    assert reasons(project) == {"labels_outdated": 1}


def make_other_rendition(clip: Clip) -> None:
    from_factory = Rendition.objects.get(clip=clip)
    run = from_factory.run
    run.pk = None
    run._state.adding = True
    run.save()
    Rendition.objects.create(
        clip=clip,
        run=run,
        name="other.mp4",
        sha256="0" * 64,
        bytes=1,
        width=96,
        height=64,
        frame_rate=10.0,
        frames=31,
        presentation_times=[n / 10 for n in range(31)],
    )


def test_verdicts_are_asked_for(project: Project) -> None:
    threat = make_accepted(project).assignment.clip
    alarm = make_accepted(project, body=make_body(verdict="false_alarm")).assignment.clip
    assert passing(project, verdicts=("threat",)) == {threat}
    assert passing(project, verdicts=("false_alarm", "threat")) == {threat, alarm}
    assert reasons(project, verdicts=("threat",)) == {"other_labels": 1}


def test_labels_of_events_and_tracks_are_asked_for(project: Project) -> None:
    both = make_accepted(project).assignment.clip  # event person_arrives, track person
    bare = make_accepted(project, body=make_body(events=[], tracks=[])).assignment.clip
    assert passing(project, labels=("person",)) == {both}
    assert passing(project, labels=("person_arrives",)) == {both}
    assert passing(project, labels=("vehicle", "person")) == {both}
    assert passing(project, labels=("vehicle",)) == set()
    assert passing(project) == {both, bare}


def test_the_days_are_both_included(project: Project) -> None:
    clip = make_accepted(project).assignment.clip
    Clip.objects.filter(pk=clip.pk).update(
        received_at=datetime.datetime(2026, 3, 5, 23, 59, tzinfo=datetime.UTC)
    )
    day = datetime.date(2026, 3, 5)
    one = datetime.timedelta(days=1)
    assert passing(project, first_day=day, last_day=day) == {clip}
    assert passing(project, first_day=day + one) == set()
    assert passing(project, last_day=day - one) == set()
    assert selectors.report(project, Filters(last_day=day - one)).considered == 0


def test_the_counts_and_the_list_tell_the_same(project: Project) -> None:
    make_accepted(project)
    make_accepted(project, training=False)
    clips.place(make_accepted(project).assignment.clip, HoldReason.FLAGGED, WORKER)
    clips.withdraw(make_accepted(project, training=False).assignment.clip, WORKER)
    make_clip(held=True)
    report = selectors.report(project, Filters())
    listed = dict(selectors.left_out(project, Filters()))
    assert report.considered == 5
    assert report.passing == 1 == selectors.passing(project, Filters()).count()
    assert report.kept_out == len(listed) == 4
    counted: dict[str, int] = {}
    for each in listed.values():
        for reason in each:
            counted[reason] = counted.get(reason, 0) + 1
    assert counted == report.left_out


def test_the_report_costs_the_same_however_many_clips_there_are(
    project: Project, django_assert_num_queries: object
) -> None:
    make_accepted(project)
    for _ in range(2):
        with django_assert_num_queries(2):  # type: ignore[operator]
            selectors.report(project, Filters(verdicts=("threat",), labels=("person",)))
        make_accepted(project)
        make_clip(held=True)
