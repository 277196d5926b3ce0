"""API keys get names, scopes and networks; tries to sign in are counted in a table of the site's own.

Keys that exist keep opening what they opened: all that the role of their account may do by API. The table in which
django-axes counted goes: it held addresses.
"""

import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

_SCOPES = {
    "submitter": "submit_clips, read_progress, describe_cameras",
    "operator": "submit_clips, read_progress, read_metrics",
    "ml_engineer": "download_releases, confirm_deletions",
}
_OF_AXES = (
    "axes_accessattemptexpiration",
    "axes_accessattempt",
    "axes_accessfailurelog",
    "axes_accesslog",
)


def give_scopes(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for role, scopes in _SCOPES.items():
        apps.get_model("accounts", "ApiKey").objects.filter(user__role=role).update(scopes=scopes)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_by_provider")]

    operations = [
        migrations.AddField("apikey", "name", models.CharField(blank=True, max_length=64)),
        migrations.AddField("apikey", "networks", models.CharField(blank=True, max_length=500)),
        migrations.AddField(
            "apikey",
            "replaced_by",
            models.OneToOneField(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="replaces",
                to="accounts.apikey",
            ),
        ),
        migrations.AddField("apikey", "scopes", models.CharField(blank=True, max_length=300)),
        migrations.AddField("apikey", "used_from", models.CharField(blank=True, max_length=64)),
        migrations.RunPython(give_scopes, migrations.RunPython.noop),
        migrations.CreateModel(
            name="ThrottleCount",
            fields=[
                ("key", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("failures", models.PositiveIntegerField(default=0)),
                ("failed_at", models.DateTimeField(db_index=True)),
                ("free_at", models.DateTimeField()),
            ],
        ),
        *(migrations.RunSQL(f"DROP TABLE IF EXISTS {table}", migrations.RunSQL.noop) for table in _OF_AXES),
        migrations.RunSQL("DELETE FROM django_migrations WHERE app = 'axes'", migrations.RunSQL.noop),
    ]
