"""Of the runs that were not verified, the last of a clip waits for a lead; the others were started again."""

from typing import Any

from django.db import migrations, models
from django.db.models import Exists, OuterRef, Q


def let_a_lead_decide(apps: Any, schema_editor: Any) -> None:
    """The runs in which the check found a face."""
    runs = apps.get_model("redaction", "RedactionRun").objects
    exposed = runs.filter(outcome="exposed")
    later = runs.filter(clip=OuterRef("clip"), pk__gt=OuterRef("pk"))
    last = list(exposed.filter(~Exists(later)).values_list("pk", flat=True))
    exposed.update(held_because="face_visible", unverified="started_again")
    exposed.filter(pk__in=last).update(unverified="waiting")


class Migration(migrations.Migration):
    dependencies = [("redaction", "0009_kinds_and_strict_passes")]

    operations = [
        migrations.RunPython(let_a_lead_decide, migrations.RunPython.noop),
        migrations.AddConstraint(
            "redactionrun",
            models.CheckConstraint(
                condition=Q(outcome="exposed") | Q(unverified="", held_because=""),
                name="redactionrun_held_as_exposed",
            ),
        ),
        migrations.AddIndex(
            "redactionrun",
            models.Index(
                condition=Q(unverified="waiting"), fields=["finished_at"], name="redactionrun_waits_for_lead"
            ),
        ),
    ]
