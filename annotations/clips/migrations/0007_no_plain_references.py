from functools import partial

from django.db import migrations, models

from annotations.core import ids


class Migration(migrations.Migration):
    """Takes away what 0006 has sealed, and counts duplicates by owner."""

    dependencies = [("clips", "0006_sealed")]
    operations = [
        migrations.RemoveConstraint("owner", "owner_once"),
        migrations.RemoveConstraint("device", "device_once"),
        migrations.RemoveConstraint("clip", "clip_once_per_submitter"),
        migrations.RemoveField("owner", "reference"),
        migrations.RemoveField("device", "reference"),
        migrations.RemoveField("clip", "sha256"),
        migrations.AlterField(
            "device",
            "pseudonym",
            models.CharField(max_length=64, unique=True, default=partial(ids.pseudonym, "d"), editable=False),
        ),
        migrations.AddConstraint(
            "owner", models.UniqueConstraint(fields=["submitter", "lookup"], name="owner_once")
        ),
        migrations.AddConstraint(
            "device", models.UniqueConstraint(fields=["owner", "lookup"], name="device_once")
        ),
        migrations.AddConstraint(
            "clip",
            models.UniqueConstraint(
                fields=["owner", "content_lookup"],
                condition=models.Q(standing=True),
                name="clip_once_per_owner",
            ),
        ),
        migrations.AddIndex("clip", models.Index(fields=["content_lookup"], name="clip_content")),
    ]
