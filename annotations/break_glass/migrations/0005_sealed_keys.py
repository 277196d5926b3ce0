from typing import Any

from django.db import migrations
from django.db.models import F

from annotations.audit import subjects
from annotations.audit.database.migrating import seal_rows, unseal_rows


def seal(apps: Any, schema_editor: Any) -> None:
    """The data keys that are there."""
    seal_rows(
        _rows(apps), ["wrapped_key"], lambda row: {"wrapped_key": (_subject(row), bytes(row.wrapped_key))}
    )


def unseal(apps: Any, schema_editor: Any) -> None:
    unseal_rows(_rows(apps), "wrapped_key", _subject)


def _rows(apps: Any) -> Any:
    return (
        apps.get_model("break_glass", "BreakGlassAccess")
        .objects.exclude(wrapped_key=None)
        .annotate(public_id=F("clip__public_id"))
    )


def _subject(row: Any) -> str:
    return subjects.of_clip(row.public_id)


class Migration(migrations.Migration):
    dependencies = [("break_glass", "0004_no_begun_at"), ("clips", "0006_sealed")]
    operations = [migrations.RunPython(seal, unseal)]
