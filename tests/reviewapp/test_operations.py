"""The operators' page tells how far clips are, and when the log is not sealed."""

import datetime
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from annotations.accounts.enums import Role
from annotations.audit import services
from annotations.audit.actors import WORKER
from annotations.audit.registry import lookup
from annotations.audit.sequencing import configured
from annotations.core import clock
from annotations.core.models import RunState
from annotations.redaction.models import RedactionRun
from tests import factories as make
from tests.pages import markup


@pytest.mark.django_db
def test_entries_that_nobody_seals_are_told_with_what_it_means(monkeypatch: pytest.MonkeyPatch) -> None:
    browser = Client()
    browser.force_login(make.make_user(Role.OPERATOR))
    with transaction.atomic():
        services.append(lookup("account.signed_in"), WORKER)
    assert "is not sealed" not in browser.get(reverse("operations")).content.decode()
    later = clock.now() + datetime.timedelta(minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert "The log is not sealed since" in browser.get(reverse("operations")).content.decode()
    configured.own_sequencer().once()
    assert "is not sealed" not in browser.get(reverse("operations")).content.decode()


@pytest.mark.django_db
def test_a_site_without_a_second_opinion_says_so(tmp_path: Path, settings: Any) -> None:
    browser = Client()
    browser.force_login(make.make_user(Role.OPERATOR))
    assert "no second opinion" not in browser.get(reverse("operations")).content.decode()
    settings.MODELS_DIR = tmp_path
    assert "There is no second opinion" in browser.get(reverse("operations")).content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("stage", "words"),
    [
        ("", "Starting"),
        ("analyse", "Looking for faces"),
        ("render", "Hiding faces and checking the result"),
        ("of a later version", "of a later version"),
    ],
)
def test_each_clip_in_the_pass_has_its_stage_in_words_and_its_share(stage: str, words: str) -> None:
    clip = make.make_clip(held=True)
    claimed = {"state": RunState.RUNNING, "token": uuid.uuid4(), "lease_until": clock.now()}
    RedactionRun.objects.create(clip=clip, effect="blur", stage=stage, progress=40, **claimed)
    RedactionRun.objects.create(clip=make.make_clip(held=True), effect="blur")
    browser = Client(headers={"HX-Request": "true"})
    browser.force_login(make.make_user(Role.OPERATOR))
    part = markup(browser.get(reverse("operations")).content.decode())
    assert f"<td>{words}</td>" in part
    assert 'value="40"' in part
    assert f'aria-label="Progress of clip {str(clip.public_id)[:8]}"' in part
    assert 'data-announce="In the machine pass: 1. Waiting: 1. Need a decision: 0."' in part
    assert "aria-live" not in part
