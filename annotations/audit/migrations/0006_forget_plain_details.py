from typing import Any

from django.db import migrations


def rewrite(apps: Any, schema_editor: Any) -> None:
    """Plain details that were encrypted a moment ago still lie in free pages of the database's file."""
    if not apps.get_model("audit", "EntryDetail").objects.exists():
        return
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("VACUUM")
        schema_editor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    else:
        schema_editor.execute("VACUUM FULL audit_entrydetail")


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("audit", "0005_encrypted_details")]
    operations = [migrations.RunPython(rewrite, migrations.RunPython.noop)]
