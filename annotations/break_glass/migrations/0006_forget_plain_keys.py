from django.db import migrations

from annotations.audit.database.migrating import rewrite


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("break_glass", "0005_sealed_keys")]
    operations = [rewrite("break_glass", "BreakGlassAccess")]
