from django.db import migrations

from annotations.audit.database.migrating import LOG, leave_to_the_log


class Migration(migrations.Migration):
    dependencies = [("moderation", "0002_known_content"), LOG]
    operations = [
        leave_to_the_log("moderation", "Flag", "note", ("content.flagged",), key="flag"),
        leave_to_the_log(
            "moderation", "Flag", "reason", ("content.flag_upheld", "content.flag_dismissed"), key="flag"
        ),
        migrations.RemoveField(model_name="flag", name="note"),
        migrations.RemoveField(model_name="flag", name="reason"),
    ]
