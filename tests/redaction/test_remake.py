"""Renditions whose files are not there are made again, and their clips are held until then."""

import pytest
from django.core.files.storage import storages

from annotations.audit.actors import COMMAND_LINE
from annotations.audit.models import LogEntry
from annotations.clips import gate
from annotations.clips.enums import HoldReason
from annotations.clips.models import Clip
from annotations.core.errors import Conflict
from annotations.redaction import services
from annotations.redaction.models import RedactionRun, Rendition
from annotations.rights import services as rights
from annotations.rights.enums import ErasureCause, ScopeKind
from annotations.rights.scopes import Scope
from tests.factories import make_original, make_ready_clip

pytestmark = pytest.mark.django_db


def lose(clip: Clip) -> Rendition:
    rendition = Rendition.objects.get(clip=clip, current=True)
    storages["renditions"].delete(rendition.name)
    return rendition


def test_where_nothing_lacks_nothing_is_made() -> None:
    assert services.remake(make_ready_clip(), COMMAND_LINE) is None
    assert not LogEntry.objects.filter(action="redaction.file_lost").exists()


def test_the_pass_is_asked_for_once_with_what_people_drew() -> None:
    clip = make_ready_clip()
    rendition = lose(clip)
    drawn = [{"frame": 3, "box": [1.0, 2.0, 9.0, 9.0]}]
    RedactionRun.objects.filter(pk=rendition.run_id).update(missed_regions=drawn, strict=True)
    run = services.remake(clip, COMMAND_LINE)
    assert run is not None
    assert (run.missed_regions, run.strict, run.built_on) == (drawn, True, None)
    assert {HoldReason.AWAITING_REDACTION, HoldReason.AWAITING_SCREENING} <= set(gate.reasons(clip.pk))
    assert LogEntry.objects.filter(action="redaction.file_lost", clip=clip.public_id).count() == 1
    assert services.remake(clip, COMMAND_LINE) is None
    assert RedactionRun.objects.filter(clip=clip).count() == 2


def test_without_an_original_the_clip_stays_held() -> None:
    clip = make_ready_clip()
    lose(clip)
    run = services.remake(clip, COMMAND_LINE)
    assert run is not None
    services.redact(run.pk)
    run.refresh_from_db()
    assert (run.state, run.failure_code) == ("failed", "original_gone")
    assert HoldReason.REDACTION_FAILED in gate.reasons(clip.pk)


def test_nothing_is_made_of_an_erased_clip() -> None:
    clip = make_ready_clip()
    make_original(clip)
    lose(clip)
    scope = Scope(ScopeKind.CLIP, str(clip.public_id))
    rights.request_erasure(scope, COMMAND_LINE, ErasureCause.OFFICER, "The owner wrote to us.")
    with pytest.raises(Conflict, match="clip_erased"):
        services.remake(clip, COMMAND_LINE)
