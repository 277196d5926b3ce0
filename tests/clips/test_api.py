import io
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from annotations.accounts import services as accounts
from annotations.audit.models import LogEntry
from annotations.clips.models import Clip
from tests.factories import PASSWORD, make_submitter, make_user, small_video
from tests.vision.lack_of_landlock import answer_without_landlock

pytestmark = [pytest.mark.django_db, pytest.mark.once]
CONSENT = {
    "notice_version": "2026-01",
    "purposes": "training,troubleshooting",
    "granted_at": "2026-01-05T10:00:00Z",
    "until": "2099-01-05T10:00:00Z",
    "owner": "household-7",
}


@pytest.fixture
def submit() -> Any:
    submitter = make_submitter()
    key = accounts.create_key(submitter.actor, submitter)

    def post(content: bytes | None = None, key_header: str = "", **fields: str) -> Any:
        file = io.BytesIO(small_video() if content is None else content)
        file.name = fields.pop("name", "porch.mp4")
        headers = {"Authorization": f"Bearer {key}"}
        if key_header:
            headers["Idempotency-Key"] = key_header
        data = {name: value for name, value in {**CONSENT, **fields}.items() if value}
        return Client().post("/api/v1/clips", {"file": file, **data}, headers=headers)

    return post


@pytest.mark.both
def test_a_clip_is_received_and_the_answer_names_it(submit: Any) -> None:
    answer = submit(device="porch", recorded_at="2026-02-01T08:00:00+01:00")
    assert answer.status_code == 201
    clip = Clip.objects.get(public_id=answer.json()["id"])
    assert str(clip.consent_id) == answer.json()["consent"]
    assert clip.device is not None
    assert str(clip.pk) not in answer.content.decode()


def test_no_clip_is_taken_where_decoders_cannot_be_confined(
    submit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer_without_landlock(monkeypatch)
    answer = submit()
    assert (answer.status_code, answer.json()["code"]) == (503, "decoder_unconfined")
    assert not Clip.objects.exists()
    refusal = LogEntry.objects.get(action="clip.refused")
    assert b"decoder_unconfined" in bytes(refusal.canonical)


@pytest.mark.parametrize("accepted", [False, True])
def test_clips_are_taken_without_a_second_opinion_only_where_that_was_accepted(
    accepted: bool, submit: Any, tmp_path: Path, settings: Any
) -> None:
    settings.MODELS_DIR, settings.REDACT_WITHOUT_SECOND_OPINION = tmp_path, accepted
    answer = submit()
    assert answer.status_code == (201 if accepted else 503)
    assert Clip.objects.exists() == accepted
    refused = [bytes(entry.canonical) for entry in LogEntry.objects.filter(action="clip.refused")]
    assert [b"no_second_opinion" in canonical for canonical in refused] == ([] if accepted else [True])


def test_a_repeated_request_is_answered_and_makes_nothing(submit: Any) -> None:
    first, second = submit(key_header="abc"), submit(key_header="abc")
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert Clip.objects.count() == 1


def test_a_duplicate_is_told_with_its_id(submit: Any) -> None:
    first, second = submit(), submit()
    assert (second.status_code, second.json()["code"], second.json()["id"]) == (
        409,
        "duplicate",
        first.json()["id"],
    )


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"purposes": ""}, 400, "consent_missing"),
        ({"notice_version": ""}, 400, "consent_missing"),
        ({"purposes": "training,sale"}, 400, "consent_contradictory"),
        ({"until": "2025-01-01T00:00:00Z"}, 400, "consent_contradictory"),
        ({"granted_at": "yesterday"}, 400, "invalid"),
        ({"owner": ""}, 400, "invalid"),
        ({"name": "porch.avi"}, 400, "wrong_extension"),
        ({"key_header": "k" * 201}, 400, "idempotency_key_too_long"),
    ],
)
def test_wrong_requests_get_a_stable_code(
    submit: Any, fields: dict[str, str], status: int, code: str
) -> None:
    answer = submit(**fields)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not Clip.objects.exists()


def test_what_is_too_large_is_refused_without_being_kept(submit: Any, settings: Any) -> None:
    for limit in (len(small_video()) - 10, len(small_video()) // 4):
        settings.CLIP_MAX_BYTES = limit
        answer = submit()
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert not Clip.objects.exists()


def test_a_repeated_key_with_a_narrower_consent_is_a_conflict(submit: Any) -> None:
    assert submit(key_header="abc").status_code == 201
    answer = submit(key_header="abc", purposes="troubleshooting")
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_key_reused")


def test_an_empty_file_is_told_apart(submit: Any) -> None:
    assert submit(b"").json()["code"] == "empty_file"


def test_operators_submit_by_hand_and_see_what_is_wrong() -> None:
    operator = make_user("operator")
    client = Client()
    client.post(reverse("accounts:sign_in"), {"username": operator.username, "password": PASSWORD})
    page = reverse("clips:submit")
    assert client.get(page).status_code == 200
    data = {
        "owner": "household",
        "notice_version": "2026-01",
        "purposes": ["training"],
        "granted_at": "2026-01-05T10:00",
        "until": "2099-01-05T10:00",
    }
    bad = io.BytesIO(b"no video at all" * 100)
    bad.name = "clip.mp4"
    answer = client.post(page, {**data, "file": bad})
    assert "not a video" in answer.content.decode()
    good = io.BytesIO(small_video())
    good.name = "clip.mp4"
    answer = client.post(page, {**data, "file": good}, follow=True)
    assert str(Clip.objects.get().public_id) in answer.content.decode()
