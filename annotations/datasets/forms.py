import datetime
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from annotations.core import clock
from annotations.core.forms import ReasonField
from annotations.datasets.enums import DeletionStatement
from annotations.datasets.filters import Filters
from annotations.datasets.selectors import schema_choices
from annotations.review.models import Project

_BOUNDS = [
    MinValueValidator(clock.EARLIEST, _("Choose a day after the year 1999.")),
    MaxValueValidator(clock.LATEST, _("Choose a day before the year 2200.")),
]


MOST_REQUESTS = 500  # answered at once


class DeletionForm(forms.Form):
    """What became of the copies of items that were erased. Who cannot delete them says why."""

    statement = forms.ChoiceField(
        label=_("What became of your copies?"),
        choices=DeletionStatement.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Say what became of your copies.")},
    )
    reason = ReasonField(
        label=_("Reason or note"),
        rows=2,
        required=False,
        help_text=_("Needed when it cannot be deleted. It is kept on the log."),
    )


class DatasetForm(forms.Form):
    """A new dataset; what it asks for is chosen on its own page."""

    name = forms.CharField(label=_("Name"), max_length=100)
    description = forms.CharField(
        label=_("Description"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    project = forms.ModelChoiceField(
        label=_("Project"), queryset=Project.objects.order_by("name"), empty_label=None
    )


class FiltersForm(forms.Form):
    """What a dataset of `project` asks for."""

    verdicts = forms.MultipleChoiceField(
        label=_("Verdicts"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: all."),
    )
    labels = forms.MultipleChoiceField(
        label=_("With an event or track"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: with or without any."),
    )
    first_day = forms.DateField(
        label=_("Received from (UTC)"),
        required=False,
        validators=_BOUNDS,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    last_day = forms.DateField(
        label=_("Received until (UTC)"),
        required=False,
        validators=_BOUNDS,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, project: Project, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in schema_choices(project).items():
            self.fields[name].choices = choices  # type: ignore[attr-defined]

    @classmethod
    def showing(cls, project: Project, filters: Filters) -> "FiltersForm":
        return cls(
            project,
            initial={
                "verdicts": filters.verdicts,
                "labels": filters.labels,
                "first_day": filters.first_day,
                "last_day": filters.last_day,
            },
        )

    def clean(self) -> dict[str, Any] | None:
        data = super().clean() or {}
        first: datetime.date | None = data.get("first_day")
        last: datetime.date | None = data.get("last_day")
        if first and last and first > last:
            self.add_error("last_day", _("The last day is before the first one."))
        return data

    @property
    def filters(self) -> Filters:
        data = self.cleaned_data
        return Filters(tuple(data["verdicts"]), tuple(data["labels"]), data["first_day"], data["last_day"])
