"""The whole way of a clip on one screen.

`DELIVERIES` names, for each event, the tasks that it wakes; the payload's ids are their arguments. `SWEEPS` names,
for each of these tasks, the rows that a lost message would leave standing: beat wakes them again. Every task that an
event wakes has a sweep, and a test holds that (`tests/test_pipeline.py`).

    clips.received ─> rights.hold_received
    clips.received ─> redaction.request ─> redaction.requested ─> redaction.redact
        ─> redaction.finished ─> moderation.screen ─> moderation.screened ─> review.enqueue
    clips.zones_added ─> redaction.hide_zones ─> redaction.requested
    clips.holds_changed ─> review.enqueue (queues or parks), datasets.mark_withdrawn, redaction.destroy_examples,
        break_glass.stop_accesses
    moderation.recheck_requested ─> moderation.recheck
    break_glass.approved ─> break_glass.make_clean_copy
    datasets.release_requested ─> datasets.freeze
    oversight.log_check_requested ─> oversight.check_log
    oversight.log_anchor_requested ─> oversight.anchor_log
    outgoing.queued ─> outgoing.send
    rights.answer_requested ─> rights.compile_answer
    rights.erasure_requested ─> rights.erase
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet

from annotations.break_glass import events as break_glass, selectors as break_glass_selectors
from annotations.clips import events as clips
from annotations.core import runs
from annotations.datasets import events as datasets, selectors as datasets_selectors
from annotations.moderation import events as moderation, selectors as moderation_selectors
from annotations.outgoing import events as outgoing, selectors as outgoing_selectors
from annotations.oversight import events as oversight
from annotations.oversight.selectors import integrity as oversight_selectors
from annotations.redaction import events as redaction, selectors as redaction_selectors
from annotations.redaction.models import RedactionRun
from annotations.review import selectors as review_selectors
from annotations.rights import events as rights
from annotations.rights.models import AnswerRun, Erasure
from annotations.rights.retention import selectors as retention_selectors

DELIVERIES: dict[str, tuple[str, ...]] = {
    clips.RECEIVED: ("redaction.request", "rights.hold_received"),
    clips.HOLDS_CHANGED: (
        "review.enqueue",
        "datasets.mark_withdrawn",
        "redaction.destroy_examples",
        "break_glass.stop_accesses",
    ),
    clips.ZONES_ADDED: ("redaction.hide_zones",),
    redaction.REQUESTED: ("redaction.redact",),
    redaction.FINISHED: ("moderation.screen",),
    moderation.SCREENED: ("review.enqueue",),
    moderation.RECHECK_REQUESTED: ("moderation.recheck",),
    datasets.RELEASE_REQUESTED: ("datasets.freeze",),
    break_glass.APPROVED: ("break_glass.make_clean_copy",),
    oversight.LOG_CHECK_REQUESTED: ("oversight.check_log",),
    oversight.LOG_ANCHOR_REQUESTED: ("oversight.anchor_log",),
    outgoing.QUEUED: ("outgoing.send",),
    rights.ANSWER_REQUESTED: ("rights.compile_answer",),
    rights.ERASURE_REQUESTED: ("rights.erase",),
}


@dataclass(frozen=True)
class Sweep:
    """`rows(older_than)` finds what is stalled; `argument` is the name of the id that the task takes."""

    task: str
    argument: str
    rows: Callable[[timedelta], QuerySet[Any]]
    older_than: timedelta = timedelta(minutes=2)


SWEEPS: tuple[Sweep, ...] = (
    Sweep(
        "redaction.request",
        "clip",
        lambda age: (
            redaction_selectors.clips_to_redact()
            .filter(redaction_runs=None, received_at__lt=runs.before(age))
            .order_by("received_at")
        ),
    ),
    Sweep("rights.hold_received", "clip", retention_selectors.clips_to_hold),
    Sweep("redaction.redact", "run", lambda age: runs.stalled(RedactionRun, age)),
    Sweep(
        "moderation.screen",
        "run",
        lambda age: moderation_selectors.unscreened().filter(finished_at__lt=runs.before(age)),
    ),
    Sweep("moderation.recheck", "recheck", moderation_selectors.stalled_rechecks),
    Sweep("redaction.hide_zones", "clip", redaction_selectors.clips_lacking_zones),
    Sweep("redaction.destroy_examples", "clip", redaction_selectors.clips_to_clear),
    Sweep("review.enqueue", "clip", review_selectors.unsettled_clips),
    Sweep("datasets.mark_withdrawn", "clip", datasets_selectors.unmarked_clips),
    Sweep("datasets.freeze", "release", datasets_selectors.stalled_releases),
    Sweep("break_glass.make_clean_copy", "access", break_glass_selectors.stalled_copies),
    Sweep("break_glass.stop_accesses", "clip", break_glass_selectors.clips_to_stop),
    Sweep("oversight.check_log", "run", oversight_selectors.stalled_checks),
    Sweep("oversight.anchor_log", "run", oversight_selectors.stalled_anchorings),
    Sweep("outgoing.send", "message", outgoing_selectors.due_messages, timedelta(0)),
    Sweep("rights.compile_answer", "run", lambda age: runs.stalled(AnswerRun, age)),
    Sweep("rights.erase", "erasure", lambda age: runs.stalled(Erasure, age)),
)
