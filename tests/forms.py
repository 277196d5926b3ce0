"""What a form of a page sends besides what people type."""

from django.db.models import Model

from annotations.core import shown


def seen(*rows: Model) -> dict[str, str]:
    """That these rows were read as they are now (`core.shown`)."""
    return {shown.FIELD: shown.value(*(type(row)._default_manager.get(pk=row.pk) for row in rows))}
