"""The answer to an access request: as a letter, as JSON, and as the archive that has both beside the clips."""

import uuid
from typing import Any

import orjson
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from annotations.accounts.middleware import actor_of
from annotations.audit.actors import Actor
from annotations.audit.sequencing.awaiting import await_checkpoint
from annotations.core.errors import DomainError
from annotations.rights import selectors, services
from annotations.rights.answer.archive import Archive
from annotations.rights.models import AccessRequest


@require_safe
@never_cache
def access_answer(request: HttpRequest, request_id: uuid.UUID) -> HttpResponse:
    """The answer as a letter to be read, printed or saved as PDF."""
    found = get_object_or_404(AccessRequest, pk=request_id)
    try:
        answer = _taken_out(found, "html", actor_of(request))
    except DomainError as error:
        return _not_served(request, found, error)
    return render(request, "rights/access_answer.html", {"found": found, "answer": answer})


@require_safe
@never_cache
def access_answer_file(request: HttpRequest, request_id: uuid.UUID) -> HttpResponse:
    """The answer as JSON, to be taken elsewhere (GDPR, Art. 20)."""
    found = get_object_or_404(AccessRequest, pk=request_id)
    try:
        answer = _taken_out(found, "json", actor_of(request))
    except DomainError as error:
        return _not_served(request, found, error)
    return HttpResponse(
        orjson.dumps(answer, option=orjson.OPT_INDENT_2),
        content_type="application/json",
        headers=_attachment(found, "json"),
    )


@require_safe
@never_cache
def access_answer_archive(request: HttpRequest, request_id: uuid.UUID) -> HttpResponseBase:
    """Letter, JSON and the clips with bystanders hidden (Art. 15(3)), written as it is sent."""
    found, actor = get_object_or_404(AccessRequest, pk=request_id), actor_of(request)
    try:
        answer = _taken_out(found, "zip", actor)
    except DomainError as error:
        return _not_served(request, found, error)
    archive = Archive(answer, {"found": found}, actor)
    return StreamingHttpResponse(
        archive.blocks(),
        content_type="application/zip",
        # Whoever stands in front is not to keep it in a file.
        headers={**_attachment(found, "zip"), "X-Accel-Buffering": "no"},
    )


def _attachment(found: AccessRequest, suffix: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="answer-{found.subject}.{suffix}"'}


def _taken_out(found: AccessRequest, kind: str, actor: Actor) -> dict[str, Any]:
    """The answer, once the log has sealed that it is taken out."""
    answer = selectors.answer_of(found)
    await_checkpoint(services.record_answer_served(found, kind, actor))
    return answer


def _not_served(request: HttpRequest, found: AccessRequest, error: DomainError) -> HttpResponse:
    messages.error(request, error.message)
    return redirect("rights:access_request", found.pk)
