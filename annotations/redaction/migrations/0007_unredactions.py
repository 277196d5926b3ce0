"""A request to show a region again is called an unredaction; rows stay as they are."""

from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q, deletion


class Migration(migrations.Migration):
    dependencies = [
        ("redaction", "0006_forget_dropped_words"),
        ("clips", "0002_holds_are_released"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RenameField("redactionrun", "lifted", "unredacted"),
        migrations.RemoveConstraint("lift", "lift_two_people"),
        migrations.RemoveConstraint("lift", "lift_decided_by_somebody"),
        migrations.RenameModel("Lift", "Unredaction"),
        migrations.RenameIndex("unredaction", new_name="unredaction_by_state", old_name="lift_by_state"),
        migrations.AlterField(
            "unredaction",
            "clip",
            models.ForeignKey(on_delete=deletion.PROTECT, related_name="unredactions", to="clips.clip"),
        ),
        migrations.AddConstraint(
            "unredaction",
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("asked_by")), name="unredaction_two_people"
            ),
        ),
        migrations.AddConstraint(
            "unredaction",
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "refused"]) | Q(decided_by__isnull=False),
                name="unredaction_decided_by_somebody",
            ),
        ),
    ]
