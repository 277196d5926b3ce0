"""The archive of an answer: what is in it, what is left out and why, what is logged, and that it is never whole."""

import datetime
import hashlib
import io
import json
import tracemalloc
import zipfile
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.test import Client
from django.urls import reverse

from annotations.accounts.models import User
from annotations.audit.models import LogEntry
from annotations.clips import services as clips
from annotations.clips.enums import HoldReason
from annotations.clips.models import Clip
from annotations.core import clock
from annotations.redaction.models import Rendition
from annotations.rights import clip_story, services
from annotations.rights.models import AccessRequest
from tests.factories import make_clip, make_compiled, make_original, make_ready_clip

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def compiled(clip: Clip, officer: User) -> AccessRequest:
    request = services.open_request(clip.owner.pseudonym, clock.now(), "By letter.", officer.actor)
    return make_compiled(request.pk, officer.actor)


def sent(site: Client, request: AccessRequest) -> Any:
    response = site.get(reverse("rights:access_answer_archive", args=[request.pk]))
    assert response["Content-Type"] == "application/zip"
    return response.streaming_content  # type: ignore[attr-defined]


def opened(blocks: Any) -> zipfile.ZipFile:
    archive = zipfile.ZipFile(io.BytesIO(b"".join(blocks)))
    assert archive.testzip() is None
    return archive


def contents(archive: zipfile.ZipFile) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(archive.read("contents.json"))
    return found


def test_it_holds_the_answer_the_letter_and_the_rendition_and_never_the_original(
    site: Client, officer: User
) -> None:
    clip = make_ready_clip()
    make_original(clip)
    request = compiled(clip, officer)
    archive = opened(sent(site, request))
    file = f"clips/{clip.public_id}.mp4"
    assert archive.namelist() == [
        "answer.json",
        "schema.json",
        "letter.html",
        "letter.css",
        file,
        "contents.json",
    ]
    rendition = Rendition.objects.get(clip=clip)
    assert hashlib.sha256(archive.read(file)).hexdigest() == rendition.sha256
    (copied,) = contents(archive)["clips"]
    assert copied == {
        "file": file,
        "number": str(clip.public_id),
        "bytes": rendition.bytes,
        "sha256": rendition.sha256,
    }
    letter = archive.read("letter.html").decode()
    assert str(clip.public_id) in letter
    assert 'href="letter.css"' in letter
    assert "csrf" not in letter
    answer = site.get(reverse("rights:access_answer_file", args=[request.pk]))
    assert json.loads(archive.read("answer.json")) == json.loads(answer.content)


def test_the_archive_and_each_clip_are_logged_before_their_bytes_and_the_owner_is_told(
    site: Client, officer: User
) -> None:
    clip = make_ready_clip()
    make_ready_clip(owner=clip.owner, submitter=clip.submitter)
    blocks = sent(site, compiled(clip, officer))
    assert LogEntry.objects.filter(action="access_request.answer_served").count() == 1
    served = LogEntry.objects.filter(action="rendition.served", purpose="access")
    assert served.count() == 0
    for block in blocks:
        if b"clips/" in block:
            break
    assert served.count() == 1
    list(blocks)
    assert served.count() == 2
    (view,) = clip_story.watched(clip)
    assert (view.who, view.purpose) == ("one of our staff", "to give you the copy that you asked for")


@pytest.mark.parametrize(
    ("reason", "why"),
    [
        (HoldReason.QUARANTINED, "waits for a person to decide"),
        (HoldReason.FLAGGED, "A person found it too private"),
        (HoldReason.LEGAL, "A legal order"),
        (HoldReason.AWAITING_REDACTION, "is being made again"),
    ],
)
def test_what_may_not_be_shown_is_left_out_and_told_why(
    site: Client, officer: User, reason: HoldReason, why: str
) -> None:
    clip = make_ready_clip()
    clips.place(clip, reason, officer.actor)
    request = compiled(clip, officer)
    archive = opened(sent(site, request))
    (left_out,) = contents(archive)["left_out"]
    assert why in left_out["why"]
    assert why in archive.read("letter.html").decode()
    assert not [name for name in archive.namelist() if name.startswith("clips/")]
    assert not LogEntry.objects.filter(action="rendition.served").exists()
    page = site.get(reverse("rights:access_request", args=[request.pk])).content.decode()
    assert "1 clip may not be shown" in page


def test_a_clip_without_a_rendition_or_without_its_file_is_left_out(site: Client, officer: User) -> None:
    clip = make_clip()
    lost = make_ready_clip(owner=clip.owner, submitter=clip.submitter)
    storages["renditions"].delete(Rendition.objects.get(clip=lost).name)
    request = compiled(clip, officer)
    archive = opened(sent(site, request))
    told = {each["number"]: each["why"] for each in contents(archive)["left_out"]}
    assert set(told) == {str(clip.public_id), str(lost.public_id)}
    assert "is being made again" in told[str(lost.public_id)]
    assert "being made again" not in told[str(clip.public_id)]
    answer = json.loads(archive.read("answer.json"))
    assert answer["copies"]["left_out"] == contents(archive)["left_out"], "both tell the same"
    page = site.get(reverse("rights:access_request", args=[request.pk])).content.decode()
    assert "Compile the answer afresh" in page
    assert not LogEntry.objects.filter(action="rendition.served").exists()


def test_a_clip_that_is_erased_while_the_archive_is_sent_is_left_out(site: Client, officer: User) -> None:
    clip = make_ready_clip()
    late = make_ready_clip(owner=clip.owner, submitter=clip.submitter)
    blocks = sent(site, compiled(clip, officer))
    start = next(blocks)
    clips.place(late, HoldReason.ERASED, officer.actor)
    archive = opened([start, *blocks])
    assert [each["number"] for each in contents(archive)["clips"]] == [str(clip.public_id)]
    (left_out,) = contents(archive)["left_out"]
    assert (left_out["number"], "erased" in left_out["why"]) == (str(late.public_id), True)


def test_its_size_is_told_before(site: Client, officer: User) -> None:
    clip = make_ready_clip()
    Rendition.objects.filter(clip=clip).update(bytes=7 * 1024 * 1024)
    page = site.get(reverse("rights:access_request", args=[compiled(clip, officer).pk])).content.decode()
    assert "1 clip with faces hidden: about 7.0" in page


def test_memory_depends_on_a_block_and_not_on_the_clips(site: Client, officer: User) -> None:
    clip, size = make_ready_clip(), 24 * 1024 * 1024
    name = storages["renditions"].save("large.mp4", ContentFile(bytes(size)))
    Rendition.objects.filter(clip=clip).update(name=name, bytes=size)
    blocks = sent(site, compiled(clip, officer))
    tracemalloc.start()
    assert sum(map(len, blocks)) > size
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 * 1024 * 1024


def test_what_can_be_copied_again_since_takes_a_new_answer(site: Client, officer: User) -> None:
    """The archive says what its own letter says, until somebody compiles it afresh."""
    clip = make_ready_clip()
    clips.place(clip, HoldReason.AWAITING_REDACTION, officer.actor)
    request = compiled(clip, officer)
    clips.release_hold(clip, HoldReason.AWAITING_REDACTION, officer.actor)
    archive = opened(sent(site, request))
    assert contents(archive)["clips"] == []
    assert "is being made again" in contents(archive)["left_out"][0]["why"]
    afresh = make_compiled(request.pk, officer.actor)
    archive = opened(sent(site, afresh))
    assert [each["number"] for each in contents(archive)["clips"]] == [str(clip.public_id)]
    assert contents(archive)["left_out"] == []


def test_a_file_that_is_lost_after_compiling_is_told_as_being_made_again(site: Client, officer: User) -> None:
    clip = make_ready_clip()
    request = compiled(clip, officer)
    storages["renditions"].delete(Rendition.objects.get(clip=clip).name)
    (left_out,) = contents(opened(sent(site, request)))["left_out"]
    assert "is being made again" in left_out["why"]


def test_every_entry_has_the_moment_of_compiling(site: Client, officer: User) -> None:
    request = compiled(make_ready_clip(), officer)
    assert request.compiled_at is not None
    at = request.compiled_at.astimezone(datetime.UTC)
    expected = (at.year, at.month, at.day, at.hour, at.minute, at.second // 2 * 2)
    archive = opened(sent(site, request))
    assert {entry.date_time for entry in archive.infolist()} == {expected}
    assert len(archive.infolist()) == 6
