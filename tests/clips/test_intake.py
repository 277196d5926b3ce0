"""What a submitter allows and says of a file is kept with the clip, logged, and asked for again at every reading."""

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from annotations.accounts.enums import Role
from annotations.audit.actors import WORKER
from annotations.audit.models import LogEntry
from annotations.clips.intake import intake_limits, limits_of
from annotations.clips.memory import memory_file
from annotations.clips.models import Clip
from annotations.clips.services import Reception, receive
from annotations.core.errors import Conflict, DomainError
from annotations.core.models import RunState
from annotations.redaction import services as redaction
from annotations.redaction.models import Rendition
from tests.factories import make_clip, make_submitter, make_terms, make_user, small_video
from tests.vision.cases import case

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("warm")]
TERMS = make_terms()


def submit(path: Path, **fields: Any) -> Clip:
    submitter = fields.pop("submitter", None) or make_submitter()
    with memory_file("test") as file:
        size = file.write(path.read_bytes())
        reception = Reception(path.name, size, TERMS, owner="household", **fields)
        return receive(submitter, submitter.actor, file, reception)[0]


def logged(clip: Clip, action: str) -> dict[str, Any] | None:
    """The data of the clip's entry of this kind."""
    entry = LogEntry.objects.filter(clip=clip.public_id, action=action).first()
    return json.loads(bytes(entry.canonical))["data"] if entry else None


@pytest.mark.once
def test_a_cut_file_is_taken_when_its_submitter_allows_it_and_redacted_in_the_same_way(
    tmp_path: Path,
) -> None:
    path, submitter = case("cut-fragmented.mp4", tmp_path), make_submitter()
    with pytest.raises(DomainError, match=r"truncated: .*accept_partial"):
        submit(path, submitter=submitter)
    clip = submit(path, submitter=submitter, accept_partial=True)
    assert clip.facts["partial"]
    assert logged(clip, "clip.part_accepted") == {
        "pictures": clip.frames,
        "undecodable": clip.facts["undecodable"],
    }
    run = redaction.request_first(clip, WORKER)
    redaction.redact(run.pk)
    run.refresh_from_db()
    assert run.state == RunState.DONE
    assert Rendition.objects.get(clip=clip).frames == clip.frames


@pytest.mark.once
def test_a_bare_stream_is_taken_at_the_rate_that_its_submitter_states(tmp_path: Path) -> None:
    path, submitter = case("bare-stream.h264", tmp_path), make_submitter()
    with pytest.raises(DomainError, match=r"rate_unknown: .*frame_rate"):
        submit(path, submitter=submitter)
    clip = submit(path, submitter=submitter, frame_rate=29.97)
    assert clip.frames == 60
    assert clip.frame_rate == pytest.approx(29.97)
    assert logged(clip, "clip.rate_stated") == {"millihertz": 29970}
    run = redaction.request_first(clip, WORKER)
    redaction.redact(run.pk)
    assert Rendition.objects.get(clip=clip).frame_rate == pytest.approx(29.97)


def test_what_was_allowed_and_not_needed_is_kept_without_an_entry(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(small_video())
    clip = submit(tmp_path / "a.mp4", accept_partial=True)
    assert (clip.accept_partial, clip.facts["partial"]) == (True, False)
    assert logged(clip, "clip.part_accepted") is None


def test_a_repeated_request_that_allows_or_says_something_else_is_no_repetition(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(small_video())
    first = {"submitter": make_submitter(), "idempotency_key": "one"}
    clip = submit(tmp_path / "a.mp4", **first)
    assert submit(tmp_path / "a.mp4", **first) == clip
    for other in ({"accept_partial": True}, {"frame_rate": 25.0}):
        with pytest.raises(Conflict, match="idempotency_key_reused"):
            submit(tmp_path / "a.mp4", **first, **other)


def test_a_clip_keeps_the_size_of_its_renditions_when_the_setting_changes(
    tmp_path: Path, settings: Any
) -> None:
    (tmp_path / "a.mp4").write_bytes(small_video())
    settings.RENDITION_MAX_PIXELS = 48 * 32
    clip = submit(tmp_path / "a.mp4")
    assert (clip.width, clip.height, clip.facts["scaled_from"]) == (48, 32, [96, 64])
    settings.RENDITION_MAX_PIXELS = 2_000_000
    assert limits_of(clip) == replace(intake_limits(), rendition_pixels=48 * 32)
    assert limits_of(make_clip()) == intake_limits()  # one from before this was kept


def test_the_folder_command_passes_the_word_on_and_tells_what_it_leaves(tmp_path: Path) -> None:
    make_submitter()
    folder = tmp_path / "clips"
    (folder / "older").mkdir(parents=True)
    (folder / "notes.txt").write_text("nothing to see")
    for name in ("cut-fragmented.mp4", "bare-stream.h264"):
        (folder / name).write_bytes(case(name, tmp_path).read_bytes())
    out = io.StringIO()
    with pytest.raises(CommandError, match="2 of 2"):
        call_command("submit_clips", folder, purpose="training", stdout=out)
    assert "bare-stream.h264: rate_unknown: " in out.getvalue()
    assert "cut-fragmented.mp4: truncated: " in out.getvalue()
    assert "notes.txt: passed over, no video by its name" in out.getvalue()
    assert "older: passed over, a folder" in out.getvalue()
    with pytest.raises(CommandError, match="--frame-rate"):
        call_command("submit_clips", folder, purpose="training", frame_rate=1e6, stdout=out)
    call_command("submit_clips", folder, purpose="training", accept_partial=True, frame_rate=20, stdout=out)
    assert "without 1 pictures" in out.getvalue() or "without 0 pictures" in out.getvalue()
    assert set(Clip.objects.values_list("stated_rate", flat=True)) == {None, 20.0}


def test_the_page_of_a_clip_tells_what_became_of_the_file(tmp_path: Path, client: Any) -> None:
    clip = make_clip(
        facts={"partial": True, "undecodable": 3, "scaled_from": [2560, 1440], "tone_mapped_from": "pq"}
        | {"cover_pictures": 1, "other_streams": 1, "mirrored": True},
    )
    client.force_login(make_user(Role.PRIVACY_OFFICER))
    page = client.get(reverse("oversight:dossier", args=[clip.public_id])).content.decode()
    told = (
        "3 pictures could not be decoded",
        "2560 × 1440",
        "high dynamic range",
        "cover picture",
        "other video",
    )
    assert [words for words in told if words not in page] == []
    plain = client.get(reverse("oversight:dossier", args=[make_clip().public_id])).content.decode()
    assert "could not be decoded" not in plain
