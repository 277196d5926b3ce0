"""The page by which operators submit a clip by hand."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.views.generic import FormView

from annotations.accounts.middleware import actor_of, signed_in
from annotations.clips.forms import SubmitForm
from annotations.clips.services import receive
from annotations.core import clock
from annotations.core.errors import DomainError


class Submit(FormView):  # type: ignore[type-arg]
    template_name = "clips/submit.html"
    form_class = SubmitForm
    success_url = reverse_lazy("clips:submit")

    def get_initial(self) -> dict[str, Any]:
        now = clock.now().replace(second=0, microsecond=0)
        return {
            **super().get_initial(),
            "granted_at": now,
            "until": now.replace(year=now.year + 1, day=min(now.day, 28)),
        }

    def form_valid(self, form: SubmitForm) -> HttpResponse:
        try:
            clip, _created = receive(
                signed_in(self.request),
                actor_of(self.request),
                form.cleaned_data["file"].file,
                form.reception(),
            )
        except DomainError as error:
            form.add_error("file", error.message)
            return self.form_invalid(form)
        messages.success(
            self.request, _("Clip %(id)s received. Its faces are being hidden.") % {"id": clip.public_id}
        )
        return super().form_valid(form)
