import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import annotations.core.clock
import annotations.core.ids


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_taken_over"),
    ]

    operations = [
        migrations.CreateModel(
            name="Factor",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=annotations.core.ids.random_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("app", "App that shows codes"), ("passkey", "Passkey")], max_length=16
                    ),
                ),
                ("name", models.CharField(max_length=50)),
                ("made_at", models.DateTimeField(default=annotations.core.clock.now)),
                ("used_at", models.DateTimeField(null=True)),
                ("sealed", models.BinaryField(null=True)),
                ("last_step", models.BigIntegerField(default=0)),
                ("credential_id", models.BinaryField(max_length=1023, null=True, unique=True)),
                ("credential", models.BinaryField(null=True)),
                ("signatures", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="RecoveryCode",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=annotations.core.ids.random_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("digest", models.CharField(max_length=64)),
                ("made_at", models.DateTimeField(default=annotations.core.clock.now)),
                ("used_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="accountproposal",
            name="accountproposal_kind_known",
        ),
        migrations.AddField(
            model_name="user",
            name="codes_from",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="user",
            name="factors_taken_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="user",
            name="wrong_codes",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name="accountproposal",
            name="kind",
            field=models.CharField(
                choices=[
                    ("open", "Open the account"),
                    ("change_role", "Change the role"),
                    ("new_link", "Make a new sign-in link"),
                    ("take_factors", "Take away the second factors"),
                ],
                max_length=16,
            ),
        ),
        migrations.AlterField(
            model_name="accountproposal",
            name="state",
            field=models.CharField(
                choices=[
                    ("waiting", "Waiting for a second person"),
                    ("agreed", "Agreed"),
                    ("refused", "Refused"),
                    ("taken_back", "Taken back"),
                    ("lapsed", "Dropped, as the account was closed"),
                ],
                default="waiting",
                max_length=16,
            ),
        ),
        migrations.AddConstraint(
            model_name="accountproposal",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["open", "change_role", "new_link", "take_factors"])),
                name="accountproposal_kind_known",
            ),
        ),
        migrations.AddField(
            model_name="factor",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="factors",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="recoverycode",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="recovery_codes",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="factor",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("credential", None),
                        ("credential_id", None),
                        ("kind", "app"),
                        ("sealed__isnull", False),
                    ),
                    models.Q(
                        ("credential__isnull", False),
                        ("credential_id__isnull", False),
                        ("kind", "passkey"),
                        ("sealed", None),
                    ),
                    _connector="OR",
                ),
                name="factor_whole",
            ),
        ),
    ]
