"""An original without redaction: two people, some minutes, sealed on the log before the first byte."""

import datetime
import io
import os
import signal
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from annotations.accounts.enums import Role
from annotations.audit import services as audit
from annotations.audit.actors import Actor
from annotations.audit.models import LogEntry
from annotations.break_glass import services as break_glass, tasks
from annotations.break_glass.enums import BreakGlassState
from annotations.break_glass.models import BreakGlassAccess, CleanCopyRun
from annotations.break_glass.rules import BREAK_GLASS
from annotations.break_glass.services import clean_copy
from annotations.clips import services as clips, vault
from annotations.clips.enums import HoldReason
from annotations.clips.memory import memory_file
from annotations.clips.models import Original
from annotations.core import clock
from annotations.core.errors import Conflict, Invalid, NotAllowed
from annotations.core.models import Outbox
from annotations.oversight import selectors, services as oversight
from annotations.oversight.alerting import BreakGlassUse
from annotations.oversight.models import Alert
from annotations.oversight.viewings import ViewingKind
from annotations.rights import clip_story, services as rights
from annotations.vision import confined
from annotations.vision.errors import VideoError
from annotations.vision.limits import Limits
from annotations.vision.video import decode, probe
from tests import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.once, pytest.mark.usefixtures("warm")]
OFFICER = Actor("p-officer2", Role.PRIVACY_OFFICER)


def client_of(access: BreakGlassAccess) -> Client:
    client = Client()
    client.force_login(access.asked_by)
    return client


def address(client: Client, access: BreakGlassAccess) -> Any:
    return client.post(reverse("break_glass:token", args=[access.pk]))


def bytes_of(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else bytes(response.content)


def copies() -> list[str]:
    storage = vault.storage()
    if not storage.exists("break-glass"):
        return []
    return [
        f"break-glass/{folder}/{name}"
        for folder in storage.listdir("break-glass")[0]
        for name in storage.listdir(f"break-glass/{folder}")[1]
    ]


def test_every_state_has_a_way_in_and_a_way_out() -> None:
    assert BREAK_GLASS.problems(BreakGlassState.values) == []


def test_who_asked_never_decides() -> None:
    officer = make.make_user(Role.PRIVACY_OFFICER)
    asked = break_glass.ask(make.make_ready_clip(), "owner", "The owner asked.", officer)
    with pytest.raises(NotAllowed) as caught:
        break_glass.decide(asked.pk, "approve", "I say so.", [], officer)
    assert caught.value.code == "second_person_needed"
    with pytest.raises(NotAllowed):
        break_glass.decide(asked.pk, "approve", "I say so.", [], make.make_user(Role.LEAD))
    asked.refresh_from_db()
    assert asked.state == BreakGlassState.ASKED


def test_an_approval_passes_what_it_names_and_no_other_hold() -> None:
    clip = make.make_ready_clip()
    for reason in (HoldReason.FLAGGED, HoldReason.REDACTION_FAILED):
        clips.place(clip, reason, OFFICER)
    asked = break_glass.ask(clip, "content", "Nothing to see redacted.", make.make_user(Role.LEAD))
    officer = make.make_user(Role.PRIVACY_OFFICER)
    with pytest.raises(Conflict) as caught:
        break_glass.decide(asked.pk, "approve", "Fine.", [HoldReason.FLAGGED], officer)
    assert caught.value.code == "holds_stand"
    with pytest.raises(Invalid) as unknown:
        break_glass.decide(asked.pk, "approve", "Fine.", [HoldReason.LEGAL], officer)
    assert unknown.value.code == "not_an_open_hold"
    named = [HoldReason.FLAGGED, HoldReason.REDACTION_FAILED]
    assert break_glass.decide(asked.pk, "approve", "Fine.", named, officer).running


@pytest.mark.parametrize("reason", [HoldReason.WITHDRAWN, HoldReason.EXPIRED])
def test_nothing_passes_the_end_of_a_consent(reason: HoldReason) -> None:
    clip = make.make_ready_clip()
    clips.place(clip, reason, OFFICER)
    asked = break_glass.ask(clip, "legal", "A court asks.", make.make_user(Role.LEAD))
    with pytest.raises(Invalid) as caught:
        break_glass.decide(asked.pk, "approve", "Fine.", [reason], make.make_user(Role.PRIVACY_OFFICER))
    assert caught.value.code == "not_an_open_hold"


def test_the_copy_is_a_new_video_and_lies_encrypted_until_the_access_is_closed(
    django_capture_on_commit_callbacks: Any,
) -> None:
    access = make.make_break_glass_access()
    client = client_of(access)
    response = client.get(address(client, access).json()["url"])
    body = bytes_of(response)
    assert response["Cache-Control"] == "no-store"
    with memory_file("copy") as copy:
        copy.write(body)
        copy.flush()
        path = f"/proc/self/fd/{copy.fileno()}"
        assert len(list(decode(path, Limits()))) == make.FRAMES
        assert not probe(path).has_audio
    with vault.opened(Original.objects.get(clip=access.clip)) as plain:
        assert plain.read() != body
    (name,) = copies()
    with vault.storage().open(name) as stored:
        encrypted = stored.read()
    assert b"ftyp" not in encrypted
    assert body[100:200] not in encrypted
    with django_capture_on_commit_callbacks(execute=True):
        break_glass.close(access.pk, access.asked_by)
    access.refresh_from_db()
    assert (access.wrapped_key, access.name, copies()) == (None, "", [])


def test_ranges_are_logged_as_sent_and_each_delivery_has_its_entry() -> None:
    access = make.make_break_glass_access()
    client = client_of(access)
    url = address(client, access).json()["url"]
    response = client.get(url, headers={"Range": "bytes=0-99"})
    assert response.status_code == 206
    assert len(bytes_of(response)) == 100
    entry = LogEntry.objects.get(action="break_glass.served")
    assert f"0-99 of {access.bytes}" in bytes(entry.canonical).decode()
    assert entry.purpose == "break_glass"


def dead(client: Client, url: str) -> bool:
    before = LogEntry.objects.filter(action="break_glass.served").count()
    response = client.get(url)
    told = LogEntry.objects.filter(action="break_glass.served").count()
    return response.status_code in {404, 409} and b"ftyp" not in bytes_of(response) and told == before


def test_the_address_dies_with_the_time_of_the_approval() -> None:
    access = make.make_break_glass_access()
    client = client_of(access)
    url = address(client, access).json()["url"]
    BreakGlassAccess.objects.filter(pk=access.pk).update(until=clock.now())
    assert dead(client, url)
    assert address(client, access).status_code == 409
    break_glass.end_due_accesses()
    access.refresh_from_db()
    assert (access.state, access.wrapped_key) == (BreakGlassState.EXPIRED, None)


def test_whoever_reads_slowly_gets_nothing_more_when_the_time_is_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("annotations.core.http._BLOCK", 64)
    access = make.make_break_glass_access()
    client = client_of(access)
    response = client.get(address(client, access).json()["url"])
    parts = iter(response.streaming_content)  # type: ignore[attr-defined]
    assert next(parts)
    over = access.until or clock.now()
    monkeypatch.setattr(clock, "now", lambda: over)
    assert list(parts) == []


@pytest.mark.both
def test_the_address_dies_with_the_consent_and_the_copy_right_after() -> None:
    access = make.make_break_glass_access()
    client = client_of(access)
    url = address(client, access).json()["url"]
    rights.withdraw(access.clip, OFFICER, "The owner wrote.")
    assert dead(client, url)
    assert Outbox.objects.filter(type="clips.holds_changed", payload__clip=str(access.clip_id)).exists()
    tasks.stop_accesses(str(access.clip_id))
    access.refresh_from_db()
    assert (access.state, access.wrapped_key) == (BreakGlassState.CLOSED, None)


@pytest.mark.parametrize("reason", [HoldReason.FLAGGED, HoldReason.EXPIRED])
def test_a_hold_that_the_approval_does_not_name_closes_it(reason: HoldReason) -> None:
    access = make.make_break_glass_access()
    client = client_of(access)
    url = address(client, access).json()["url"]
    clips.place(access.clip, reason, OFFICER)
    assert dead(client, url)
    tasks.stop_accesses(str(access.clip_id))
    access.refresh_from_db()
    assert access.wrapped_key is None


def test_another_session_and_another_person_get_nothing() -> None:
    access = make.make_break_glass_access()
    client = client_of(access)
    url = address(client, access).json()["url"]
    assert dead(client_of(access), url)
    stranger = Client()
    stranger.force_login(make.make_user(Role.PRIVACY_OFFICER))
    assert dead(stranger, url)
    assert address(stranger, access).status_code == 404


def test_nothing_is_served_when_the_log_cannot_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    access = make.make_break_glass_access()
    client = client_of(access)
    url = address(client, access).json()["url"]

    def broken(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("the log cannot be written")

    monkeypatch.setattr(audit, "append", broken)
    client.raise_request_exception = False
    for response in (client.get(url), address(client, access)):
        assert response.status_code == 500
        assert b"ftyp" not in response.content


def test_nothing_is_served_while_nobody_seals_the_log(settings: Any) -> None:
    access = make.make_break_glass_access()
    client = client_of(access)
    url = address(client, access).json()["url"]
    settings.AUDIT_SEQUENCE_INLINE, settings.AUDIT_WAIT_SECONDS = False, 0.1
    for response in (client.get(url), address(client, access)):
        assert response.status_code == 503
        assert b"ftyp" not in response.content
        assert b"/break-glass/media/" not in response.content


def test_a_process_killed_midway_leaves_no_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    original = make.make_original(make.make_ready_clip())
    before = {path for path in tmp_path.rglob("*") if path.is_file()}

    def killed(*args: Any, **kwargs: Any) -> int:
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError

    monkeypatch.setattr(confined, "clean", killed)
    child = os.fork()
    if not child:
        clean_copy.made(original)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
    assert {path for path in tmp_path.rglob("*") if path.is_file()} == before


@pytest.mark.both
def test_a_worker_stopped_midway_leaves_no_copy_and_another_one_makes_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    access = make.make_break_glass_access(copy=False)
    before = {path for path in tmp_path.rglob("*") if path.is_file()}

    def killed(*args: Any, **kwargs: Any) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(confined, "clean", killed)
        with pytest.raises(KeyboardInterrupt):
            break_glass.make_clean_copy(access.pk)
    assert {path for path in tmp_path.rglob("*") if path.is_file()} == before
    break_glass.make_clean_copy(access.pk)
    access.refresh_from_db()
    assert access.name == ""  # somebody may still be at it
    CleanCopyRun.objects.filter(pk=access.pk).update(lease_until=clock.now() - datetime.timedelta(hours=1))
    break_glass.make_clean_copy(access.pk)
    access.refresh_from_db()
    assert access.name in copies()


@pytest.mark.both
def test_workers_that_are_stopped_each_time_end_the_access() -> None:
    access = make.make_break_glass_access(copy=False)
    CleanCopyRun.objects.filter(pk=access.pk).update(attempts=3)
    break_glass.make_clean_copy(access.pk)
    access.refresh_from_db()
    assert (access.state, copies()) == (BreakGlassState.CLOSED, [])
    assert b"worker_lost" in bytes(LogEntry.objects.get(action="break_glass.failed").canonical)


@pytest.mark.both
def test_a_full_disk_costs_an_attempt_and_not_the_access(monkeypatch: pytest.MonkeyPatch) -> None:
    access = make.make_break_glass_access(copy=False)

    def full(*args: Any) -> None:
        raise OSError("No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(vault, "put", full)
        break_glass.make_clean_copy(access.pk)
    run = CleanCopyRun.objects.get(pk=access.pk)
    assert (run.state, run.failure_code) == ("queued", "storage_failed")
    break_glass.make_clean_copy(access.pk)
    access.refresh_from_db()
    assert access.name in copies()


def test_an_original_that_cannot_be_made_again_ends_the_access() -> None:
    access = make.make_break_glass_access(copy=False)
    original = Original.objects.get(clip=access.clip)
    with vault.storage().open(original.name, "r+b") as file:
        file.seek(40)
        file.write(b"damage")
    break_glass.make_clean_copy(access.pk)
    access.refresh_from_db()
    assert (access.state, copies()) == (BreakGlassState.CLOSED, [])
    assert LogEntry.objects.filter(action="break_glass.failed").exists()


def test_a_copy_that_comes_too_late_is_thrown_away() -> None:
    access = make.make_break_glass_access(copy=False)
    break_glass.close(access.pk, access.asked_by)
    break_glass.make_clean_copy(access.pk)
    assert copies() == []
    assert CleanCopyRun.objects.get(pk=access.pk).state == "done", "nobody is woken for it again"


@pytest.mark.both
def test_files_that_nobody_owns_are_swept(monkeypatch: pytest.MonkeyPatch) -> None:
    access = make.make_break_glass_access()
    name, _ = vault.put(io.BytesIO(b"left behind"), "break-glass/")
    assert break_glass.sweep_clean_copies() == 0
    later = clock.now() + datetime.timedelta(hours=2)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert break_glass.sweep_clean_copies() == 1
    assert copies() == [access.name]
    assert name != access.name


@pytest.mark.both
def test_a_request_lapses_when_nobody_decides() -> None:
    asked = break_glass.ask(
        make.make_ready_clip(), "danger", "Somebody lies there.", make.make_user(Role.LEAD)
    )
    BreakGlassAccess.objects.filter(pk=asked.pk).update(asked_at=clock.now() - datetime.timedelta(hours=25))
    with pytest.raises(Conflict) as caught:
        break_glass.decide(asked.pk, "approve", "Late.", [], make.make_user(Role.PRIVACY_OFFICER))
    assert caught.value.code == "lapsed"
    assert break_glass.end_due_accesses() == 1
    asked.refresh_from_db()
    assert asked.state == BreakGlassState.LAPSED


def test_a_page_that_asks_is_told_whether_the_access_stands_by_an_ordinary_answer() -> None:
    access = make.make_break_glass_access()
    client, address = client_of(access), reverse("break_glass:watched", args=[access.pk])
    assert client.post(address, {"ranges": []}, "application/json").json() == {"stands": True}
    break_glass.close(access.pk, access.asked_by)
    over = client.post(address, {"ranges": []}, "application/json")
    assert (over.status_code, over.json()) == (200, {"stands": False})


def test_a_form_in_place_of_watched_ranges_is_refused_and_no_error() -> None:
    """It is read before by whoever looks for its CSRF token."""
    access = make.make_break_glass_access()
    client, address = client_of(access), reverse("break_glass:watched", args=[access.pk])
    client.handler.enforce_csrf_checks = True
    client.get(reverse("accounts:account"))
    token = client.cookies[settings.CSRF_COOKIE_NAME].value
    assert client.post(address, {"csrfmiddlewaretoken": token, "ranges": "[]"}).status_code == 400


@pytest.mark.both
def test_officers_and_the_owner_read_of_it_and_an_alert_waits() -> None:
    access = make.make_break_glass_access()
    client = client_of(access)
    bytes_of(client.get(address(client, access).json()["url"]))
    watched = client.post(
        reverse("break_glass:watched", args=[access.pk]), {"ranges": [[0, 1.5]]}, "application/json"
    )
    assert watched.json() == {"stands": True}
    (viewing,) = selectors.dossier(access.clip).viewings
    assert (viewing.kind, viewing.delivered, viewing.watched) == (ViewingKind.BREAK_GLASS, True, [(0, 1500)])
    (told,) = clip_story.story(access.clip).watched
    assert told.unredacted
    make.make_leaves()
    oversight.scan_for_alerts()
    alert = Alert.objects.get(kind=BreakGlassUse.kind)
    assert alert.actor == access.asked_by.pseudonym


def test_what_the_child_refuses_has_its_code() -> None:
    with memory_file("in") as source, memory_file("out") as target:
        source.write(b"nothing to see")
        source.flush()
        with pytest.raises(VideoError) as caught:
            confined.clean(source.fileno(), target.fileno(), confined.DecodeOptions(timeout_s=30))
    assert caught.value.code == "not_a_video"
