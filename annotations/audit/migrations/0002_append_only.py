from typing import Any

from django.db import migrations

from annotations.audit.database import append_only


def make_append_only(apps: Any, schema_editor: Any) -> None:
    append_only.install(schema_editor)


class Migration(migrations.Migration):
    """Cannot be taken back: there is no way for a log to become changeable."""

    dependencies = [("audit", "0001_initial")]
    operations = [migrations.RunPython(make_append_only)]
