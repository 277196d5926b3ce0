from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from annotations.core.forms import NoteField, ReasonField
from annotations.moderation.enums import FlagCategory
from annotations.review.enums import TaskState
from annotations.review.models import Project

# As a lead wants them: what waits first.
STATES = (TaskState.SETTLING, TaskState.OPEN, TaskState.ACCEPTED, TaskState.SET_ASIDE)


class DecisionForm(forms.Form):
    """Which labels a lead decides on."""

    annotation = forms.UUIDField(widget=forms.HiddenInput)


class ReturnForm(DecisionForm):
    reason = ReasonField(help_text=_("The reviewer reads this."))


class SetAsideForm(forms.Form):
    """Why nobody shall be asked to label a clip any more."""

    reason = ReasonField(rows=2)


class FlagForm(forms.Form):
    """A lead finds that the clip is nothing to be watched."""

    category = forms.ChoiceField(
        label=_("Category"),
        choices=FlagCategory.choices,
        error_messages={"required": _("Choose a category.")},
    )
    note = NoteField()


class FilterForm(forms.Form):
    """What the adjudication list shows."""

    # The first one is what the list shows when nothing is chosen.
    state = forms.ChoiceField(
        label=_("State"),
        choices=[(state, state.label) for state in STATES],
        required=False,
    )
    project = forms.ModelChoiceField(
        Project.objects.order_by("name"), label=_("Project"), required=False, empty_label=_("Any project")
    )
    verdict = forms.ChoiceField(label=_("Verdict"), required=False)
    disagreement = forms.BooleanField(label=_("Only where verdicts differ"), required=False)

    def __init__(self, *args: Any, verdicts: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["verdict"].choices = [("", _("Any verdict")), *verdicts]  # type: ignore[attr-defined]
