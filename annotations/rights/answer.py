"""What a data subject is told: everything that the site holds about them, out of every context, in plain language.

Never a name or pseudonym of a reviewer. Whole numbers and text only, so that it can be sealed like an entry's detail.
"""

import datetime
import uuid
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _, gettext_lazy

from annotations.audit import log as audit_log
from annotations.audit.canonical import timestamp
from annotations.audit.erasures import details_of
from annotations.audit.models import LogEntry
from annotations.audit.selectors import Words
from annotations.clips.models import Clip, Original
from annotations.clips.references import references_of
from annotations.clips.selectors import digests_of
from annotations.datasets import selectors as datasets
from annotations.moderation import selectors as moderation
from annotations.moderation.enums import FlagSource, FlagState
from annotations.moderation.models import Flag
from annotations.review.body import Event, Track, in_words
from annotations.review.enums import Decision
from annotations.review.models import Adjudication, Annotation
from annotations.review.sealed_words import Note, notes_of
from annotations.rights import clip_story
from annotations.rights.clip_story import Watched

_FLAG_STATES = {
    FlagState.OPEN: gettext_lazy("nobody has decided yet"),
    FlagState.UPHELD: gettext_lazy("a person agreed, and it stays out"),
    FlagState.DISMISSED: gettext_lazy("a person did not agree, and it may be used"),
}


@dataclass(frozen=True)
class _Told:
    """The flags on somebody's clips, with what people wrote."""

    flags: list[Flag]
    notes: dict[uuid.UUID, Words]
    reasons: dict[uuid.UUID, Words]


@dataclass(frozen=True)
class _Unsealed:
    """What was sealed about somebody: references and digests of originals by id, and labels with their notes."""

    references: dict[uuid.UUID, str]
    digests: dict[uuid.UUID, str]
    annotations: list[Annotation]
    notes: dict[uuid.UUID, Note]


def compile_answer(subject: str, moment: datetime.datetime) -> dict[str, Any]:
    """The answer to whoever has this pseudonym, as it stands at `moment`."""
    clips = Clip.objects.filter(owner__pseudonym=subject).select_related("owner", "consent", "device")
    flags = list(Flag.objects.filter(clip__in=clips).select_related("clip").order_by("raised_at", "id"))
    told = _Told(flags, moderation.notes(flags), moderation.reasons(flags))
    sealed = _unsealed(clips)
    return {
        "about": subject,
        "compiled": timestamp(moment),
        "clips": [_clip(clip, told, sealed) for clip in clips.order_by("received_at", "pk")],
        "log": _log(subject),
    }


def _unsealed(clips: QuerySet[Clip]) -> _Unsealed:
    labels = Annotation.objects.filter(assignment__clip__in=clips).prefetch_related("adjudications")
    annotations = list(labels.select_related("assignment__clip").order_by("submitted_at", "pk"))
    named = [thing for clip in clips for thing in (clip.owner, clip.device) if thing]
    return _Unsealed(references_of(named), digests_of(clips), annotations, notes_of(annotations))


def _clip(clip: Clip, told: _Told, sealed: _Unsealed) -> dict[str, Any]:
    story = clip_story.story(clip)
    return {
        "number": str(clip.public_id),
        "received": timestamp(clip.received_at),
        "recorded": timestamp(clip.recorded_at) if clip.recorded_at else "",
        "camera": sealed.references.get(clip.device.pk, "") if clip.device else "",
        "household": sealed.references.get(clip.owner.pk, ""),
        "milliseconds": round(clip.duration * 1000),
        "picture": f"{clip.width} x {clip.height}",
        "bytes": clip.bytes,
        "sha256": sealed.digests.get(clip.pk, ""),
        "original_held": "yes" if Original.objects.filter(clip=clip).exists() else "no",
        "state": story.state,
        "holds": [
            {
                "reason": str(hold.get_reason_display()),
                "placed": timestamp(hold.placed_at),
                "lifted": timestamp(hold.released_at) if hold.released_at else "",
            }
            for hold in clip.holds.order_by("placed_at", "id")
        ],
        "consent": _consent(clip, story.purposes),
        "watched": [_watched(view) for view in story.watched],
        "labels": [
            _labels(each, sealed.notes[each.pk].text)
            for each in sealed.annotations
            if each.assignment.clip_id == clip.pk
        ],
        "flags": [_flag(flag, told) for flag in told.flags if flag.clip_id == clip.pk],
        "training_sets": [
            {"name": str(item.release), "made": _time(item.release.frozen_at)}
            for item in datasets.of_clip(clip)
        ],
        "handed_out": [
            {"training_set": str(download.file.release), "when": timestamp(download.at)}
            for download in datasets.downloads_with(clip)
        ],
    }


def _consent(clip: Clip, purposes: list[str]) -> dict[str, Any]:
    consent = clip.consent
    return {
        "notice": consent.notice_version,
        "purposes": purposes,
        "given": timestamp(consent.granted_at),
        "until": timestamp(consent.until),
        "withdrawn": _time(consent.withdrawn_at),
        "expired": _time(consent.expired_at),
    }


def _watched(view: Watched) -> dict[str, Any]:
    return {
        "who": view.who,
        "country": view.country,
        "when": timestamp(view.when),
        "purpose": view.purpose,
        "milliseconds_claimed": round(view.seconds * 1000),
        "only_a_blurred_picture": "yes" if view.blurred else "no",
        "only_single_pictures": "yes" if view.pictures else "no",
        "without_redaction": "yes" if view.unredacted else "no",
        "sent_in_advance": "yes" if view.fetched_ahead else "no",
    }


def _labels(annotation: Annotation, note: str) -> dict[str, Any]:
    body = annotation.body
    decisions: list[Adjudication] = list(annotation.adjudications.all())
    return {
        "when": timestamp(annotation.submitted_at),
        "verdict": str(body["verdict"]),
        "events": [_labeled(Event, event) for event in body["events"]],
        "boxes": [_labeled(Track, track) for track in body["tracks"]],
        "note": note,
        "accepted": "yes" if any(each.decision == Decision.ACCEPT for each in decisions) else "no",
    }


def _labeled(shape: type, value: dict[str, Any]) -> str:
    """The label of an event or a track, with its attributes."""
    attributes = in_words(shape, value)
    return f"{value['label']} ({', '.join(attributes)})" if attributes else str(value["label"])


def _flag(flag: Flag, told: _Told) -> dict[str, Any]:
    return {
        "category": str(flag.get_category_display()),
        "raised": timestamp(flag.raised_at),
        "raised_by": _("a program") if flag.source == FlagSource.MODEL else _("a person"),
        "note": str(told.notes[flag.pk]),
        "state": str(_FLAG_STATES[FlagState(flag.state)]),
        "decided": _time(flag.decided_at),
        "reason": str(told.reasons[flag.pk]),
    }


def _log(subject: str) -> dict[str, Any]:
    """What the log holds about them, counted: its entries name no more than their pseudonym."""
    erased = LogEntry.objects.filter(subject=subject, action=audit_log.SUBJECT_ERASED.code)
    return {
        "entries": LogEntry.objects.filter(subject=subject).count(),
        "entries_with_words": details_of(subject),
        "erased": [timestamp(entry.occurred_at) for entry in erased.order_by("occurred_at")],
    }


def _time(moment: datetime.datetime | None) -> str:
    return timestamp(moment) if moment else ""
