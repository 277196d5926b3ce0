from django.db import migrations, models


class Migration(migrations.Migration):
    """Takes away what 0004 has sealed."""

    dependencies = [("review", "0004_sealed_words")]
    operations = [
        migrations.RemoveField("draft", "body"),
        migrations.AlterField("draft", "sealed", models.BinaryField()),
    ]
