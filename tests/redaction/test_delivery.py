import time
from typing import Any

import pytest
from django.core.files.storage import storages
from django.test import Client, RequestFactory
from django.urls import reverse

from annotations.accounts.models import User
from annotations.audit.actors import WORKER
from annotations.audit.models import LogEntry
from annotations.clips.enums import HoldReason, Purpose
from annotations.clips.models import Clip
from annotations.clips.services import place
from annotations.core.errors import Conflict
from annotations.redaction import delivery
from tests.factories import PASSWORD, make_clip, make_ready_clip, make_user, small_video

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def clip() -> Clip:
    return make_ready_clip()


@pytest.fixture
def viewer(client: Client) -> Client:
    person = make_user()
    assert client.post(reverse("accounts:sign_in"), {"username": person.username, "password": PASSWORD})
    return client


def granted(viewer: Client, clip: Clip, purpose: str = Purpose.LABELING) -> str:
    request = RequestFactory().post("/")
    request.session = viewer.session
    request.user = User.objects.get(pk=viewer.session["_auth_user_id"])
    return delivery.grant(request, clip, purpose).url


def body(response: Any) -> bytes:
    return b"".join(response) if response.streaming else bytes(response.content)


def test_a_token_opens_the_rendition_and_the_delivery_is_logged(viewer: Client, clip: Clip) -> None:
    response = viewer.get(granted(viewer, clip))
    assert body(response) == small_video()
    assert (response["Content-Type"], response["Cache-Control"]) == ("video/mp4", "no-store")
    actions = LogEntry.objects.filter(clip=clip.public_id).order_by("id").values_list("action", flat=True)
    assert list(actions) == ["rendition.granted", "rendition.served"]


def test_ranges_are_honoured_and_logged(viewer: Client, clip: Clip) -> None:
    response = viewer.get(granted(viewer, clip), headers={"Range": "bytes=10-19"})
    assert (response.status_code, body(response)) == (206, small_video()[10:20])
    assert f'"range":"10-19 of {len(small_video())}"'.encode() in bytes(
        LogEntry.objects.get(action="rendition.served").canonical
    )


@pytest.mark.parametrize(
    ("header", "sent"),
    [("bytes=5-2", "all"), ("bytes=0-0,1-5", "all"), ("bytes=99999999-", "none"), ("Mr Petrov", "all")],
)
def test_the_log_tells_what_was_sent_not_what_was_asked_for(
    viewer: Client, clip: Clip, header: str, sent: str
) -> None:
    response = viewer.get(granted(viewer, clip), headers={"Range": header})
    size = len(small_video())
    assert len(body(response)) == (size if sent == "all" else 0)
    entry = bytes(LogEntry.objects.get(action="rendition.served").canonical)
    assert (f'"range":"0-{size - 1} of {size}"' if sent == "all" else '"range":"none"').encode() in entry


def signed_in(person: User) -> Client:
    client = Client()
    client.post(reverse("accounts:sign_in"), {"username": person.username, "password": PASSWORD})
    return client


def test_another_person_and_another_session_of_the_same_person_get_nothing(
    viewer: Client, clip: Clip
) -> None:
    url = granted(viewer, clip)
    same = User.objects.get(pk=viewer.session["_auth_user_id"])
    for stranger in (signed_in(make_user()), signed_in(same)):
        assert stranger.get(url).status_code == 404
    assert not LogEntry.objects.filter(action="rendition.served").exists()


def test_a_token_ends(viewer: Client, clip: Clip, settings: Any) -> None:
    url = granted(viewer, clip)
    settings.MEDIA_TOKEN_SECONDS = 0
    time.sleep(1.1)
    assert viewer.get(url).status_code == 404


def test_a_forged_token_opens_nothing(viewer: Client, clip: Clip) -> None:
    url = granted(viewer, clip)
    assert viewer.get(url[:-3] + "abc").status_code == 404
    assert viewer.get(reverse("redaction:media", args=["x"])).status_code == 404


@pytest.mark.parametrize("reason", HoldReason)
def test_a_hold_stops_the_bytes_although_the_token_is_still_good(
    viewer: Client, clip: Clip, reason: HoldReason
) -> None:
    url = granted(viewer, clip)
    place(clip, reason, WORKER)
    assert viewer.get(url).status_code == 404
    assert not LogEntry.objects.filter(action="rendition.served").exists()


def test_no_token_for_a_held_clip_or_one_without_rendition(viewer: Client, clip: Clip) -> None:
    place(clip, HoldReason.WITHDRAWN, WORKER)
    with pytest.raises(Conflict):
        granted(viewer, clip)
    with pytest.raises(Conflict):
        granted(viewer, make_clip())
    assert not LogEntry.objects.filter(action="rendition.granted").exists()


def test_a_replaced_rendition_is_not_served_any_more(viewer: Client, clip: Clip) -> None:
    url = granted(viewer, clip)
    clip.renditions.update(current=False)
    assert viewer.get(url).status_code == 404


def test_behind_nginx_only_the_address_is_answered(viewer: Client, clip: Clip, settings: Any) -> None:
    settings.MEDIA_X_ACCEL = True
    response = viewer.get(granted(viewer, clip))
    name = clip.renditions.get().name
    assert response["X-Accel-Redirect"] == f"/protected/renditions/{name}"
    assert body(response) == b""
    assert LogEntry.objects.filter(action="rendition.served").count() == 1
    assert storages["renditions"].exists(name)
