import datetime
import hashlib
import io
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from django.core.files.storage import storages
from django.db import connections

from annotations.accounts.models import User
from annotations.audit.models import LogEntry
from annotations.audit.selectors import present
from annotations.clips import gate, services, vault
from annotations.clips.enums import HoldReason
from annotations.clips.memory import memory_file
from annotations.clips.models import Clip, Consent, Original, Submission
from annotations.clips.selectors import digests_of
from annotations.clips.services import Reception, receive
from annotations.core import clock
from annotations.core.errors import Conflict, DomainError, TooLarge
from annotations.core.models import Outbox
from tests.factories import make_submitter, make_terms, small_video

TERMS = make_terms()


def submit(submitter: User, content: bytes, **fields: Any) -> tuple[Clip, bool]:
    options = {"filename": "clip.mp4", "size": len(content), "owner": "household-1", **fields}
    with memory_file("test") as file:
        file.write(content)
        return receive(submitter, submitter.actor, file, Reception(consent=TERMS, **options))


def stored_files() -> list[str]:
    storage = storages["vault"]
    if not storage.exists(""):
        return []
    return [name for folder in storage.listdir("")[0] for name in storage.listdir(folder)[1]]


@pytest.mark.django_db
def test_a_good_clip_is_stored_encrypted_held_logged_and_announced() -> None:
    content = small_video()
    clip, created = submit(make_submitter(), content, device="porch")
    assert created
    assert (clip.width, clip.height, clip.frames, clip.codec) == (96, 64, 30, "h264")
    assert set(gate.reasons(clip.pk)) == {HoldReason.AWAITING_REDACTION, HoldReason.AWAITING_SCREENING}
    entry = LogEntry.objects.get(clip=clip.public_id, action="clip.received")
    sha256 = hashlib.sha256(content).hexdigest()
    assert digests_of([clip]) == {clip.pk: sha256}
    (line,) = present([entry])
    assert line.detail == {"sha256": sha256}
    assert sha256.encode() not in bytes(entry.canonical)
    assert b"household-1" not in bytes(entry.canonical)
    assert Outbox.objects.filter(type="clips.received", payload={"clip": str(clip.pk)}).count() == 1
    stored = Path(storages["vault"].path(clip.original.name)).read_bytes()
    assert content[:40] not in stored
    with vault.opened(clip.original) as plain:
        assert plain.read() == content


@pytest.mark.django_db
def test_the_same_request_answers_the_same() -> None:
    submitter = make_submitter()
    first, created = submit(submitter, small_video(), idempotency_key="k-1")
    again, created_again = submit(submitter, small_video(), idempotency_key="k-1")
    assert (first.pk, created, created_again) == (again.pk, True, False)
    assert "k-1" not in str(first.submission.idempotency_key), "only a keyed digest is kept"
    with pytest.raises(Conflict) as caught:
        submit(submitter, small_video(frames=20), idempotency_key="k-1")
    assert caught.value.code == "idempotency_key_reused"


@pytest.mark.django_db
def test_a_duplicate_of_the_same_owner_is_told_and_across_owners_nothing_is_revealed() -> None:
    submitter = make_submitter()
    clip, _ = submit(submitter, small_video())
    assert submit(submitter, small_video(), owner="household-2")[1]
    with pytest.raises(Conflict) as caught:
        submit(submitter, small_video(), idempotency_key="another")
    assert caught.value.as_dict()["id"] == str(clip.public_id)
    other, created = submit(make_submitter(), small_video())
    assert created
    assert other.pk != clip.pk
    assert len(stored_files()) == 3


@pytest.mark.django_db
def test_a_withdrawn_clip_can_be_sent_again_under_a_new_consent() -> None:
    submitter = make_submitter()
    first, _ = submit(submitter, small_video(), idempotency_key="first")
    services.withdraw(first, submitter.actor)
    second, created = submit(submitter, small_video(), idempotency_key="second")
    assert created
    assert second.pk != first.pk
    with pytest.raises(Conflict, match="duplicate"):
        submit(submitter, small_video(), idempotency_key="third")
    assert submit(submitter, small_video(), idempotency_key="first") == (first, False)


@pytest.mark.django_db
def test_a_clip_whose_consent_ran_out_can_be_sent_again_before_the_sweep_has_seen_it() -> None:
    submitter = make_submitter()
    first, _ = submit(submitter, small_video())
    Consent.objects.filter(pk=first.consent_id).update(
        granted_at=clock.now() - datetime.timedelta(days=2), until=clock.now()
    )
    assert submit(submitter, small_video())[1]
    assert HoldReason.EXPIRED in gate.reasons(first.pk)


def audio_only() -> bytes:
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream("aac", rate=8000, layout="mono")
        for number in range(20):
            frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
            frame.sample_rate, frame.pts = 8000, number * 1024
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()


def silent_matroska() -> bytes:
    file = io.BytesIO()
    with av.open(io.BytesIO(small_video()), "r") as source, av.open(file, "w", format="matroska") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(source.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    return file.getvalue()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (lambda: b"", "clip.mp4", "empty_file"),
        (lambda: b"I am not a video at all. " * 500, "clip.mp4", "not_a_video"),
        (lambda: small_video()[: len(small_video()) * 2 // 3], "clip.mp4", "truncated"),
        (audio_only, "clip.mp4", "no_video_stream"),
        (silent_matroska, "clip.mp4", "wrong_extension"),
        (small_video, "clip.exe", "wrong_extension"),
        (small_video, "clip", "wrong_extension"),
    ],
)
def test_bad_input_is_refused_with_its_code_and_leaves_nothing(content: Any, name: str, code: str) -> None:
    with pytest.raises(DomainError) as caught:
        submit(make_submitter(), content(), filename=name)
    # A cut-off MP4 without its index is no video; with the index first it is truncated. Both are refused.
    assert caught.value.code == code or (code == "truncated" and caught.value.code == "not_a_video")
    assert len(caught.value.message) > 15
    assert stored_files() == []
    assert not Clip.objects.exists()
    assert not Submission.objects.exists()
    assert not Consent.objects.exists()
    refused = LogEntry.objects.get(action="clip.refused")
    assert caught.value.code.encode() in bytes(refused.canonical)


@pytest.mark.django_db
def test_limits_are_settings(settings: Any) -> None:
    settings.CLIP_MAX_SECONDS = 2
    with pytest.raises(DomainError, match="too_long"):
        submit(make_submitter(), small_video())
    settings.CLIP_MAX_SECONDS, settings.CLIP_MAX_PIXELS = 60, 64 * 48
    with pytest.raises(DomainError, match="too_many_pixels"):
        submit(make_submitter(), small_video())
    settings.CLIP_MAX_PIXELS, settings.CLIP_MAX_FRAMES = 1920 * 1080, 5
    with pytest.raises(DomainError, match="too_many_frames"):
        submit(make_submitter(), small_video())
    settings.CLIP_MAX_BYTES = 100
    with pytest.raises(TooLarge):
        submit(make_submitter(), small_video())
    assert stored_files() == []


@pytest.mark.django_db
def test_files_without_a_row_are_swept_and_others_stay() -> None:
    clip, _ = submit(make_submitter(), small_video())
    with memory_file("orphan") as file:
        file.write(b"left by a process that died")
        vault.put(file)
    assert services.sweep_orphans() == 0
    assert services.sweep_orphans(datetime.timedelta(0)) == 1
    assert stored_files() == [clip.original.name.rsplit("/", 1)[-1]]


@pytest.mark.engines
def test_two_identical_requests_at_once_make_one_clip(fresh_database: str) -> None:
    submitter = make_submitter()
    small_video()
    results: list[object] = []

    def request() -> None:
        try:
            results.append(submit(submitter, small_video(), idempotency_key="both")[0].pk)
        except DomainError as error:
            results.append(error.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=request) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    clip = Clip.objects.get()
    assert set(results) == {clip.pk}
    assert Original.objects.count() == len(stored_files()) == 1


@pytest.mark.engines
def test_of_two_requests_at_once_that_differ_in_their_keys_one_is_told_the_other(fresh_database: str) -> None:
    submitter = make_submitter()
    small_video()
    results: list[object] = []

    def request(key: str) -> None:
        try:
            results.append(submit(submitter, small_video(), idempotency_key=key)[0].pk)
        except DomainError as error:
            results.append(error.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=request, args=[key]) for key in ("one", "other")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(results) == {Clip.objects.get().pk, "duplicate"}
    assert Original.objects.count() == len(stored_files()) == 1


def test_plaintext_stays_in_memory() -> None:
    """A file made by memory_file has no name in any file system."""
    script = (
        "import os\nfrom annotations.clips.memory import memory_file\n"
        "f = memory_file('x')\nf.write(b'secret'); f.flush()\n"
        "print(os.readlink(f'/proc/self/fd/{f.fileno()}'))"
    )
    shown = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert shown.startswith("/memfd:x")
