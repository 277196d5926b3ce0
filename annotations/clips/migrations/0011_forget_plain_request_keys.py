from django.db import migrations

from annotations.audit.database.migrating import rewrite


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("clips", "0010_no_plain_request_keys")]
    operations = [rewrite("clips", "Submission")]
