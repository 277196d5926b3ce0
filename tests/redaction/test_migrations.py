"""Rows of earlier versions: runs that were not verified go to leads."""

from importlib import import_module

import pytest
from django.apps import apps

from annotations.redaction.models import RedactionRun
from tests.factories import make_clip, make_unverified

migration = import_module("annotations.redaction.migrations.0010_leads_decide_on_unverified_runs")


@pytest.mark.django_db
def test_the_last_run_of_a_clip_waits_for_a_lead_and_those_before_were_started_again() -> None:
    clip = make_clip()
    before = make_unverified(clip)
    last = RedactionRun.objects.create(clip=clip, effect="blur", state="done", outcome="exposed")
    retried = make_unverified()
    verified = RedactionRun.objects.create(clip=retried.clip, effect="blur", state="done", outcome="verified")
    RedactionRun.objects.update(unverified="", held_because="")
    migration.let_a_lead_decide(apps, None)
    found = {run.pk: (run.unverified, run.held_because) for run in RedactionRun.objects.all()}
    assert found == {
        before.pk: ("started_again", "face_visible"),
        last.pk: ("waiting", "face_visible"),
        retried.pk: ("started_again", "face_visible"),
        verified.pk: ("", ""),
    }
