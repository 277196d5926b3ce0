from django.db import migrations

from annotations.audit.database.migrating import rewrite


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("review", "0005_no_plain_drafts")]
    operations = [rewrite("review", name) for name in ("Draft", "Annotation")]
