"""Killing workers with `kill -9` in the middle of clips, and losing every message, loses nothing."""

import dataclasses
import datetime
import random
import time
import uuid
from collections import Counter

import pytest
from celery import current_app
from django.conf import settings

from annotations.audit.models import LogEntry
from annotations.clips import gate
from annotations.clips.enums import Purpose
from annotations.clips.memory import memory_file
from annotations.clips.models import Clip
from annotations.clips.services import Reception, receive
from annotations.core.models import Outbox, RunState
from annotations.redaction.models import RedactionRun, Rendition
from annotations.review.models import Assignment, ReviewTask
from reviewapp import dispatch
from reviewapp.pipeline import SWEEPS
from tests.engines.programs import Programs, wait_until
from tests.factories import make_project, make_submitter, make_terms, small_video

pytestmark = [pytest.mark.engines, pytest.mark.timeout(400)]

CLIPS = 2
KILLS = 3
# Sweeps and leases that are minutes long in production are seconds long here.
IMPATIENT = datetime.timedelta(seconds=3)


def submit_clips(frames: int = 20) -> list[Clip]:
    """Clips that are all different."""
    submitter, clips = make_submitter(), []
    for number in range(CLIPS):
        content = small_video(320, 180, frames + number)
        with memory_file("clip") as file:
            file.write(content)
            reception = Reception("clip.mp4", len(content), make_terms(), owner=f"household-{number}")
            clips.append(receive(submitter, submitter.actor, file, reception)[0])
    return clips


class Beat:
    """What beat does, in the test's own process: delivers events often, sweeps now and then."""

    def __init__(self) -> None:
        self._swept = 0.0

    def tick(self) -> None:
        dispatch.deliver_events()
        if time.monotonic() - self._swept > IMPATIENT.total_seconds():
            self._swept = time.monotonic()
            dispatch.sweep()


@pytest.fixture
def beat(monkeypatch: pytest.MonkeyPatch) -> Beat:
    sweeps = tuple(dataclasses.replace(sweep, older_than=IMPATIENT) for sweep in SWEEPS)
    monkeypatch.setattr(dispatch, "SWEEPS", sweeps)
    return Beat()


def in_the_queue(clips: list[Clip]) -> bool:
    return Assignment.objects.filter(clip__in=clips).count() == len(clips)


def progress(beat: Beat, clips: list[Clip]) -> bool:
    beat.tick()
    return in_the_queue(clips)


def assert_nothing_lost_and_nothing_twice(clips: list[Clip]) -> None:
    runs = RedactionRun.objects.filter(clip__in=clips)
    assert [run.state for run in runs] == [RunState.DONE] * len(clips), "one pass for each clip, done"
    renditions = Rendition.objects.filter(clip__in=clips)
    assert Counter(rendition.clip_id for rendition in renditions) == Counter(clip.pk for clip in clips)
    assert all(gate.allows(clip.pk, Purpose.LABELING) for clip in clips)
    assert ReviewTask.objects.filter(clip__in=clips).count() == len(clips)
    for clip in clips:
        told = Counter(LogEntry.objects.filter(clip=clip.public_id).values_list("action", flat=True))
        once = ("clip.received", "redaction.requested", "redaction.verified", "review.queued")
        assert {action: told[action] for action in once} == dict.fromkeys(once, 1)
        assert told["clip.original_opened"] == runs.get(clip=clip).attempts, "every attempt is on the log"
    dispatch.deliver_events()
    assert not Outbox.objects.filter(delivered_at=None).exists()


def stored(programs: Programs, storage: str) -> int:
    return sum(path.is_file() for path in (programs.folder / storage).rglob("*"))


def test_workers_killed_in_the_middle_of_clips_lose_nothing(programs: Programs, beat: Beat) -> None:
    make_project()
    clips = submit_clips(frames=100)  # their passes take a second or two each, so that a kill meets one
    moments = random.Random(5)
    interrupted: set[tuple[uuid.UUID, int]] = set()

    def victim() -> tuple[uuid.UUID, int] | None:
        """A pass under way that was not interrupted yet. One may be begun three times: the last is let be."""
        beat.tick()
        running = RedactionRun.objects.filter(state=RunState.RUNNING, attempts__lt=settings.RUN_ATTEMPTS)
        return next(
            (found for found in running.values_list("pk", "attempts") if found not in interrupted), None
        )

    for number in range(KILLS):
        worker = programs.worker(name=f"worker-{number}")
        wait_until(lambda: victim() is not None, 60, "a pass under way")
        time.sleep(moments.uniform(0, 0.5))
        if found := victim():
            interrupted.add(found)
        programs.kill(worker)
    programs.worker(name="survivor")
    wait_until(lambda: progress(beat, clips), 150, "the clips' way into the queue")
    assert interrupted, "every pass ended before it could be interrupted"
    assert RedactionRun.objects.filter(attempts__gt=1).exists()
    assert_nothing_lost_and_nothing_twice(clips)
    assert stored(programs, "vault") == len(clips)


def test_a_broker_that_loses_every_message_loses_nothing(programs: Programs, beat: Beat) -> None:
    make_project()
    clips = submit_clips()
    dispatch.deliver_events()
    with current_app.connection_for_write() as connection:
        purge = connection.default_channel.queue_purge  # type: ignore[attr-defined]
        assert purge("default") >= CLIPS
    programs.worker()
    wait_until(lambda: progress(beat, clips), 150, "the clips' way into the queue")
    assert_nothing_lost_and_nothing_twice(clips)


def test_tasks_that_come_twice_to_two_workers_do_their_work_once(programs: Programs, beat: Beat) -> None:
    make_project()
    clips = submit_clips()
    programs.worker(name="one")
    programs.worker(name="two")
    sent: set[str] = set()

    def done() -> bool:
        beat.tick()
        for run in RedactionRun.objects.filter(clip__in=clips):
            if str(run.pk) not in sent:
                sent.add(str(run.pk))
                for _ in range(3):
                    current_app.send_task("redaction.redact", kwargs={"run": str(run.pk)})
                    current_app.send_task("redaction.request", kwargs={"clip": str(run.clip_id)})
        return in_the_queue(clips)

    wait_until(done, 150, "the clips' way into the queue")
    assert_nothing_lost_and_nothing_twice(clips)
