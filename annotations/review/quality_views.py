"""The redaction-quality page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from annotations.review import redaction_quality as page


@require_safe
def redaction_quality(request: HttpRequest) -> HttpResponse:
    """How often reviewers find a face that the redaction missed."""
    return render(request, "review/redaction_quality.html", page.report())
