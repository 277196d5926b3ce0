"""Holds are placed and released; rows stay as they are."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("clips", "0001_initial")]

    operations = [
        migrations.RemoveConstraint("hold", "hold_open_once"),
        migrations.RemoveConstraint("hold", "hold_lifted_by_somebody"),
        migrations.RenameField("hold", "lifted_at", "released_at"),
        migrations.RenameField("hold", "lifted_by", "released_by"),
        migrations.AddConstraint(
            "hold",
            models.UniqueConstraint(
                fields=["clip", "reason"], condition=Q(released_at=None), name="hold_open_once"
            ),
        ),
        migrations.AddConstraint(
            "hold",
            models.CheckConstraint(
                condition=Q(released_at=None, released_by="")
                | (Q(released_at__isnull=False) & ~Q(released_by="")),
                name="hold_released_by_somebody",
            ),
        ),
    ]
