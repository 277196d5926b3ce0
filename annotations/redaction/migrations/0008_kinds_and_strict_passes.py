"""What is hidden has a kind, a face before there were any; a lead may order a strict pass. Rows stay as they are."""

from django.db import migrations, models

KINDS = [
    ("face", "Face"),
    ("licence_plate", "Licence plate"),
    ("document_or_screen", "Document or screen"),
    ("name_or_number", "Name or number"),
    ("other", "Something else"),
]


class Migration(migrations.Migration):
    dependencies = [("redaction", "0007_unredactions")]

    operations = [
        migrations.RenameField("redactionrun", "missed_faces", "missed_regions"),
        migrations.AddField("redactionrun", "strict", models.BooleanField(default=False)),
        migrations.RemoveConstraint("facetrack", "facetrack_once"),
        migrations.RenameModel("FaceTrack", "HiddenTrack"),
        migrations.AddConstraint(
            "hiddentrack", models.UniqueConstraint(fields=["run", "number"], name="hiddentrack_once")
        ),
        migrations.AddField(
            "hiddentrack", "kind", models.CharField(choices=KINDS, default="face", max_length=24)
        ),
        migrations.AddField(
            "unredaction", "kind", models.CharField(choices=KINDS, default="face", max_length=24)
        ),
    ]
