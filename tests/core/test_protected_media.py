"""Addresses of media that nobody may keep: what opens them, and how what they open is sent."""

import io
import time
from typing import Any

import pytest
from django.http import HttpRequest
from django.test import RequestFactory
from django.urls import resolve

from annotations.core.errors import Missing, NotAllowed
from annotations.core.protected_media import Media, ProtectedMedia, gone, sent_range

CONTENT = bytes(range(256)) * 4
ADMITTED: list[tuple[str, ...]] = []


def request_of(holder: str, **headers: str) -> HttpRequest:
    return RequestFactory().get("/", headers={"X-Holder": holder, **headers})


def holder(request: HttpRequest) -> str:
    return request.headers["X-Holder"]


def admit(request: HttpRequest, *words: str) -> Media:
    ADMITTED.append(words)
    if words == ("withdrawn",):
        raise gone()
    if words == ("sealed",):
        raise NotAllowed("log_not_sealed", "The log does not seal now.")
    return Media(len(CONTENT), lambda: io.BytesIO(CONTENT), location="renditions/a b.mp4")


RENDITIONS = ProtectedMedia("redaction:media", admit, holder)
COPIES = ProtectedMedia("break_glass:media", admit, holder)


def token_for(media: ProtectedMedia, whose: str, *words: str) -> str:
    return str(resolve(media.address(request_of(whose), *words).url).kwargs["token"])


def body(response: Any) -> bytes:
    return b"".join(response) if response.streaming else bytes(response.content)


@pytest.fixture(autouse=True)
def _nobody_yet() -> None:
    ADMITTED.clear()


def test_an_address_brings_back_what_it_was_made_for() -> None:
    token = token_for(RENDITIONS, "one", "an id", "labeling")
    response = RENDITIONS.serve(request_of("one", Range="bytes=10-19"), token)
    assert (response.status_code, body(response)) == (206, CONTENT[10:20])
    assert ADMITTED == [("an id", "labeling")]
    assert response["Cache-Control"] == "no-store"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize(
    ("media", "whose", "cut"),
    [(RENDITIONS, "two", 0), (COPIES, "one", 0), (RENDITIONS, "one", 1), (RENDITIONS, "", 0)],
)
def test_another_holder_another_route_and_a_forged_token_open_nothing(
    media: ProtectedMedia, whose: str, cut: int
) -> None:
    token = token_for(RENDITIONS, "one", "an id")
    response = media.serve(request_of(whose), token[: len(token) - cut])
    assert (response.status_code, ADMITTED) == (404, [])


def test_nobody_in_particular_gets_no_address() -> None:
    with pytest.raises(Missing):
        RENDITIONS.address(request_of(""), "an id")


def test_an_address_ends_with_its_minute(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    token = token_for(RENDITIONS, "one", "an id")
    later = time.time() + settings.MEDIA_TOKEN_SECONDS + 1
    monkeypatch.setattr(time, "time", lambda: later)
    assert RENDITIONS.serve(request_of("one"), token).status_code == 404
    assert ADMITTED == []


@pytest.mark.parametrize(("word", "status"), [("withdrawn", 404), ("sealed", 403)])
def test_what_is_not_admitted_is_not_sent(word: str, status: int) -> None:
    response = RENDITIONS.serve(request_of("one"), token_for(RENDITIONS, "one", word))
    assert (response.status_code, CONTENT[:9] in body(response)) == (status, False)


def test_the_web_server_sends_what_it_may_reach(settings: Any) -> None:
    settings.MEDIA_X_ACCEL = True
    response = RENDITIONS.serve(request_of("one"), token_for(RENDITIONS, "one", "an id"))
    assert (response["X-Accel-Redirect"], body(response)) == ("/protected/renditions/a%20b.mp4", b"")
    assert response["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("header", "sent"),
    [("", "0-9 of 10"), ("bytes=2-3", "2-3 of 10"), ("bytes=-1", "9-9 of 10"), ("bytes=99-", "none")],
)
def test_what_is_told_is_what_is_sent(header: str, sent: str) -> None:
    assert sent_range(request_of("one", Range=header), 10) == sent


@pytest.mark.parametrize("version", ['"x"', 'W/"x"', "Mon, 30 Nov 2026 00:00:00 GMT", "nonsense", ""])
def test_a_part_of_another_version_is_the_whole_and_told_so(version: str) -> None:
    """nginx sends the whole then, and a log that told of four bytes would be wrong."""
    headers = {"Range": "bytes=0-3", "If-Range": version}
    response = RENDITIONS.serve(request_of("one", **headers), token_for(RENDITIONS, "one"))
    assert (response.status_code, body(response)) == (200, CONTENT)
    assert sent_range(request_of("one", **headers), len(CONTENT)) == "0-1023 of 1024"
