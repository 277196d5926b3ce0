from typing import Any

from django.db import migrations, models

from annotations.audit import details
from annotations.audit.subject_keys import store


def encrypt(apps: Any, schema_editor: Any) -> None:
    """Details written so far: salt and words stay what their entries committed to."""
    for detail in apps.get_model("audit", "EntryDetail").objects.iterator():
        key = store().ensure(detail.subject)
        detail.key = key.id
        salted = bytes(detail.salt) + bytes(detail.detail)
        detail.sealed = details.encrypt(detail.entry, detail.subject, key, salted)
        detail.save(update_fields=["key", "sealed"])


class Migration(migrations.Migration):
    """Cannot be taken back: there is no way for encrypted details to become plain again."""

    dependencies = [("audit", "0004_tree_append_only")]
    operations = [
        migrations.AddField("entrydetail", "key", models.UUIDField(null=True)),
        migrations.AddField("entrydetail", "sealed", models.BinaryField(null=True)),
        migrations.RunPython(encrypt),
        migrations.RemoveField("entrydetail", "salt"),
        migrations.RemoveField("entrydetail", "detail"),
        migrations.AlterField("entrydetail", "key", models.UUIDField()),
        migrations.AlterField("entrydetail", "sealed", models.BinaryField()),
        migrations.AddIndex("entrydetail", models.Index(fields=["subject"], name="entrydetail_subject")),
    ]
