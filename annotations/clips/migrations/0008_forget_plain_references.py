from django.db import migrations

from annotations.audit.database.migrating import rewrite


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("clips", "0007_no_plain_references")]
    operations = [rewrite("clips", name) for name in ("Owner", "Device", "Clip", "Original")]
