"""The run says since when a worker makes the copy."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("break_glass", "0003_clean_copy_runs")]

    operations = [migrations.RemoveField("breakglassaccess", "begun_at")]
