from typing import Any

from django.db import migrations

from annotations.audit import subjects
from annotations.audit.database.migrating import seal_rows


def seal(apps: Any, schema_editor: Any) -> None:
    """The data keys that are there."""
    rows = apps.get_model("break_glass", "BreakGlassAccess").objects.exclude(wrapped_key=None)
    seal_rows(rows.select_related("clip"), ["wrapped_key"], _key)


def _key(row: Any) -> dict[str, tuple[str, bytes]]:
    return {"wrapped_key": (subjects.of_clip(row.clip.public_id), bytes(row.wrapped_key))}


class Migration(migrations.Migration):
    """Cannot be taken back: there is no way for what is sealed to become plain again."""

    dependencies = [("break_glass", "0004_no_begun_at"), ("clips", "0006_sealed")]
    operations = [migrations.RunPython(seal)]
