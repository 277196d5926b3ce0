"""Form fields that every context uses."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from annotations.core.errors import Invalid
from annotations.core.reasons import LONGEST, SHORTEST, checked_note, checked_reason, optional_reason


class _WordsField(forms.CharField):
    """Words that `check` trims and refuses with a sentence of its own; the browser is told the same bounds."""

    def __init__(
        self, check: Callable[[str], str], *, rows: int, bounds: dict[str, int], required: bool, **kwargs: Any
    ) -> None:
        widget = forms.Textarea(attrs={"rows": rows, **bounds})
        super().__init__(required=required, widget=widget, **kwargs)
        self.check = check

    def clean(self, value: Any) -> str:
        """Raises ValidationError with the code and the sentence of the rule."""
        words = self.to_python(value) or ""
        self.run_validators(words)
        try:
            return self.check(words)
        except Invalid as error:
            raise forms.ValidationError(error.message, error.code) from None


class ReasonField(_WordsField):
    """Why somebody acts, by the rule of `core.reasons`; with `required=False` nothing at all is fine, too."""

    def __init__(self, *, rows: int = 3, required: bool = True, **kwargs: Any) -> None:
        check = checked_reason if required else optional_reason
        bounds = {"minlength": SHORTEST, "maxlength": LONGEST}
        super().__init__(
            check, rows=rows, bounds=bounds, required=required, **{"label": _("Reason"), **kwargs}
        )


class NoteField(_WordsField):
    """Words that may go with a choice."""

    def __init__(self, *, rows: int = 2, **kwargs: Any) -> None:
        bounds = {"maxlength": LONGEST}
        super().__init__(
            checked_note, rows=rows, bounds=bounds, required=False, **{"label": _("Note"), **kwargs}
        )
