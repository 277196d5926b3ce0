from django.db import migrations

from annotations.audit.database.migrating import rewrite


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("review", "0002_words_are_on_the_log")]
    operations = [rewrite("review", "Adjudication")]
