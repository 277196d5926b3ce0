"""The hidden field that says what a page showed."""

from django import template
from django.db.models import Model
from django.utils.html import format_html
from django.utils.safestring import SafeString

from annotations.core import shown

register = template.Library()


@register.simple_tag(name="shown")
def shown_field(*rows: Model | None) -> SafeString:
    """The field for a form that decides on these rows."""
    return format_html('<input type="hidden" name="{}" value="{}">', shown.FIELD, shown.value(*rows))
