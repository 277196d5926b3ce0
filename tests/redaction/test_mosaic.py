"""The worker makes a mosaic once it was chosen, and repairs one as it repairs a blur."""

from pathlib import Path

import pytest

from annotations.accounts.enums import Role
from annotations.audit.actors import WORKER, Actor
from annotations.redaction import services
from annotations.redaction.models import Method, Outcome
from tests.redaction.conftest import Submit
from tests.redaction.test_repair import LAMP, drawn

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("remembered")]


@pytest.mark.once
def test_a_chosen_mosaic_is_made_and_repaired(submit: Submit, passing_by: Path) -> None:
    officer = Actor("p-officer2", Role.PRIVACY_OFFICER)
    services.choose_hiding("mosaic", "Reviewers have to see where heads turn.", version=0, actor=officer)
    clip = submit(passing_by)
    first = services.request_first(clip, WORKER)
    services.redact(first.pk)
    again = services.report_missed_regions(clip, [LAMP], WORKER)
    services.redact(again.pk)
    for run, method in ((first, Method.WHOLE), (again, Method.REPAIR)):
        run.refresh_from_db()
        assert (run.effect, run.outcome, run.method) == ("mosaic", Outcome.VERIFIED, method)
    assert len(drawn(again)) == 1
    kept = again.tracks.filter(source="detector").order_by("number")
    assert [track.boxes for track in kept] == [track.boxes for track in first.tracks.order_by("number")]
