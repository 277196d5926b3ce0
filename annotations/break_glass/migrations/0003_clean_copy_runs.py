"""Copies for break-glass access are made by runs, as all that workers do."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

import annotations.core.clock
import annotations.core.ids


def queue_missing_copies(apps: Any, editor: Any) -> None:
    """A run for each approved access that waits for its copy."""
    accesses = apps.get_model("break_glass", "BreakGlassAccess").objects.filter(state="approved", name="")
    runs = apps.get_model("break_glass", "CleanCopyRun").objects
    runs.bulk_create(runs.model(pk=access.pk, access=access) for access in accesses)


class Migration(migrations.Migration):
    dependencies = [
        ("break_glass", "0002_accesses"),
    ]

    operations = [
        migrations.CreateModel(
            name="CleanCopyRun",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=annotations.core.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Queued"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                        ],
                        default="queued",
                        max_length=16,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("token", models.UUIDField(null=True)),
                ("lease_until", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(default=annotations.core.clock.now)),
                ("woken_at", models.DateTimeField(default=annotations.core.clock.now)),
                ("finished_at", models.DateTimeField(null=True)),
                ("stage", models.CharField(blank=True, max_length=32)),
                ("progress", models.PositiveSmallIntegerField(default=0)),
                ("failure_code", models.CharField(blank=True, max_length=64)),
                ("failure_message", models.TextField(blank=True)),
                (
                    "access",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="copy_run",
                        to="break_glass.breakglassaccess",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["queued", "running"])),
                        fields=["woken_at"],
                        name="cleancopyrun_unfinished",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "running"), _negated=True),
                            models.Q(("lease_until__isnull", False), ("token__isnull", False)),
                            _connector="OR",
                        ),
                        name="cleancopyrun_running_has_lease",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "failed"), _negated=True),
                            models.Q(("failure_code", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="cleancopyrun_failed_says_why",
                    ),
                ],
            },
        ),
        migrations.RunPython(queue_missing_copies, migrations.RunPython.noop),
    ]
