"""Reads of this context."""

import datetime
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from annotations.audit import selectors as audit
from annotations.audit.selectors import Words
from annotations.clips import selectors as clips
from annotations.clips.models import CameraVersion, Clip, Hold
from annotations.clips.rules import FINAL
from annotations.core import clock
from annotations.redaction import log
from annotations.redaction.enums import HidingEffect, UnredactionState, UnverifiedState
from annotations.redaction.missed_regions import Region, with_kind
from annotations.redaction.models import HidingChoice, RedactionRun, Rendition, TrainingExample, Unredaction
from annotations.vision.camera import Camera

EXAMPLES_FOLDER = "examples/"


@dataclass(frozen=True)
class Piece:
    """A piece of evidence: the frame of the rendition from 0, its time in seconds (None: not known), and what the model
    takes it for ("face", "head" or "person")."""

    frame: int
    seconds: float | None
    kind: str
    score: float
    model: str


@dataclass(frozen=True)
class Hiding:
    """How faces are hidden now; version 0 is the setting, as nobody has chosen."""

    effect: str
    version: int


def hiding() -> Hiding:
    """Raises ImproperlyConfigured when the setting asks for what only a privacy officer can choose."""
    if chosen := HidingChoice.objects.order_by("-version").first():
        return Hiding(chosen.effect, chosen.version)
    if settings.REDACTION_EFFECT not in (HidingEffect.BLUR, HidingEffect.FILL):
        raise ImproperlyConfigured(
            "REDACTION_EFFECT is blur or fill; a mosaic is a privacy officer's choice."
        )
    return Hiding(settings.REDACTION_EFFECT, 0)


def training_consented(clip_id: uuid.UUID) -> bool:
    """Whether the clip's owner agrees to training now: given, not withdrawn, not over."""
    agreed = Q(consent__training=True, consent__withdrawn_at=None, consent__until__gt=clock.now())
    return Clip.objects.filter(agreed, pk=clip_id).exists()


def usable_examples() -> QuerySet[TrainingExample]:
    """Examples that are kept, of clips that the gate lets through for training, the oldest first."""
    free = Clip.objects.passing("training")
    related = TrainingExample.objects.select_related("clip__owner")
    return related.filter(destroyed_at=None, clip__in=free).order_by("created_at")


def clips_to_clear(older_than: datetime.timedelta = datetime.timedelta(0)) -> QuerySet[Clip]:
    """Clips whose consent to training has ended, or that were erased, and that still have examples."""
    now = clock.now()
    ended = (
        Q(holds__reason__in=FINAL, holds__released_at=None, holds__placed_at__lt=now - older_than)
        | Q(consent__withdrawn_at__lt=now - older_than)
        | Q(consent__until__lt=now - older_than)
    )
    kept = TrainingExample.objects.filter(destroyed_at=None)
    return Clip.objects.filter(ended, training_examples__in=kept).distinct().order_by("received_at")


def clips_to_redact() -> QuerySet[Clip]:
    """Clips for which a pass may be asked: all but those that are erased."""
    return Clip.objects.exclude(pk__in=clips.erased_clips().values("clip"))


def unverified(state: str = UnverifiedState.WAITING, because: str = "") -> QuerySet[RedactionRun]:
    """Runs that were not verified, in a state and perhaps for a reason, those that wait longest first.

    Clips whose owner's agreement has ended are left out: there is nothing to decide.
    """
    over = Hold.objects.filter(clip=OuterRef("clip"), reason__in=FINAL, released_at=None)
    found = RedactionRun.objects.filter(~Exists(over), unverified=state).select_related("clip__owner")
    if because:
        found = found.filter(held_because=because)
    return found.order_by("finished_at", "pk")


def evidence_of(run: RedactionRun) -> list[Piece]:
    """What speaks against the rendition of a run, in the order of its frames. Nothing of it shows anything."""
    names = {model["name"] for model in run.models_used if model.get("role") == "face"}
    checked = ", ".join(sorted(names))
    found = [(each, "face", checked) for each in run.residual.get("exposed", [])]
    found += [(each, each["kind"], each["model"]) for each in run.residual.get("evidence", [])]
    return sorted(
        (
            Piece(each["frame"], _seconds(run, each["frame"]), kind, round(each["score"], 2), model)
            for each, kind, model in found
        ),
        key=lambda piece: piece.frame,
    )


def _seconds(run: RedactionRun, shown: int) -> float | None:
    """When a frame of the rendition that was not kept is on screen; None where the report does not say."""
    original = run.frame_map[shown] if run.frame_map and shown < len(run.frame_map) else shown
    return run.times[original] if original < len(run.times) else None


def unredacted(clip: Clip) -> list[Region]:
    """Every track of the clip that two people unredacted: its boxes by original frame, and its kind if no face's."""
    standing = Unredaction.objects.filter(clip=clip, state=UnredactionState.APPROVED).order_by("asked_at")
    return [with_kind(kind, {"boxes": boxes}) for boxes, kind in standing.values_list("boxes", "kind")]


def original_frame(rendition: Rendition, shown: int) -> int:
    """The original frame that a frame of the rendition shows."""
    frames = rendition.run.frame_map
    return frames[shown] if frames else shown


def shown_frame(rendition: Rendition, original: int) -> int:
    """A frame of the rendition that shows the original frame, or one close by."""
    frames = rendition.run.frame_map
    if not frames:
        return min(original, rendition.frames - 1)
    return min(range(len(frames)), key=lambda shown: abs(frames[shown] - original))


def unredactions(state: str) -> QuerySet[Unredaction]:
    """The requests in a state, those that wait longest first."""
    return (
        Unredaction.objects.select_related("clip", "asked_by", "decided_by")
        .filter(state=state)
        .order_by("asked_at")
    )


def asked_because(unredactions: Iterable[Unredaction]) -> list[tuple[Unredaction, Words]]:
    """Each request with the reason that its lead wrote, as the log tells it."""
    unredactions = list(unredactions)
    reasons = audit.words(
        [log.UNREDACTION_ASKED], [unredaction.clip.public_id for unredaction in unredactions], key="lift"
    )
    return [(unredaction, reasons.get(str(unredaction.pk), Words())) for unredaction in unredactions]


def kept_examples() -> QuerySet[TrainingExample]:
    """The training examples whose files are there."""
    return TrainingExample.objects.filter(destroyed_at=None)


def camera_for(clip: Clip) -> Camera:
    """What is known of the clip's camera now, for its next pass.

    A clip that people have seen keeps the orientation and the shape that it had then: labels, drawn faces and
    unredactions are in its pixels. Zones are turned to lie on the same things.
    """
    known = clips.camera_of(clip.device)
    first = Rendition.objects.select_related("run").filter(clip=clip).order_by("created_at", "pk").first()
    return known.shown_as(Camera.from_dict(first.run.camera)) if first else known


def clips_lacking_zones(older_than: datetime.timedelta = datetime.timedelta(0)) -> QuerySet[Clip]:
    """Clips in use whose rendition was made before a privacy zone was added, at least so long ago."""
    lacking = Rendition.objects.filter(
        current=True, clip__device__isnull=False, run__camera_version__lt=F("clip__device__least_version")
    )
    fresh = CameraVersion.objects.filter(set_at__gt=clock.now() - older_than)
    ended = Hold.objects.filter(reason__in=FINAL, released_at=None)
    return (
        Clip.objects.filter(pk__in=lacking.values("clip"))
        .exclude(device__in=fresh.values("device"))
        .exclude(pk__in=ended.values("clip"))
        .order_by("received_at")
    )
