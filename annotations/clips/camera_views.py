"""Pages on which operators say what is known of a camera. They show none of its pictures."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.http import require_safe

from annotations.accounts.middleware import actor_of
from annotations.accounts.people import people_by_pseudonym
from annotations.clips import selectors
from annotations.clips.camera_forms import CameraForm
from annotations.clips.camera_preview import preview
from annotations.clips.models import Device
from annotations.clips.references import references_of
from annotations.clips.services import set_camera
from annotations.core.errors import DomainError

PAGE = 50


@require_safe
def cameras(request: HttpRequest) -> HttpResponse:
    """The cameras that are known, and what is known of them."""
    reference = request.GET.get("reference", "").strip()
    page = Paginator(selectors.devices(reference), PAGE).get_page(request.GET.get("page"))
    called = references_of(page.object_list)
    rows = [(device, called.get(device.pk, device.pseudonym)) for device in page.object_list]
    context = {"page": page, "reference": reference, "rows": rows}
    return render(request, "clips/cameras.html", context)


class CameraPage(View):
    """One camera: what was stated, and a form to state it anew. `preview` shows a statement and keeps nothing."""

    def get(self, request: HttpRequest, device_id: uuid.UUID) -> HttpResponse:
        device = _device(device_id)
        form = CameraForm(initial=CameraForm.stating(selectors.camera_of(device)))
        return _page(request, device, form)

    def post(self, request: HttpRequest, device_id: uuid.UUID) -> HttpResponse:
        device = _device(device_id)
        form = CameraForm(request.POST)
        if not form.is_valid():
            return _page(request, device, form, 400)
        sent = form.cleaned_data
        if "preview" in request.POST:
            return _page(request, device, form)
        try:
            set_camera(device, sent["camera"], actor_of(request), version=sent["version"])
        except DomainError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, _("Kept. It holds for every pass from now on."))
        return redirect("clips:camera", device.pk)


def _device(device_id: uuid.UUID) -> Device:
    return get_object_or_404(Device.objects.select_related("owner"), pk=device_id)


def _page(request: HttpRequest, device: Device, form: CameraForm, status: int = 200) -> HttpResponse:
    kept = selectors.camera_of(device)
    stated = form.cleaned_data.get("camera") if form.is_bound and form.is_valid() else None
    versions = list(device.camera_versions.order_by("-version")[:20])
    context: dict[str, Any] = {
        "device": device,
        "reference": references_of([device]).get(device.pk),
        "form": form,
        "preview": preview(stated or kept, selectors.stored_shape(device)),
        "is_kept": stated is None,
        "versions": versions,
        "people": people_by_pseudonym({version.set_by for version in versions}),
        "waiting": selectors.waiting_for_redaction(device),
    }
    return render(request, "clips/camera.html", context, status=status)
