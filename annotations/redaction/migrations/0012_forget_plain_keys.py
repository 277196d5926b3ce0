from django.db import migrations

from annotations.audit.database.migrating import rewrite


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("redaction", "0011_sealed_keys")]
    operations = [rewrite("redaction", "TrainingExample")]
