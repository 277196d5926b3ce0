from django.db import migrations

from annotations.audit.database.migrating import LOG, leave_to_the_log


class Migration(migrations.Migration):
    dependencies = [("redaction", "0004_hiding_choice"), LOG]
    operations = [
        leave_to_the_log("redaction", "Lift", "reason", ("lift.asked",), key="lift"),
        migrations.RemoveField(model_name="lift", name="reason"),
    ]
