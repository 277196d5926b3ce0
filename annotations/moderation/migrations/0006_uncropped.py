from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("moderation", "0005_recheck"),
    ]

    operations = [
        migrations.AddField(
            model_name="fingerprint",
            name="uncropped",
            field=models.BinaryField(default=bytes),
        ),
    ]
