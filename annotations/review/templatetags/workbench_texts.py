"""What the labeling page's scripts say, in the reader's language."""

from django import template
from django.utils.translation import gettext as _

register = template.Library()


@register.simple_tag
def workbench_texts() -> dict[str, str]:
    """Return the sentences by their key; `{name}` in one is filled in by the script."""
    return {
        "saved": _("Saved"),
    }
