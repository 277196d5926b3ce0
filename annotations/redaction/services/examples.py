"""Missed faces as training examples of the face detector: kept, handed to the trainer, destroyed.

Nothing else reads them: there is no page, no export and no command for them, and a test holds that.
"""

from collections.abc import Iterator
from io import BufferedRandom

from django.db import transaction

from annotations.audit import services as audit
from annotations.audit.actors import WORKER, Actor
from annotations.clips import gate, vault
from annotations.clips.enums import Purpose
from annotations.clips.locking import lock_clip
from annotations.clips.models import Clip
from annotations.core import clock
from annotations.core.wrapping import WrappedKey
from annotations.redaction import log, selectors
from annotations.redaction.models import RedactionRun, TrainingExample
from annotations.vision import examples as archives
from annotations.vision.examples import Example


def wanted(clip: Clip) -> bool:
    """Whether a missed face of the clip may be kept: its consent covers training, now."""
    return selectors.training_consented(clip.pk)


def put(archive: BufferedRandom) -> tuple[str, WrappedKey]:
    """The archive, encrypted under a key of its own."""
    return vault.put(archive, selectors.EXAMPLES_FOLDER)


def keep(run: RedactionRun, name: str, key: WrappedKey, archive: BufferedRandom) -> None:
    """Inside the caller's transaction: the row, and its entry."""
    drawn = [
        sum(source == archives.DRAWN for _, source in example.boxes) for example in archives.read(archive)
    ]
    frames, faces = len(drawn), sum(drawn)
    TrainingExample.objects.create(
        clip=run.clip,
        run=run,
        name=name,
        key_id=key.key_id,
        wrapped_key=vault.seal_key(run.clip, key),
        faces=faces,
        frames=frames,
    )
    audit.append(
        log.EXAMPLE_KEPT,
        WORKER,
        clip=run.clip.public_id,
        subject=run.clip.owner.pseudonym,
        purpose=Purpose.TRAINING,
        data={"run": str(run.pk), "faces": faces, "frames": frames},
    )


def training_examples(actor: Actor) -> Iterator[Example]:
    """For the trainer of the face detector, inside this process: every example that may be used now, one by one.

    The gate is asked and the opening logged for each archive before its first picture is decrypted.
    """
    for example in selectors.usable_examples():
        if not _log_reading(example, actor):
            continue
        with vault.decrypted(example.clip, example.name, example.key_id, example.wrapped_key) as archive:
            yield from archives.read(archive)


@transaction.atomic
def _log_reading(example: TrainingExample, actor: Actor) -> bool:
    """Whether the example may still be read; then the reading is on the log."""
    lock_clip(example.clip_id)
    standing = TrainingExample.objects.filter(pk=example.pk, destroyed_at=None).exists()
    if not standing or not gate.allows(example.clip_id, Purpose.TRAINING):
        return False
    audit.append(
        log.EXAMPLE_READ,
        actor,
        clip=example.clip.public_id,
        subject=example.clip.owner.pseudonym,
        purpose=Purpose.TRAINING,
        data={"run": str(example.run_id), "frames": example.frames},
    )
    return True


@transaction.atomic
def destroy_examples(clip: Clip, actor: Actor) -> int:
    """Destroys the keys, then the files, of the clip's examples; how many. Idempotent."""
    lock_clip(clip.pk)
    standing = list(TrainingExample.objects.filter(clip=clip, destroyed_at=None))
    for example in standing:
        name = example.name
        example.name, example.key_id, example.wrapped_key = "", "", None
        example.destroyed_at = clock.now()
        example.save(update_fields=["name", "key_id", "wrapped_key", "destroyed_at"])
        audit.append(
            log.EXAMPLE_DESTROYED,
            actor,
            clip=clip.public_id,
            subject=clip.owner.pseudonym,
            data={"run": str(example.run_id), "frames": example.frames},
        )
        transaction.on_commit(lambda name=name: vault.storage().delete(name), robust=True)  # type: ignore[misc]
    return len(standing)
