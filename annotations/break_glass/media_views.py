"""The bytes of an original without redaction: a clean copy of it, to one person's session, sealed on the log first."""

import os
import uuid
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import RawPostDataException
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET, require_POST

from annotations.accounts.holders import holder_of
from annotations.accounts.models import User
from annotations.audit.sequencing.awaiting import await_checkpoint
from annotations.break_glass import selectors, services
from annotations.break_glass.models import BreakGlassAccess
from annotations.clips import vault
from annotations.core.errors import DomainError, Invalid
from annotations.core.protected_media import Media, ProtectedMedia, gone, sent_range
from annotations.core.wrapping import Damaged
from annotations.review.serializers import WatchedSerializer


@require_POST
def token(request: HttpRequest, access_id: uuid.UUID) -> HttpResponse:
    """The address of the bytes, for this session and at most a minute."""
    try:
        access, entry = services.grant_view(access_id, _person(request))
        await_checkpoint(entry)
    except DomainError as error:
        return JsonResponse(error.as_dict(), status=error.status)
    address = _MEDIA.address(request, str(access.pk))
    return JsonResponse(
        {"url": address.url, "expires_at": address.expires_at}, headers={"Cache-Control": "no-store"}
    )


@require_GET
def media(request: HttpRequest, token: str) -> HttpResponseBase:
    """The copy that the token opens. A signed checkpoint covers the entry of this delivery before the first byte."""
    return _MEDIA.serve(request, token)


@require_POST
def watched(request: HttpRequest, access_id: uuid.UUID) -> HttpResponse:
    """Takes what the browser says was on screen, and answers whether the access still stands."""
    person = _person(request)
    try:
        if ranges := _ranges(request):
            services.record_watched(access_id, person, ranges)
    except DomainError as error:
        return JsonResponse(error.as_dict(), status=error.status)
    access = get_object_or_404(selectors.accesses(person), pk=access_id)
    return JsonResponse({"stands": selectors.stands(access)})


def _admit(request: HttpRequest, identifier: str) -> Media:
    """The copy, its delivery sealed on the log. Missing when it is not to be seen (any more)."""
    access = (
        BreakGlassAccess.objects.select_related("clip")
        .filter(pk=identifier, asked_by=request.user.pk)
        .exclude(name="")
        .first()
    )
    if access is None or access.bytes is None:
        raise gone()
    try:
        # Read first, served later: what cannot be read is not told as delivered.
        with vault.decrypted(access.clip, access.name, access.key_id, access.wrapped_key) as plain:
            entry = services.record_served(access.pk, _person(request), sent_range(request, access.bytes))
            await_checkpoint(entry)
            # The seal took its time: whoever was stopped meanwhile gets nothing.
            _check(access)
            body = os.fdopen(os.dup(plain.fileno()), "rb")
    except (Damaged, OSError):
        raise gone() from None
    return Media(access.bytes, lambda: body, until=access.until)


_MEDIA = ProtectedMedia("break_glass:media", _admit, holder_of)


def _check(served: BreakGlassAccess) -> None:
    access = BreakGlassAccess.objects.filter(pk=served.pk).first()
    if access is None or not selectors.stands(access):
        raise gone()


def _ranges(request: HttpRequest) -> Any:
    wrong = Invalid("invalid_ranges", "Watched ranges are pairs of seconds inside the clip.")
    try:
        if not request.body:
            return []
        sent = WatchedSerializer(data=orjson.loads(request.body))
    except (orjson.JSONDecodeError, RawPostDataException):  # no JSON, or a form, which was read before
        raise wrong from None
    if not sent.is_valid():
        raise wrong
    return sent.validated_data["ranges"]


def _person(request: HttpRequest) -> User:
    return get_object_or_404(User, pk=request.user.pk)
