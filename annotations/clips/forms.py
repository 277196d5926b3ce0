from typing import Any

from django import forms
from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from annotations.clips.rules import EXTENSIONS, HIGHEST_STATED_RATE, LOWEST_STATED_RATE, consent_terms
from annotations.clips.services import Reception
from annotations.core import clock
from annotations.core.errors import DomainError


class SubmitForm(forms.Form):
    """One clip, by hand."""

    file = forms.FileField(
        label=_("Video file"),
        allow_empty_file=True,
        help_text=format_lazy(
            _("At most {seconds} s, {megabytes} MB, {megapixels} megapixels."),
            seconds=settings.CLIP_MAX_SECONDS,
            megabytes=settings.CLIP_MAX_BYTES // 1_000_000,
            megapixels=settings.CLIP_MAX_PIXELS / 1_000_000,
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ",".join(sorted(EXTENSIONS))}),
    )
    owner = forms.CharField(
        label=_("Owner reference"),
        max_length=200,
        help_text=_("Your own reference of the household. Reviewers never see it."),
    )
    device = forms.CharField(label=_("Device reference"), max_length=200, required=False)
    accept_partial = forms.BooleanField(label=_("Take what decodes of a cut or damaged file"), required=False)
    frame_rate = forms.FloatField(
        label=_("Frames a second"),
        required=False,
        min_value=LOWEST_STATED_RATE,
        max_value=HIGHEST_STATED_RATE,
        help_text=_("Only for a bare stream (.h264, .h265): other files tell it themselves."),
    )
    notice_version = forms.CharField(label=_("Notice version"), max_length=64, initial="2026-01")
    purposes = forms.MultipleChoiceField(
        label=_("Purposes that the owner agreed to"),
        choices=[("troubleshooting", _("Troubleshooting")), ("training", _("Training"))],
        widget=forms.CheckboxSelectMultiple,
    )
    granted_at = forms.DateTimeField(
        label=_("Granted at (UTC)"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    until = forms.DateTimeField(
        label=_("Until (UTC)"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def clean(self) -> dict[str, Any] | None:
        data = super().clean() or {}
        if not self.errors:
            try:
                data["consent"] = consent_terms(
                    notice_version=data["notice_version"],
                    purposes=data["purposes"],
                    granted_at=data["granted_at"],
                    until=data["until"],
                    now=clock.now(),
                )
            except DomainError as error:
                raise forms.ValidationError(error.message, code=error.code) from error
        return data

    def reception(self) -> Reception:
        data = self.cleaned_data
        return Reception(
            filename=data["file"].name,
            size=data["file"].size,
            consent=data["consent"],
            owner=data["owner"],
            device=data["device"],
            accept_partial=data["accept_partial"],
            frame_rate=data["frame_rate"],
        )
