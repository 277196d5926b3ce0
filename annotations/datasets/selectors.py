"""Reading datasets and releases, and asking the gate what may go into one."""

import datetime
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet

from annotations.audit.canonical import canonical, timestamp
from annotations.clips import gate
from annotations.clips.enums import HoldReason, Purpose
from annotations.clips.models import Clip, ClipQuerySet, Hold
from annotations.clips.rules import FINAL
from annotations.core import clock, runs
from annotations.core.models import RunState
from annotations.datasets.enums import label
from annotations.datasets.exports import manifest
from annotations.datasets.exports.base import Exporter
from annotations.datasets.exports.registry import EXPORTERS
from annotations.datasets.exports.source import FrozenRelease
from annotations.datasets.expressions import HasLabel
from annotations.datasets.filters import Filters
from annotations.datasets.models import (
    Dataset,
    DeletionRequest,
    Download,
    Exclusion,
    ExportFile,
    Mark,
    Release,
    ReleaseItem,
)
from annotations.datasets.rules import Facts, tally
from annotations.redaction.models import Outcome, Rendition
from annotations.review.models import Annotation, LabelSchema, Project
from annotations.review.selectors import accepted_annotations

_FACTS = [field.name for field in fields(Facts)]


@dataclass(frozen=True)
class Report:
    """How many clips the gate lets through, and how many it keeps out for which reason."""

    passing: int
    considered: int
    left_out: dict[str, int]

    @property
    def kept_out(self) -> int:
        return self.considered - self.passing


def datasets() -> QuerySet[Dataset]:
    """All datasets by name, with the number of their releases."""
    return (
        Dataset.objects.select_related("project").annotate(release_count=Count("releases")).order_by("name")
    )


def releases(dataset: Dataset) -> QuerySet[Release]:
    """The dataset's releases, newest first, with `clips` (how many) and `marked` (some may not be used)."""
    return with_marks(Release.objects.filter(dataset=dataset)).order_by("-number")


def with_marks(found: QuerySet[Release]) -> QuerySet[Release]:
    open_marks = Mark.objects.filter(item__release=OuterRef("pk"), cleared_at=None)
    return found.annotate(clips=Count("items"), marked=Exists(open_marks)).select_related("dataset__project")


def items(release: Release) -> QuerySet[ReleaseItem]:
    return (
        ReleaseItem.objects.filter(release=release)
        .select_related(
            "clip__owner",
            "rendition",
            "annotation__schema",
            "annotation__assignment__reviewer",
            "annotation__assignment__clip",
        )
        .order_by("position")
    )


def files(release: Release) -> QuerySet[ExportFile]:
    """The release's files with `fetched`, how often each was handed out."""
    return release.files.annotate(fetched=Count("downloads")).order_by("format")


def missing_formats(release: Release) -> list[type[Exporter]]:
    """The formats in which a frozen release that may be used has no file: they were registered after it was frozen."""
    there = {file.format: file.destroyed_at for file in release.files.all()}
    if release.state != RunState.DONE or any(there.values()) or unusable(release).exists():
        return []
    return [exporter for exporter in EXPORTERS if exporter.code not in there]


def described(release: Release) -> FrozenRelease:
    """The release as exporters take it. Raises ValueError when it is not frozen."""
    if release.frozen_at is None:
        raise ValueError("A release can be exported once it is frozen.")
    dataset = release.dataset
    return FrozenRelease(
        id=str(release.pk),
        number=release.number,
        dataset_id=str(dataset.pk),
        dataset_name=dataset.name,
        project_id=str(dataset.project_id),
        project_name=dataset.project.name,
        filters=release.filters,
        requested_by=release.requested_by,
        frozen_at=release.frozen_at,
        manifest_sha256=release.manifest_sha256,
        tracks=_track_names(release),
        manifest_version=release.manifest_version,
        formerly=release.formerly,
    )


def manifest_digest(release: Release) -> str:
    """The digest of what the release holds now, by the layout of its manifest."""
    items = ReleaseItem.objects.filter(release=release).order_by("position")
    if release.manifest_version >= manifest.COMMITTED:
        commitments = items.values_list("commitment", flat=True)
        return manifest.digest(described(release), commitments.iterator())
    parts = items.values_list("manifest", flat=True)
    return manifest.plain_digest(described(release), (part or {} for part in parts.iterator()))


def _track_names(release: Release) -> dict[str, str]:
    """The track labels of every schema that the release's labels were made under, oldest schema first."""
    used = ReleaseItem.objects.filter(release=release).values("annotation__schema")
    found: dict[str, str] = {}
    for schema in LabelSchema.objects.filter(pk__in=used).order_by("version"):
        for entry in schema.labels["tracks"]:
            found.setdefault(entry["code"], entry["name"])
    return found


def marks(release: Release) -> QuerySet[Mark]:
    """What keeps the release from being used now."""
    return (
        Mark.objects.filter(item__release=release, cleared_at=None)
        .select_related("item__clip")
        .order_by("placed_at", "id")
    )


def exclusions(release: Release) -> QuerySet[Exclusion]:
    return Exclusion.objects.filter(release=release).select_related("clip").order_by("clip__public_id")


def of_clip(clip: Clip) -> QuerySet[ReleaseItem]:
    """Where the clip went: its place in every release, the first one first."""
    return (
        ReleaseItem.objects.filter(clip=clip)
        .select_related("release__dataset")
        .order_by("release__frozen_at", "id")
    )


def downloads_with(clip: Clip) -> QuerySet[Download]:
    """Every time that a file of a release was handed out which holds the clip, the first one first."""
    in_it = Q(file__release__items__erased_at=None) | Q(file__release__items__erased_at__gt=F("at"))
    held = Download.objects.filter(in_it, file__release__items__clip=clip).order_by("at", "id")
    return held.select_related("file__release__dataset")


def successors(release: Release) -> QuerySet[Release]:
    """The release that takes the place of this one; none that failed to be frozen."""
    failed = Q(state=RunState.FAILED, frozen_at=None)
    return release.successors.exclude(failed).select_related("dataset").order_by("number")


def files_with(clip: Clip) -> QuerySet[ExportFile]:
    """The files of every release that holds the clip, those that were destroyed included."""
    return ExportFile.objects.filter(release__items__clip=clip)


def accepted(project: Project) -> QuerySet[Annotation]:
    """The labels of the project that a lead accepted; at most one per clip."""
    return accepted_annotations().filter(assignment__project=project)


def wanted(project: Project, filters: Filters) -> QuerySet[Annotation]:
    """The accepted labels that the filters ask for."""
    found = accepted(project)
    if filters.verdicts:
        found = found.filter(body__verdict__in=filters.verdicts)
    if filters.labels:
        found = found.filter(HasLabel("body", filters.labels))
    return found


def judged(project: Project, filters: Filters) -> ClipQuerySet:
    """The clips received on the days asked for, with the facts that decide (`rules.Facts`) and `held`."""
    open_holds = Hold.objects.filter(clip=OuterRef("pk"), released_at=None)
    told_by_hold = open_holds.filter(reason__in=FINAL)
    current = Rendition.objects.filter(current=True, run__outcome=Outcome.VERIFIED)
    of_this = Q(assignment__clip=OuterRef("pk"))
    chosen = wanted(project, filters)
    same = Exists(current.filter(clip=OuterRef("assignment__clip"), frames=OuterRef("rendition__frames")))
    ended = Q(consent__withdrawn_at__isnull=False) | Q(consent__until__lte=clock.now())
    return _received(filters).annotate(
        training_consent=F("consent__training"),
        consent_ended=ExpressionWrapper(ended & ~Q(Exists(told_by_hold)), BooleanField()),
        redacted=Exists(current.filter(clip=OuterRef("pk"))),
        accepted=Exists(accepted(project).filter(of_this)),
        wanted=Exists(chosen.filter(of_this)),
        same_length=Exists(chosen.filter(of_this).filter(same)),
        held=Exists(open_holds),
    )


def passing(project: Project, filters: Filters) -> ClipQuerySet:
    """The clips that a release frozen now would hold."""
    facts = dict.fromkeys(("redacted", "wanted", "same_length"), True)
    return judged(project, filters).passing(Purpose.TRAINING).filter(**facts)


def report(project: Project, filters: Filters) -> Report:
    """What the gate says now, in two queries however many clips there are."""
    clips = judged(project, filters)
    passing_now, considered = 0, 0
    counted: list[tuple[str, int]] = []
    for row in clips.values(*_FACTS, "held").annotate(clips=Count("pk")).order_by():
        reasons = Facts(**{name: bool(row[name]) for name in _FACTS}).reasons()
        considered += row["clips"]
        if not reasons and not row["held"]:
            passing_now += row["clips"]
        counted += [(reason, row["clips"]) for reason in reasons]
    holds = Hold.objects.filter(released_at=None, clip__in=_received(filters)).values("reason").order_by()
    counted += [(row["reason"], row["clips"]) for row in holds.annotate(clips=Count("pk"))]
    return Report(passing_now, considered, tally(counted))


def left_out(project: Project, filters: Filters) -> Iterator[tuple[uuid.UUID, list[str]]]:
    """The clips (their internal ids) that stay out, each with its reasons."""
    holds: dict[uuid.UUID, list[str]] = {}
    open_holds = Hold.objects.filter(released_at=None, clip__in=_received(filters)).order_by(
        "placed_at", "id"
    )
    for clip, reason in open_holds.values_list("clip", "reason"):
        holds.setdefault(clip, []).append(reason)
    for row in judged(project, filters).order_by("pk").values("pk", *_FACTS):
        facts = Facts(**{name: bool(row[name]) for name in _FACTS})
        if reasons := holds.get(row["pk"], []) + facts.reasons():
            yield row["pk"], reasons


def unusable(release: Release) -> QuerySet[ReleaseItem]:
    """The items that may not be used now. Asks the gate itself, so that it never waits for a mark."""
    return ReleaseItem.objects.filter(release=release).exclude(
        erased_at=None, clip__in=gate.passing(Purpose.TRAINING), rendition__current=True
    )


def unmarked_clips(older_than: datetime.timedelta) -> QuerySet[Clip]:
    """Clips whose marks are out of step with their holds since this long: an event got lost."""
    before = runs.before(older_than)
    marked = Mark.objects.filter(item__clip=OuterRef("clip"), reason=OuterRef("reason"), cleared_at=None)
    held = Hold.objects.filter(clip=OuterRef("item__clip"), reason=OuterRef("reason"), released_at=None)
    holds = Hold.objects.filter(~Exists(marked), released_at=None, placed_at__lt=before)
    over = Mark.objects.filter(
        ~Exists(held), cleared_at=None, reason__in=HoldReason.values, placed_at__lt=before
    )
    out_of_step = Q(holds__in=holds) | Q(release_items__marks__in=over)
    return Clip.objects.filter(out_of_step, release_items__isnull=False).distinct().order_by("pk")


def stalled_releases(older_than: datetime.timedelta) -> QuerySet[Release]:
    return runs.stalled(Release, older_than)


def schema_choices(project: Project) -> dict[str, list[tuple[str, str]]]:
    """Codes and names of the project's verdicts and labels, for filters."""
    schema = project.schemas.filter(current=True).first()
    labels: dict[str, Any] = schema.labels if schema else {}
    verdicts = [(entry["code"], entry["name"]) for entry in labels.get("verdicts", [])]
    both = labels.get("events", []) + labels.get("tracks", [])
    return {
        "verdicts": verdicts,
        "labels": list({entry["code"]: (entry["code"], entry["name"]) for entry in both}.values()),
    }


def reasons_in_words(counts: dict[str, int]) -> list[tuple[str, int]]:
    return [(label(reason), clips) for reason, clips in counts.items()]


def _received(filters: Filters) -> ClipQuerySet:
    erased = Hold.objects.filter(clip=OuterRef("pk"), reason=HoldReason.ERASED, released_at=None)
    clips = Clip.objects.filter(~Exists(erased))
    if filters.since:
        clips = clips.filter(received_at__gte=filters.since)
    if filters.until:
        clips = clips.filter(received_at__lt=filters.until)
    return clips


@dataclass(frozen=True)
class Recipient:
    """Somebody who downloaded a clip with a release, when last, and the request to delete it, once it was erased."""

    person: str
    release: Release
    last_download: datetime.datetime
    request: DeletionRequest | None


def recipients(clip: Clip) -> list[Recipient]:
    """Everybody to whom a file with the clip was handed out, once per release, in the order of the last downloads."""
    asked = DeletionRequest.objects.filter(item__clip=clip)
    requests = {
        (request.item.release_id, request.person): request for request in asked.select_related("item")
    }
    last = {(each.file.release_id, each.by): each for each in downloads_with(clip)}
    return [
        Recipient(person, each.file.release, each.at, requests.get((release, person)))
        for (release, person), each in sorted(last.items(), key=lambda found: found[1].at)
    ]


def deletions() -> QuerySet[DeletionRequest]:
    """All requests to delete, those that nobody has answered first, then the last ones first."""
    shown = DeletionRequest.objects.select_related("item__release__dataset", "item__clip", "download")
    return shown.order_by(F("confirmed_at").desc(nulls_first=True), "-asked_at", "-id")


def open_deletions(person: str) -> QuerySet[DeletionRequest]:
    """The requests that this person has not answered, the first one first."""
    return deletions().filter(person=person, confirmed_at=None).order_by("asked_at", "id")


def deletions_to_remind_of(every: datetime.timedelta) -> QuerySet[DeletionRequest]:
    before = clock.now() - every
    never = Q(reminded_at=None, asked_at__lte=before)
    return DeletionRequest.objects.filter(never | Q(reminded_at__lte=before), confirmed_at=None).order_by(
        "asked_at"
    )


def manifest_now(release: Release) -> Iterator[bytes]:
    """The manifest as it is since items were erased: commitments only of these, and of what may not be used now."""
    described_now, position, separator = described(release), -1, b""
    yield manifest.head(described_now)
    items = ReleaseItem.objects.filter(release=release).order_by("position")
    while batch := list(items.filter(position__gt=position)[:500]):
        withheld = set(
            unusable(release).filter(pk__in=[item.pk for item in batch]).values_list("pk", flat=True)
        )
        for item in batch:
            yield separator + canonical(_told(item, withheld=item.pk in withheld))
            separator = b","
        position = batch[-1].position
    yield manifest.tail(described_now)


def _told(item: ReleaseItem, *, withheld: bool) -> dict[str, Any]:
    if item.erased_at:
        return {"commitment": item.commitment, "erased": timestamp(item.erased_at)}
    if withheld or item.manifest is None or item.salt is None:
        return {"commitment": item.commitment, "withheld": True}
    return manifest.told(item.manifest, bytes(item.salt))
