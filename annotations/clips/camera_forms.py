"""What is known of a camera, as an operator states it: without any of its pictures."""

from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from annotations.clips.camera_rules import aspect_in_words, stated_camera
from annotations.core.errors import Invalid
from annotations.vision.camera import Camera

_TURNS: tuple[tuple[int, str | Promise], ...] = (
    (0, _("As it is")),
    (1, _("Turned to the left by a quarter")),
    (2, _("Turned by a half: it hangs from the ceiling")),
    (3, _("Turned to the right by a quarter")),
)


class CameraForm(forms.Form):
    """`cleaned_data["camera"]` is the statement."""

    quarter_turns = forms.TypedChoiceField(label=_("The picture stands upright"), choices=_TURNS, coerce=int)
    aspect = forms.CharField(
        label=_("Shape of the picture"),
        max_length=9,
        required=False,
        help_text=_("Width to height, like 16:9, as the recorder means it. Empty: as the files say."),
    )
    zones = forms.CharField(
        label=_("Privacy zones"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "autocomplete": "off"}),
        help_text=_(
            "One a line: its corners, each as left,top in shares of the upright picture, from 0,0 (top left) to 1,1. "
            "Example: 0,0 0.35,0 0.35,0.5 0,0.5"
        ),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def clean(self) -> dict[str, Any] | None:
        data = super().clean() or {}
        if self.errors:
            return data
        try:
            data["camera"] = stated_camera(
                {
                    "quarter_turns": data["quarter_turns"],
                    "aspect": data["aspect"].strip(),
                    "zones": [_corners(line) for line in data["zones"].splitlines() if line.strip()],
                }
            )
        except Invalid as error:
            field = "aspect" if error.code == "aspect_invalid" else "zones"
            self.add_error(field, forms.ValidationError(error.message, code=error.code))
        return data

    @staticmethod
    def stating(camera: Camera) -> dict[str, Any]:
        """Initial values that state this."""
        lines = (" ".join(f"{x:g},{y:g}" for x, y in zone) for zone in camera.zones)
        return {
            "quarter_turns": camera.quarter_turns,
            "aspect": aspect_in_words(camera.aspect),
            "zones": "\n".join(lines),
            "version": camera.version,
        }


def _corners(line: str) -> list[list[float]]:
    """The corners on a line. Raises Invalid `zone_invalid`."""
    try:
        return [[float(number) for number in corner.split(",")] for corner in line.split()]
    except ValueError:
        raise Invalid(
            "zone_invalid", f"“{line.strip()[:60]}” is no list of corners like 0,0 0.35,0 0.35,0.5."
        ) from None
