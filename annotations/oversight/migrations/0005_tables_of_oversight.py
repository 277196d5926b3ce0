from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

EVENTS = {
    "privacy.log_check_requested": "oversight.log_check_requested",
    "privacy.log_anchor_requested": "oversight.log_anchor_requested",
}


def rename_events(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Events that wait to be delivered keep being delivered."""
    for old, new in EVENTS.items():
        apps.get_model("core", "Outbox").objects.filter(type=old).update(type=new)


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0001_initial"),
        ("oversight", "0004_alert_series"),
    ]

    operations = [
        migrations.RenameModel("SavedView", "SavedSearch"),
        migrations.RenameModel("LogProgress", "AlertScanProgress"),
        migrations.AlterModelTable("savedsearch", None),
        migrations.AlterModelTable("alertscanprogress", None),
        migrations.AlterModelTable("alert", None),
        migrations.AlterModelTable("alertrule", None),
        migrations.AlterModelTable("awaitedscope", None),
        migrations.AlterModelTable("viewtally", None),
        migrations.AlterModelTable("logrun", None),
        migrations.RunPython(rename_events, migrations.RunPython.noop),
    ]
