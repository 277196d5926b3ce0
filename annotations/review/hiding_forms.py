from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from annotations.core.forms import ReasonField
from annotations.redaction.enums import HidingEffect
from annotations.review.miss_rates import wilson
from annotations.vision.reidentification import ATTACKED, MOST

_LOW, _HIGH = (round(100 * end) for end in wilson(MOST, ATTACKED))
_LABELS = (
    (HidingEffect.BLUR, _("Blur (usual)")),
    (HidingEffect.FILL, _("Fill (strict)")),
    (
        HidingEffect.MOSAIC,
        format_lazy(
            _("Mosaic (people are told apart in {rate} % of tries, 95 % interval {low} to {high} %)"),
            rate=round(100 * MOST / ATTACKED),
            low=_LOW,
            high=_HIGH,
        ),
    ),
)


class HidingForm(forms.Form):
    """How faces are to be hidden, and why."""

    effect = forms.ChoiceField(label=_("From the next clip on"), choices=_LABELS, widget=forms.RadioSelect)
    reason = ReasonField()
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
