"""How far a clip is: what submitters and operators are told, and what telling costs."""

import time
import uuid
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from annotations.accounts import services as accounts
from annotations.accounts.enums import Role
from annotations.accounts.models import User
from annotations.clips.models import Clip
from annotations.core import clock, ids, runs
from annotations.core.models import RunState
from annotations.core.stages import Heartbeat
from annotations.redaction.models import Outcome, RedactionRun
from annotations.redaction.services.redact import STAGE
from tests.factories import make_clip, make_submitter, make_user

pytestmark = pytest.mark.django_db


def asked(clip: Clip, submitter: User) -> Any:
    key = accounts.create_key(submitter.actor, submitter)
    headers = {"Authorization": f"Bearer {key}"}
    return Client().get(f"/api/v1/clips/{clip.public_id}/progress", headers=headers)


RUNNING = {
    "state": RunState.RUNNING,
    "stage": "render",
    "progress": 40,
    "token": uuid.uuid4(),
    "lease_until": clock.now(),
}


@pytest.mark.parametrize(
    ("run", "told"),
    [
        (None, ("waiting", "", 0, "")),
        ({}, ("waiting", "", 0, "")),
        (RUNNING, ("running", "render", 40, "")),
        ({"state": RunState.DONE, "outcome": Outcome.VERIFIED}, ("done", "", 100, "")),
        (
            {"state": RunState.DONE, "outcome": Outcome.EXPOSED},
            ("held", "", 100, "redaction_unverified"),
        ),
        (
            {"state": RunState.FAILED, "failure_code": "decoder_failed", "stage": "analyse"},
            ("rejected", "analyse", 0, "decoder_failed"),
        ),
        ({"state": RunState.FAILED, "failure_code": "worker_lost"}, ("held", "", 0, "worker_lost")),
    ],
)
def test_a_submitter_is_told_how_far_a_clip_of_theirs_is(
    run: dict[str, Any] | None, told: tuple[str, str, int, str]
) -> None:
    submitter = make_submitter()
    clip = make_clip(submitter=submitter, held=True)
    if run is not None:
        RedactionRun.objects.create(clip=clip, effect="blur", **run)
    answer = asked(clip, submitter).json()
    assert (answer["state"], answer["stage"], answer["percent"], answer["code"]) == told
    assert answer["id"] == str(clip.public_id)


def test_a_foreign_clip_looks_as_if_it_did_not_exist() -> None:
    clip, other = make_clip(), make_submitter()
    answer = asked(clip, other)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    nowhere = Client().get(f"/api/v1/clips/{ids.random_id()}/progress")
    assert nowhere.status_code in {302, 401}


def test_an_operator_is_told_of_any(client: Client) -> None:
    client.force_login(make_user(Role.OPERATOR))
    answer = client.get(f"/api/v1/clips/{make_clip().public_id}/progress")
    assert answer.json()["state"] == "waiting"


def test_a_whole_minute_of_frames_is_told_by_an_update_every_two_seconds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    RedactionRun.objects.create(clip=make_clip(held=True), effect="blur")
    run = runs.acquire(RedactionRun, RedactionRun.objects.get().pk, STAGE.lease)
    assert run is not None
    heartbeat, now = Heartbeat(run, STAGE.lease), time.monotonic()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        for frame in range(3_700):
            moment = now + frame * 20 / 3_700  # twenty seconds of work
            monkeypatch.setattr(time, "monotonic", lambda moment=moment: moment)
            heartbeat.at("render", frame, 3_700)
            heartbeat.beat()
    updates = [query for query in queries if query["sql"].startswith("UPDATE")]
    assert 9 <= len(updates) <= 10
    run.refresh_from_db()
    assert (run.stage, run.progress) == ("render", 90)
