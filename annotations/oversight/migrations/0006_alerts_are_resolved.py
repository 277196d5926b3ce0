from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("oversight", "0005_tables_of_oversight")]

    operations = [
        migrations.RemoveConstraint("alert", "alert_settled_by_somebody"),
        migrations.RenameField("alert", "settled_by", "resolved_by"),
        migrations.RenameField("alert", "settled_at", "resolved_at"),
        migrations.RenameField("alert", "settled_entry", "resolved_entry"),
        migrations.AddConstraint(
            "alert",
            models.CheckConstraint(
                condition=Q(state__in=["open", "taken"], resolved_by="", resolved_at=None)
                | (Q(state__in=["explained", "escalated"], resolved_at__isnull=False) & ~Q(resolved_by="")),
                name="alert_resolved_by_somebody",
            ),
        ),
    ]
