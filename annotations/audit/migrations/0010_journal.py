from typing import Any

from django.db import migrations, models

from annotations.audit.database import append_only


def make_append_only(apps: Any, schema_editor: Any) -> None:
    append_only.guard(schema_editor, append_only.JOURNAL, ("number = NEW.number",))


class Migration(migrations.Migration):
    """What the journal tells, by its lines: an installation of before has none, and begins one with its next act."""

    dependencies = [("audit", "0009_epochs")]
    operations = [
        migrations.CreateModel(
            name="JournalLine",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("digest", models.CharField(max_length=64)),
            ],
        ),
        migrations.RunPython(make_append_only, migrations.RunPython.noop),
    ]
