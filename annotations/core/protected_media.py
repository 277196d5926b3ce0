"""Delivering media that nobody may keep an address of: one holder, a minute, checked and logged at every request.

A context declares its `ProtectedMedia`: the route that serves it, and what is asked of each request. Whoever may see
something gets an `Address` from it once the grant is on the log. The bytes leave after `admit` has asked again, has
logged what is sent and, where that is promised, has waited for the log's seal.
"""

import datetime
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Any, cast
from urllib.parse import quote

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse

from annotations.core import clock
from annotations.core.errors import DomainError, Missing
from annotations.core.http import parse_range, range_asked, ranged_response


@dataclass(frozen=True)
class Address:
    """`url` answers until `expires_at` (ISO 8601), for one holder only."""

    url: str
    expires_at: str


@dataclass(frozen=True)
class Media:
    """An MP4 file that is to be sent. `open` is called once; whoever reads slowly gets nothing more from `until` on.

    `location` is where the web server finds it under /protected/, if it may send it itself.
    """

    size: int
    open: Callable[[], IO[Any]]
    location: str = ""
    until: datetime.datetime | None = None


@dataclass(frozen=True)
class ProtectedMedia:
    """`admit` gets the request and the words that the address was made for; it checks them, logs and gives the media.

    It raises `gone()` for what it does not let through, so that nobody learns why. `route` takes the token. `holder`
    tells who sends a request, and by which session or key; nothing when nobody does.
    """

    route: str
    admit: Callable[..., Media]
    holder: Callable[[HttpRequest], str]

    def address(self, request: HttpRequest, *words: str) -> Address:
        """A new address for the holder of the request. Raises `gone()` when there is none."""
        token = signing.dumps([self._held_by(request), *words], salt=self._salt)
        expires = clock.now() + clock.seconds(settings.MEDIA_TOKEN_SECONDS)
        return Address(reverse(self.route, args=[token]), expires.isoformat())

    def serve(self, request: HttpRequest, token: str) -> HttpResponseBase:
        """The media, or the part that is asked for; nothing may store it, nor show it on a page of another origin."""
        try:
            media = self.admit(request, *self._words(request, token))
        except DomainError as error:
            return HttpResponse(error.message, status=error.status, content_type="text/plain; charset=utf-8")
        response = _response(request, media)
        response["Cache-Control"] = "no-store"
        response["Content-Disposition"] = "inline"
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        return response

    def _words(self, request: HttpRequest, token: str) -> list[str]:
        try:
            holder, *words = signing.loads(token, salt=self._salt, max_age=settings.MEDIA_TOKEN_SECONDS)
        except signing.BadSignature:
            raise gone() from None
        if holder != self._held_by(request):
            raise gone()
        return cast(list[str], words)

    def _held_by(self, request: HttpRequest) -> str:
        """What binds a token: a digest, so that an address tells nothing of its holder."""
        if not (holder := self.holder(request)):
            raise gone()
        return hashlib.sha256(holder.encode()).hexdigest()[:32]

    @property
    def _salt(self) -> str:
        """No token of one route opens anything at another."""
        return f"protected media: {self.route}"


def sent_range(request: HttpRequest, size: int) -> str:
    """The bytes that the answer will hold, as `first-last of size`: what is sent, not what was asked for."""
    try:
        first, last = parse_range(range_asked(request), size) or (0, size - 1)
    except ValueError:
        return "none"
    return f"{first}-{last} of {size}"


def gone() -> Missing:
    """The one answer to a token that opens nothing, whatever the reason."""
    return Missing("media_gone", "This address does not open anything (any more). Ask for a new one.")


def _response(request: HttpRequest, media: Media) -> HttpResponseBase:
    if media.location and settings.MEDIA_X_ACCEL:
        location = f"/protected/{quote(media.location)}"
        return HttpResponse(content_type="video/mp4", headers={"X-Accel-Redirect": location})
    header = range_asked(request)
    return cast(HttpResponseBase, ranged_response(media.open(), media.size, "video/mp4", header, media.until))
