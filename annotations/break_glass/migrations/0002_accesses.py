from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def rename_event(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Approvals that wait to be delivered: the copies are made all the same."""
    for event in apps.get_model("core", "Outbox").objects.filter(type="privacy.glass_approved"):
        event.type, event.payload = "break_glass.approved", {"access": event.payload["request"]}
        event.save(update_fields=["type", "payload"])


class Migration(migrations.Migration):
    dependencies = [
        ("break_glass", "0001_break_glass"),
        ("core", "0001_initial"),
    ]

    operations = [
        migrations.RenameModel("BreakGlass", "BreakGlassAccess"),
        migrations.AlterModelTable("breakglassaccess", None),
        migrations.RunPython(rename_event, migrations.RunPython.noop),
    ]
