"""What is hidden has a kind, a face before there were any; runs tell why they were not verified, and may be strict."""

from django.db import migrations, models

KINDS = [
    ("face", "Face"),
    ("licence_plate", "Licence plate"),
    ("document_or_screen", "Document or screen"),
    ("name_or_number", "Name or number"),
    ("other", "Something else"),
]
BECAUSE = [
    ("face_visible", "A face may still be visible"),
    ("evidence", "Somebody may be there who is not hidden"),
    ("too_dark", "Too dark to judge"),
    ("too_blurred", "Too blurred to judge"),
    ("too_small", "Too small to judge"),
]
STATES = [
    ("waiting", "Waits for a lead"),
    ("tried_strictly", "Tried strictly"),
    ("started_again", "Started again"),
    ("discarded", "Discarded"),
]


class Migration(migrations.Migration):
    dependencies = [("redaction", "0008_cameras")]

    operations = [
        migrations.RenameField("redactionrun", "missed_faces", "missed_regions"),
        migrations.AddField("redactionrun", "strict", models.BooleanField(default=False)),
        migrations.AddField(
            "redactionrun",
            "held_because",
            models.CharField(blank=True, choices=BECAUSE, default="", max_length=16),
            preserve_default=False,
        ),
        migrations.AddField(
            "redactionrun",
            "unverified",
            models.CharField(blank=True, choices=STATES, default="", max_length=16),
            preserve_default=False,
        ),
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
