from typing import Any

from django.db import migrations

from annotations.audit.database import append_only, enqueueing


def make_append_only(apps: Any, schema_editor: Any) -> None:
    for table, same in (append_only.TREE | append_only.ACCOUNTS).items():
        append_only.guard(schema_editor, table, same)
    enqueueing.install(schema_editor)


class Migration(migrations.Migration):
    """Cannot be taken back: there is no way for a log's tree to become changeable."""

    dependencies = [("audit", "0003_tree")]
    operations = [migrations.RunPython(make_append_only)]
