import uuid

import pytest

from annotations.audit import selectors as audit
from annotations.audit.actors import WORKER
from annotations.audit.models import LogEntry
from annotations.clips import gate
from annotations.clips.enums import HoldReason, Purpose
from annotations.clips.models import Clip
from annotations.clips.services import place
from annotations.core.errors import Conflict, Invalid
from annotations.core.models import Outbox
from annotations.moderation import selectors, services
from annotations.moderation.enums import FlagSource, FlagState
from annotations.moderation.models import Finding, Flag, Screening
from annotations.moderation.rules import FLAGS
from annotations.redaction.models import RedactionRun
from tests.factories import make_clip, make_ready_clip, make_rendition, make_user

pytestmark = pytest.mark.django_db
MARKER: list[dict[str, object]] = [
    {"model": "demo", "label": "marker", "score": 0.9, "frame": n, "box": None, "time": n} for n in (1, 9)
]


def redacted(findings: list[dict[str, object]]) -> tuple[Clip, RedactionRun]:
    clip = make_clip()
    run = make_rendition(clip).run
    Screening.objects.all().delete()
    RedactionRun.objects.filter(pk=run.pk).update(findings=findings)
    place(clip, HoldReason.AWAITING_SCREENING, WORKER)
    Outbox.objects.all().delete()
    return clip, run


def events() -> list[str]:
    return list(Outbox.objects.order_by("id").values_list("type", flat=True))


def test_a_clean_clip_becomes_free_and_is_announced() -> None:
    clip, run = redacted([])
    assert list(selectors.unscreened()) == [run]
    services.screen(run.pk)
    assert gate.reasons(clip.pk) == []
    assert not Screening.objects.get(run=run).quarantined
    assert "moderation.screened" in events()
    assert not selectors.unscreened().exists()


def test_a_clip_with_a_concern_is_quarantined_before_it_could_be_queued() -> None:
    clip, run = redacted(MARKER)
    services.screen(run.pk)
    assert gate.reasons(clip.pk) == [HoldReason.QUARANTINED]
    flag = Flag.objects.get(clip=clip)
    assert (flag.source, flag.state, flag.evidence["label"]) == (FlagSource.MODEL, FlagState.OPEN, "marker")
    assert Finding.objects.filter(run=run).count() == 2
    assert not gate.allows(clip.pk, Purpose.LABELING)
    assert not gate.allows(clip.pk, Purpose.TRAINING)
    assert gate.allows(clip.pk, Purpose.MODERATION)


def test_screening_twice_changes_nothing() -> None:
    clip, run = redacted(MARKER)
    services.screen(run.pk)
    entries = LogEntry.objects.count()
    services.screen(run.pk)
    assert (Flag.objects.count(), LogEntry.objects.count()) == (1, entries)
    assert gate.reasons(clip.pk) == [HoldReason.QUARANTINED]


def test_an_unfinished_pass_is_not_screened() -> None:
    clip, run = redacted([])
    RedactionRun.objects.filter(pk=run.pk).update(outcome="exposed")
    services.screen(run.pk)
    assert gate.reasons(clip.pk) == [HoldReason.AWAITING_SCREENING]


def test_a_dismissed_concern_is_not_raised_again_by_the_next_pass() -> None:
    clip, run = redacted(MARKER)
    services.screen(run.pk)
    lead = make_user("lead")
    services.decide(Flag.objects.get().pk, "dismiss", "It is a garden gnome.", lead.actor)
    assert gate.reasons(clip.pk) == []
    run.rendition.current = False
    run.rendition.save()
    again = make_rendition(clip).run
    Screening.objects.filter(run=again).delete()
    RedactionRun.objects.filter(pk=again.pk).update(findings=MARKER)
    services.screen(again.pk)
    assert gate.reasons(clip.pk) == []
    assert Flag.objects.count() == 1


def test_a_person_flags_and_the_clip_is_gone_at_once() -> None:
    clip, person = make_ready_clip(), make_user()
    flag = services.flag(clip, "private_moment", person.actor, note="Somebody is crying.")
    assert gate.reasons(clip.pk) == [HoldReason.FLAGGED]
    entry = LogEntry.objects.get(action="content.flagged")
    assert b"crying" not in bytes(entry.canonical)
    assert audit.present([entry])[0].detail == {"note": "Somebody is crying."}
    assert flag.raised_by == person.pseudonym


@pytest.mark.parametrize(("category", "note"), [("boring", ""), ("nudity", "x" * 2001)])
def test_a_wrong_flag_changes_nothing(category: str, note: str) -> None:
    clip = make_ready_clip()
    with pytest.raises(Invalid):
        services.flag(clip, category, WORKER, note=note)
    assert gate.reasons(clip.pk) == []


def test_upheld_keeps_the_clip_out_and_dismissed_frees_it_only_when_no_flag_stands() -> None:
    clip, lead = make_ready_clip(), make_user("lead").actor
    first, second = (services.flag(clip, "violence", WORKER) for _ in range(2))
    services.decide(first.pk, "uphold", "There is blood.", lead)
    services.decide(second.pk, "dismiss", "The same again.", lead)
    assert gate.reasons(clip.pk) == [HoldReason.FLAGGED]
    services.decide(first.pk, "dismiss", "On second thought: ketchup.", lead)
    assert gate.reasons(clip.pk) == []


def test_a_decision_needs_a_reason_and_a_possible_state() -> None:
    clip, lead = make_ready_clip(), make_user("lead").actor
    flag = services.flag(clip, "violence", WORKER)
    with pytest.raises(Invalid):
        services.decide(flag.pk, "dismiss", "  no ", lead)
    with pytest.raises(Invalid):
        services.decide(flag.pk, "ignore", "a good reason", lead)
    services.decide(flag.pk, "dismiss", "a good reason", lead)
    with pytest.raises(Conflict):
        services.decide(flag.pk, "uphold", "a good reason", lead)
    with pytest.raises(Flag.DoesNotExist):
        services.decide(uuid.uuid4(), "uphold", "a good reason", lead)


def test_the_poster_is_logged_and_shows_no_detail() -> None:
    clip, lead = make_ready_clip(), make_user("lead").actor
    flag = services.flag(clip, "violence", WORKER)
    image = services.serve_poster(flag, lead)
    assert image.startswith(b"\xff\xd8")
    assert LogEntry.objects.filter(action="content.poster_served", clip=clip.public_id).count() == 1


def test_no_poster_without_a_redacted_rendition() -> None:
    clip, lead = make_clip(held=True), make_user("lead").actor
    flag = services.flag(clip, "violence", WORKER)
    with pytest.raises(Conflict):
        services.serve_poster(flag, lead)
    assert not LogEntry.objects.filter(action="content.poster_served").exists()


def test_the_life_of_a_flag_is_total() -> None:
    assert FLAGS.problems(FlagState.values) == []
