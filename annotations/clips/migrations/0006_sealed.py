from functools import partial
from typing import Any

from django.db import migrations, models

from annotations.audit import subjects
from annotations.audit.database.migrating import seal_rows
from annotations.clips import lookups
from annotations.core import ids


def seal(apps: Any, schema_editor: Any) -> None:
    """References, digests and data keys that are there."""
    owners, devices, clips, originals = (
        apps.get_model("clips", name).objects for name in ("Owner", "Device", "Clip", "Original")
    )
    seal_rows(owners.all(), ["sealed_reference", "lookup"], _owner)
    seal_rows(devices.all(), ["pseudonym", "sealed_reference", "lookup"], _device)
    ended = models.Q(consent__withdrawn_at__isnull=False) | models.Q(consent__expired_at__isnull=False)
    over = set(clips.filter(ended).values_list("pk", flat=True))
    seal_rows(clips.all(), ["sealed_digest", "content_lookup", "standing"], partial(_clip, over=over))
    seal_rows(originals.select_related("clip"), ["wrapped_key"], _original)


def _owner(owner: Any) -> dict[str, tuple[str, bytes]]:
    owner.lookup = lookups.of_reference(owner.submitter_id, owner.reference)[0]
    return {"sealed_reference": (owner.pseudonym, owner.reference.encode())}


def _device(device: Any) -> dict[str, tuple[str, bytes]]:
    device.pseudonym = ids.pseudonym("d")
    device.lookup = lookups.of_reference(device.owner_id, device.reference)[0]
    return {"sealed_reference": (device.pseudonym, device.reference.encode())}


def _clip(clip: Any, over: set[Any]) -> dict[str, tuple[str, bytes]]:
    clip.content_lookup, clip.standing = lookups.of_content(clip.sha256)[0], clip.pk not in over
    return {"sealed_digest": (subjects.of_clip(clip.public_id), clip.sha256.encode())}


def _original(original: Any) -> dict[str, tuple[str, bytes]]:
    return {"wrapped_key": (subjects.of_clip(original.clip.public_id), bytes(original.wrapped_key))}


class Migration(migrations.Migration):
    """Cannot be taken back: there is no way for what is sealed to become plain again."""

    dependencies = [("clips", "0005_how_files_are_read")]
    operations = [
        migrations.AddField("owner", "sealed_reference", models.BinaryField(null=True)),
        migrations.AddField("owner", "lookup", models.CharField(max_length=64, null=True)),
        migrations.AddField("device", "pseudonym", models.CharField(max_length=64, null=True)),
        migrations.AddField("device", "sealed_reference", models.BinaryField(null=True)),
        migrations.AddField("device", "lookup", models.CharField(max_length=64, null=True)),
        migrations.AddField("clip", "sealed_digest", models.BinaryField(null=True)),
        migrations.AddField("clip", "content_lookup", models.CharField(max_length=64, null=True)),
        migrations.AddField("clip", "standing", models.BooleanField(default=True)),
        migrations.RunPython(seal),
    ]
