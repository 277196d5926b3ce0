from typing import Any

from django.db import migrations, models

from annotations.audit.database import append_only


def make_append_only(apps: Any, schema_editor: Any) -> None:
    for table, same in append_only.EPOCHS.items():
        append_only.guard(schema_editor, table, same)


class Migration(migrations.Migration):
    dependencies = [("audit", "0008_index_of_viewers")]

    operations = [
        migrations.CreateModel(
            name="Epoch",
            fields=[
                ("number", models.IntegerField(primary_key=True, serialize=False)),
                ("restored", models.BigIntegerField()),
                ("signed", models.BigIntegerField()),
                ("lost", models.TextField()),
                ("declaration", models.TextField()),
                ("declared_at", models.DateTimeField()),
                ("declared_by", models.CharField(max_length=64)),
                ("agreed_by", models.CharField(max_length=64)),
            ],
        ),
        migrations.RunPython(make_append_only),
    ]
