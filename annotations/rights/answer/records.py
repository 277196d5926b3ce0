"""What each store holds of some clips, one record for each thing; every store has its section in `sections`.

A record names its clip by `clip`. Nobody who works here is in any of them.
"""

import datetime
import json
from collections.abc import Iterator, Sequence

from django.conf import settings
from django.db.models import Prefetch
from django.utils.translation import gettext as _

from annotations.audit.canonical import timestamp
from annotations.audit.sealed import Sealed, unseal_each
from annotations.break_glass.models import BreakGlassAccess
from annotations.clips.models import Clip
from annotations.datasets.enums import label
from annotations.datasets.models import DeletionRequest, Exclusion, ExportFile, ReleaseItem
from annotations.moderation import known
from annotations.moderation.models import Finding, Fingerprint, Screening
from annotations.oversight.models import Alert
from annotations.redaction.models import HiddenTrack, RedactionRun, Rendition, TrainingExample, Unredaction
from annotations.review.models import Adjudication, Assignment, Draft
from annotations.rights.answer.clips import labels_in_words
from annotations.rights.answer.values import Record, moment, percent, yes_no
from annotations.rights.models import ReceiptLink

Records = Iterator[Record]
Clips = Sequence[Clip]

_HEAVY = (
    "times",
    "frame_map",
    "findings",
    "fingerprint",
    "residual",
    "missed_regions",
    "camera",
    "unredacted",
)


def break_glass_copies(clips: Clips) -> Records:
    for access in _accesses(clips):
        if access.name:
            yield {"clip": _number(access.clip), "until": moment(access.until), "bytes": access.bytes or 0}


def break_glass_accesses(clips: Clips) -> Records:
    for access in _accesses(clips):
        yield {
            "clip": _number(access.clip),
            "asked": timestamp(access.asked_at),
            "purpose": str(access.get_purpose_display()),
            "state": str(access.get_state_display()),
            "until": moment(access.until),
        }


def _accesses(clips: Clips) -> Iterator[BreakGlassAccess]:
    found = BreakGlassAccess.objects.filter(clip__in=clips).select_related("clip")
    yield from found.order_by("asked_at", "pk")


def export_files(clips: Clips) -> Records:
    """The files that there are of releases that hold a clip."""
    files = Prefetch("release__files", ExportFile.objects.filter(destroyed_at=None).order_by("format"))
    held = ReleaseItem.objects.filter(clip__in=clips).select_related("clip", "release__dataset")
    for item in held.prefetch_related(files).order_by("release__frozen_at", "pk"):
        for file in item.release.files.all():
            yield {
                "clip": _number(item.clip),
                "training_set": str(item.release),
                "format": file.format,
                "bytes": file.bytes,
            }


def exclusions(clips: Clips) -> Records:
    found = Exclusion.objects.filter(clip__in=clips).select_related("clip", "release__dataset")
    for each in found.order_by("pk"):
        yield {
            "clip": _number(each.clip),
            "training_set": str(each.release),
            "reasons": [label(reason) for reason in each.reasons],
        }


def deletion_requests(clips: Clips) -> Records:
    found = DeletionRequest.objects.filter(item__clip__in=clips)
    for each in found.select_related("item__clip", "item__release__dataset").order_by("asked_at", "pk"):
        yield {
            "clip": _number(each.item.clip),
            "training_set": str(each.item.release),
            "asked": timestamp(each.asked_at),
            "reminders": each.reminders,
            "answered": moment(each.confirmed_at),
            "answer": str(each.get_statement_display()) or _("no answer yet"),
        }


def receipt_links(clips: Clips) -> Records:
    for each in ReceiptLink.objects.filter(clip__in=clips).select_related("clip").order_by("pk"):
        yield {"clip": _number(each.clip), "number": each.number, "when": timestamp(each.renewed_at)}


def drafts(clips: Clips) -> Records:
    found = list(Draft.objects.filter(assignment__clip__in=clips).select_related("assignment__clip"))
    sealed = (Sealed(draft.assignment.clip.subject, bytes(draft.sealed)) for draft in found)
    for draft, text in zip(found, unseal_each(sealed), strict=True):
        body = json.loads(text) if text else {}
        yield {
            "clip": _number(draft.assignment.clip),
            "when": timestamp(draft.saved_at),
            **labels_in_words(body),
            "note": str(body.get("note") or ""),
        }


def decisions(clips: Clips) -> Records:
    found = Adjudication.objects.filter(task__clip__in=clips).select_related("task__clip")
    for each in found.order_by("decided_at", "pk"):
        yield {
            "clip": _number(each.task.clip),
            "when": timestamp(each.decided_at),
            "decision": str(each.get_decision_display()),
        }


def assignments(clips: Clips) -> Records:
    for each in Assignment.objects.filter(clip__in=clips).select_related("clip").order_by("pk"):
        yield {
            "clip": _number(each.clip),
            "state": str(each.get_state_display()),
            "begun": moment(each.leased_at),
            "handed_in": moment(each.submitted_at),
            "ended": moment(each.ended_at),
        }


def findings(clips: Clips) -> Records:
    """What models saw, and what each screening decided."""
    for seen in Finding.objects.filter(run__clip__in=clips).select_related("run__clip").order_by("pk"):
        yield {
            "clip": _number(seen.run.clip),
            "program": seen.model,
            "found": seen.label,
            "percent": percent(seen.score),
            "frame": seen.frame,
        }
    for each in Screening.objects.filter(clip__in=clips).select_related("clip").order_by("decided_at"):
        yield {
            "clip": _number(each.clip),
            "program": _("screening"),
            "found": _("taken out until a person decides") if each.quarantined else _("nothing that counts"),
            "when": timestamp(each.decided_at),
        }


def fingerprints(clips: Clips) -> Records:
    """Those that go with their clips."""
    outliving = _remembered(clips)
    for each in _fingerprints(clips):
        if each.clip.public_id not in outliving:
            yield {
                "clip": _number(each.clip),
                "made": timestamp(each.made_at),
                "pictures": len(each.qualities),
            }


def discarded(clips: Clips) -> Records:
    """The fingerprints that outlive their clips, and the flags that stay with them, each with its end."""
    outliving = _remembered(clips)
    for each in _fingerprints(clips):
        if until := outliving.get(each.clip.public_id):
            yield {"clip": _number(each.clip), "what": _("fingerprint"), "until": timestamp(until)}
    for flag in known.upheld().filter(clip__in=clips).select_related("clip").order_by("decided_at", "pk"):
        if until := outliving.get(flag.clip.public_id):
            what = _("flag: {category}").format(category=flag.get_category_display())
            yield {"clip": _number(flag.clip), "what": what, "until": timestamp(until)}


def _fingerprints(clips: Clips) -> Iterator[Fingerprint]:
    found = Fingerprint.objects.filter(clip__in=clips).select_related("clip")
    yield from found.defer("hashes", "uncropped").order_by("made_at", "pk")


def _remembered(clips: Clips) -> dict[object, datetime.datetime]:
    """Until when fingerprints outlive their clips, by the clips' numbers; as `known.remembered_until` for many."""
    days = datetime.timedelta(days=settings.KNOWN_CONTENT_DAYS)
    last = known.upheld().filter(clip__in=clips, clip__fingerprint__isnull=False).order_by("decided_at")
    return {
        clip: decided + days for clip, decided in last.values_list("clip__public_id", "decided_at") if decided
    }


def renditions(clips: Clips) -> Records:
    found = Rendition.objects.filter(clip__in=clips).select_related("clip").defer("presentation_times")
    for each in found.order_by("created_at", "pk"):
        yield {
            "clip": _number(each.clip),
            "made": timestamp(each.created_at),
            "picture": f"{each.width} x {each.height}",
            "bytes": each.bytes,
            "sha256": each.sha256,
            "current": yes_no(each.current),
        }


def hidden_regions(clips: Clips) -> Records:
    """Of each track what it is and how long it lasts; the pictures show where, as it is filled there."""
    found = HiddenTrack.objects.filter(run__clip__in=clips).select_related("run__clip").order_by("pk")
    for each in found.iterator(chunk_size=200):
        frames = sorted(int(frame) for frame in each.boxes)
        yield {
            "clip": _number(each.run.clip),
            "what": str(each.get_kind_display()),
            "found_by": _("a person") if each.source == "person" else _("a program"),
            "percent": percent(each.score),
            "pictures": len(frames),
            "first_frame": frames[0] if frames else 0,
            "last_frame": frames[-1] if frames else 0,
        }


def runs(clips: Clips) -> Records:
    found = RedactionRun.objects.filter(clip__in=clips).select_related("clip").defer(*_HEAVY)
    for each in found.order_by("created_at", "pk"):
        yield {
            "clip": _number(each.clip),
            "when": timestamp(each.finished_at or each.created_at),
            "state": str(each.get_state_display()),
            "outcome": str(each.get_held_because_display() or each.outcome),
            "effect": each.effect,
            "programs": [str(model.get("name", "")) for model in each.models_used],
        }


def unredactions(clips: Clips) -> Records:
    for each in Unredaction.objects.filter(clip__in=clips).select_related("clip").order_by("asked_at", "pk"):
        yield {
            "clip": _number(each.clip),
            "what": str(each.get_kind_display()),
            "asked": timestamp(each.asked_at),
            "state": str(each.get_state_display()),
            "decided": moment(each.decided_at),
        }


def training_examples(clips: Clips) -> Records:
    for each in TrainingExample.objects.filter(clip__in=clips).select_related("clip").order_by("created_at"):
        yield {
            "clip": _number(each.clip),
            "made": timestamp(each.created_at),
            "pictures": each.frames,
            "faces": each.faces,
            "destroyed": moment(each.destroyed_at),
        }


def alerts(clips: Clips) -> Records:
    """Alerts about how a clip was watched, without whom they are about."""
    found = Alert.objects.filter(clip__in=[clip.public_id for clip in clips])
    for each in found.order_by("raised_at", "pk"):
        yield {
            "clip": str(each.clip),
            "what": str(each.get_kind_display()),
            "when": timestamp(each.raised_at),
            "state": str(each.get_state_display()),
        }


def _number(clip: Clip) -> str:
    return str(clip.public_id)
