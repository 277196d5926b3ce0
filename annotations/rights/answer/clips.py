"""What an answer tells of each clip: the file, the consent, who watched it, labels, flags, and where it went."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.utils.translation import gettext as _, gettext_lazy

from annotations.accounts.people import people_by_pseudonym
from annotations.audit.canonical import timestamp
from annotations.audit.selectors import Words
from annotations.clips.enums import HoldReason
from annotations.clips.models import Clip, Hold, Original
from annotations.clips.references import references_of
from annotations.clips.selectors import digests_of
from annotations.datasets import selectors as datasets
from annotations.datasets.models import ReleaseItem
from annotations.moderation import selectors as moderation
from annotations.moderation.enums import FlagSource, FlagState
from annotations.moderation.models import Flag
from annotations.review.body import Event, Track, in_words
from annotations.review.enums import Decision
from annotations.review.models import Adjudication, Annotation
from annotations.review.sealed_words import notes_of
from annotations.rights import clip_story
from annotations.rights.answer.values import moment, yes_no
from annotations.rights.clip_story import Watched
from annotations.rights.retention import selectors as retention
from annotations.rights.retention.reasons import because
from annotations.rights.retention.rules import Ends, ends

_FLAG_STATES = {
    FlagState.OPEN: gettext_lazy("nobody has decided yet"),
    FlagState.UPHELD: gettext_lazy("a person agreed, and it stays out"),
    FlagState.DISMISSED: gettext_lazy("a person did not agree, and it may be used"),
}
Row = TypeVar("Row")


@dataclass(frozen=True)
class _Held:
    """What is held of some clips, read for all of them at once; by the clips' ids where not said otherwise.

    `references` are by the ids of cameras and households, `notes` and `reasons` by the ids of flags.
    """

    references: dict[uuid.UUID, str]
    digests: dict[uuid.UUID, str]
    originals: set[uuid.UUID]
    labels: dict[uuid.UUID, list[dict[str, Any]]]
    flags: dict[uuid.UUID, list[Flag]]
    notes: dict[uuid.UUID, Words]
    reasons: dict[uuid.UUID, Words]
    sets: dict[uuid.UUID, list[ReleaseItem]]
    ends: dict[uuid.UUID, Ends]


def chapters(clips: Sequence[Clip]) -> list[dict[str, Any]]:
    """One chapter for each of these clips. Raises Unreachable."""
    held = _held(clips)
    return [_chapter(clip, held) for clip in clips]


def labels_in_words(body: dict[str, Any]) -> dict[str, Any]:
    """Verdict, events and boxes of labels, also of a draft that lacks some of them."""
    return {
        "verdict": str(body.get("verdict") or ""),
        "events": [_labeled(Event, event) for event in body.get("events") or ()],
        "boxes": [_labeled(Track, track) for track in body.get("tracks") or ()],
    }


def _held(clips: Sequence[Clip]) -> _Held:
    flags = list(Flag.objects.filter(clip__in=clips).select_related("clip").order_by("raised_at", "id"))
    items = ReleaseItem.objects.filter(clip__in=clips).select_related("release__dataset")
    holders = {thing.pk: thing for clip in clips for thing in (clip.owner, clip.device) if thing}
    rules, begun, later = retention.rules_in_force(), retention.begun(), retention.later_rules()
    facts = retention.facts_of(clip.pk for clip in clips)
    return _Held(
        references=references_of(holders.values()),
        digests=digests_of(clips),
        originals=set(Original.objects.filter(clip__in=clips).values_list("clip", flat=True)),
        labels=_labels_by_clip(clips),
        flags=_by_clip(flags),
        notes=moderation.notes(flags),
        reasons=moderation.reasons(flags),
        sets=_by_clip(items.order_by("release__frozen_at", "id")),
        ends={clip: ends(found, rules, begun, later) for clip, found in facts.items()},
    )


def _by_clip(rows: Iterable[Row]) -> dict[uuid.UUID, list[Row]]:
    found: dict[uuid.UUID, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.clip_id].append(row)  # type: ignore[attr-defined]
    return found


def _labels_by_clip(clips: Sequence[Clip]) -> dict[uuid.UUID, list[dict[str, Any]]]:
    handed_in = Annotation.objects.filter(assignment__clip__in=clips).prefetch_related("adjudications")
    annotations = list(handed_in.select_related("assignment__clip").order_by("submitted_at", "pk"))
    notes, found = notes_of(annotations), defaultdict(list)
    for annotation in annotations:
        found[annotation.assignment.clip_id].append(_labels(annotation, notes[annotation.pk].text))
    return found


def _chapter(clip: Clip, held: _Held) -> dict[str, Any]:
    holds = sorted(clip.holds.all(), key=lambda hold: (hold.placed_at, hold.pk))
    standing = {hold.reason for hold in holds if hold.released_at is None}
    return {
        "number": str(clip.public_id),
        "received": timestamp(clip.received_at),
        "recorded": moment(clip.recorded_at),
        "camera": held.references.get(clip.device.pk, "") if clip.device else "",
        "household": held.references.get(clip.owner.pk, ""),
        "milliseconds": round(clip.duration * 1000),
        "picture": f"{clip.width} x {clip.height}" if clip.width else "",
        "bytes": clip.bytes,
        "sha256": held.digests.get(clip.pk, ""),
        "original_held": yes_no(clip.pk in held.originals),
        "state": clip_story.state(clip, standing),
        "kept": _kept(clip, held, standing),
        "holds": [_hold(hold) for hold in holds],
        "consent": _consent(clip),
        "watched": [_watched(view) for view in clip_story.watched(clip)],
        "labels": held.labels.get(clip.pk, []),
        "flags": [_flag(flag, held) for flag in held.flags.get(clip.pk, [])],
        "training_sets": [_training_set(item) for item in held.sets.get(clip.pk, [])],
        "handed_out": _handed_out(clip) if held.sets.get(clip.pk) else [],
    }


def _kept(clip: Clip, held: _Held, standing: set[str]) -> dict[str, str]:
    """When what ends; empty where the clip is erased, or a legal order stops its clocks."""
    found = held.ends[clip.pk]
    runs = not standing & set(retention.STOPPED)
    original = runs and clip.pk in held.originals
    why = because(found.rest.because, found.rest.days)
    why_original = because(found.original.because, found.original.days)
    return {
        "until": timestamp(found.rest.on) if runs else "",
        "because": why if runs else "",
        "original_until": timestamp(found.original.on) if original else "",
        "original_because": why_original if original else "",
        "stopped_by_legal_order": yes_no(HoldReason.LEGAL in standing),
    }


def _hold(hold: Hold) -> dict[str, str]:
    return {
        "reason": str(hold.get_reason_display()),
        "placed": timestamp(hold.placed_at),
        "lifted": moment(hold.released_at),
    }


def _consent(clip: Clip) -> dict[str, Any]:
    consent = clip.consent
    return {
        "notice": consent.notice_version,
        "purposes": clip_story.purposes(consent),
        "given": timestamp(consent.granted_at),
        "until": timestamp(consent.until),
        "withdrawn": moment(consent.withdrawn_at),
        "expired": moment(consent.expired_at),
    }


def _watched(view: Watched) -> dict[str, Any]:
    return {
        "who": view.who,
        "country": view.country,
        "when": timestamp(view.when),
        "purpose": view.purpose,
        "milliseconds_claimed": round(view.seconds * 1000),
        "only_a_blurred_picture": yes_no(view.blurred),
        "only_single_pictures": yes_no(view.pictures),
        "without_redaction": yes_no(view.unredacted),
        "sent_in_advance": yes_no(view.fetched_ahead),
    }


def _labels(annotation: Annotation, note: str) -> dict[str, Any]:
    decisions: list[Adjudication] = list(annotation.adjudications.all())
    return {
        "when": timestamp(annotation.submitted_at),
        **labels_in_words(annotation.body),
        "note": note,
        "accepted": yes_no(any(each.decision == Decision.ACCEPT for each in decisions)),
    }


def _labeled(shape: type, value: dict[str, Any]) -> str:
    """The label of an event or a track, with its attributes."""
    attributes = in_words(shape, value)
    return f"{value['label']} ({', '.join(attributes)})" if attributes else str(value["label"])


def _flag(flag: Flag, held: _Held) -> dict[str, Any]:
    return {
        "category": str(flag.get_category_display()),
        "raised": timestamp(flag.raised_at),
        "raised_by": _("a program") if flag.source == FlagSource.MODEL else _("a person"),
        "note": str(held.notes[flag.pk]),
        "state": str(_FLAG_STATES[FlagState(flag.state)]),
        "decided": moment(flag.decided_at),
        "reason": str(held.reasons[flag.pk]),
    }


def _training_set(item: ReleaseItem) -> dict[str, str]:
    return {
        "name": str(item.release),
        "made": moment(item.release.frozen_at),
        "erased_from_it": moment(item.erased_at),
    }


def _handed_out(clip: Clip) -> list[dict[str, str]]:
    downloads = list(datasets.downloads_with(clip))
    people = people_by_pseudonym({download.by for download in downloads})
    return [
        {
            "training_set": str(download.file.release),
            "when": timestamp(download.at),
            "who": _("an engineer of ours"),
            "country": people[download.by].country,
        }
        for download in downloads
    ]
