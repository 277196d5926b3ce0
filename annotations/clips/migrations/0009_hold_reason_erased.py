from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clips", "0008_forget_plain_references"),
    ]

    operations = [
        migrations.AlterField(
            model_name="hold",
            name="reason",
            field=models.CharField(
                choices=[
                    ("awaiting_redaction", "Faces are being hidden"),
                    ("awaiting_screening", "Content is being checked"),
                    ("redaction_unverified", "A face may still be visible"),
                    ("redaction_failed", "Faces could not be hidden"),
                    ("quarantined", "Found inappropriate by a model"),
                    ("flagged", "Flagged inappropriate by a person"),
                    ("withdrawn", "Consent withdrawn"),
                    ("expired", "Consent expired"),
                    ("legal", "Legal hold"),
                    ("erased", "Erased"),
                ],
                max_length=32,
            ),
        ),
    ]
