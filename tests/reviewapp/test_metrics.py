"""Figures of operations for programs that watch the site."""

import datetime
import re

import pytest
from django.test import Client

from annotations.accounts import services
from annotations.accounts.enums import Role
from annotations.accounts.models import ApiKey
from annotations.accounts.services import KeyTerms
from annotations.audit.actors import WORKER
from annotations.clips.enums import HoldReason
from annotations.clips.services import place
from annotations.core import clock
from tests.factories import make_clip, make_user

pytestmark = pytest.mark.django_db

SAMPLE = re.compile(r'clip_review_[a-z_]+(\{reason="[a-z_]+"\})? -?[0-9.e+]+')


def test_a_program_with_the_scope_reads_how_the_site_stands() -> None:
    operator = make_user(Role.OPERATOR)
    key = services.create_key(operator.actor, operator, KeyTerms(scopes=["read_metrics"]))
    ApiKey.objects.update(expires_at=clock.now() + datetime.timedelta(days=3))
    place(make_clip(), HoldReason.WITHDRAWN, WORKER)
    answer = Client(headers={"Authorization": f"Bearer {key}"}).get("/api/v1/metrics")
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")
    text = answer.content.decode()
    assert text.endswith("\n")
    samples = [line for line in text.splitlines() if not line.startswith("#")]
    assert len(samples) > 8
    assert [line for line in samples if not SAMPLE.fullmatch(line)] == []
    assert "clip_review_clips 1" in samples
    assert 'clip_review_clips_held{reason="withdrawn"} 1' in samples
    assert "clip_review_api_keys_ending 1" in samples


def test_each_figure_says_what_it_means() -> None:
    client = Client()
    client.force_login(make_user(Role.OPERATOR))
    lines = client.get("/api/v1/metrics").content.decode().splitlines()
    named = {line.split()[2] for line in lines if line.startswith("# HELP")}
    assert named == {line.split()[2] for line in lines if line.startswith("# TYPE")}
    assert {re.split(r"[ {]", line)[0] for line in lines if not line.startswith("#")} <= named
