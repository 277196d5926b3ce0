from django.db import migrations

from annotations.audit.database.migrating import LOG, leave_to_the_log


class Migration(migrations.Migration):
    dependencies = [("review", "0001_initial"), LOG]
    operations = [
        leave_to_the_log(
            "review", "Adjudication", "note", ("review.returned",), key="annotation", by="annotation_id"
        ),
        migrations.RemoveConstraint(model_name="adjudication", name="adjudication_return_says_why"),
        migrations.RemoveField(model_name="adjudication", name="note"),
    ]
