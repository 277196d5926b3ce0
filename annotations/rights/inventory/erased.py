"""The stores that an erasure empties, in no order: the steps have one."""

from django.utils.translation import gettext_lazy as _

from annotations.audit import models as audit
from annotations.break_glass import models as break_glass
from annotations.clips import models as clips
from annotations.datasets import models as datasets
from annotations.moderation import models as moderation
from annotations.redaction import models as redaction
from annotations.review import models as review
from annotations.rights import models as rights
from annotations.rights.enums import Effect, ScopeKind
from annotations.rights.inventory.store import (
    ENGINEERS,
    OFFICERS,
    REVIEWERS,
    SITE,
    Store,
    files_of,
    flags_kept,
    remembered,
    rows_of,
)
from annotations.rights.scopes import Reach


def _answers(reach: Reach) -> int:
    subject = reach.owner.pseudonym
    return rights.AccessRequest.objects.filter(subject=subject, sealed__isnull=False).count()


def _facts(reach: Reach) -> int:
    return clips.Clip.objects.filter(pk__in=[clip.pk for clip in reach.clips], bytes__gt=0).count()


def _fingerprints(reach: Reach) -> int:
    return rows_of(moderation.Fingerprint)(reach) - len(remembered(reach))


def _flags(reach: Reach) -> int:
    return rows_of(moderation.Flag)(reach) - flags_kept(reach)


def _findings(reach: Reach) -> int:
    return rows_of(moderation.Finding, "run__clip")(reach) + rows_of(moderation.Screening)(reach)


def _cameras(reach: Reach) -> int:
    return clips.Device.objects.filter(pk__in=[device.pk for device in reach.devices]).count()


def _households(reach: Reach) -> int:
    return clips.Owner.objects.filter(pk__in=[owner.pk for owner in reach.owners]).count()


def _words(reach: Reach) -> int:
    return audit.EntryDetail.objects.filter(subject__in=reach.subjects).count()


ERASED: tuple[Store, ...] = (
    Store(
        "answers",
        _("Compiled answers to access requests"),
        Effect.DELETED,
        _answers,
        step="rights",
        models=(rights.AccessRequest, rights.AnswerRun),
    ),
    Store(
        "copies",
        _("Unredacted copies made for break-glass, with their keys"),
        Effect.DELETED,
        lambda reach: len(files_of(break_glass.BreakGlassAccess, "vault")(reach)),
        step="break_glass",
        storages=("vault",),
        readers=(_("who asked and was approved"),),
        files=files_of(break_glass.BreakGlassAccess, "vault"),
    ),
    Store(
        "release_items",
        _("Items of frozen releases"),
        Effect.TOMBSTONE,
        rows_of(datasets.ReleaseItem, erased_at=None),
        step="datasets",
        why=_(
            "The commitment stays, a salted digest without its salt, so that what is left of the release can be "
            "verified."
        ),
        models=(datasets.ReleaseItem, datasets.Mark),
        readers=ENGINEERS,
    ),
    Store(
        "export_files",
        _("Files of releases that hold a clip"),
        Effect.DELETED,
        rows_of(datasets.ExportFile, "release__items__clip", destroyed_at=None),
        step="datasets",
        models=(datasets.ExportFile,),
        storages=("exports",),
        readers=ENGINEERS,
        files=files_of(datasets.ExportFile, "exports", "release__items__clip"),
    ),
    Store(
        "exclusions",
        _("Notes that a clip was left out of a release"),
        Effect.DELETED,
        rows_of(datasets.Exclusion),
        step="datasets",
        models=(datasets.Exclusion,),
        readers=ENGINEERS,
    ),
    Store(
        "drafts",
        _("Drafts of labels"),
        Effect.DELETED,
        rows_of(review.Draft, "assignment__clip"),
        step="review",
        models=(review.Draft,),
        readers=REVIEWERS,
    ),
    Store(
        "labels",
        _("Labels, with notes"),
        Effect.DELETED,
        rows_of(review.Annotation, "assignment__clip"),
        step="review",
        models=(review.Annotation,),
        readers=(*REVIEWERS, *ENGINEERS),
    ),
    Store(
        "decisions",
        _("Decisions of leads on labels"),
        Effect.DELETED,
        rows_of(review.Adjudication, "task__clip"),
        step="review",
        models=(review.Adjudication,),
        readers=REVIEWERS,
    ),
    Store(
        "assignments",
        _("Tasks and assignments of reviewers"),
        Effect.DELETED,
        rows_of(review.Assignment),
        step="review",
        models=(review.ReviewTask, review.Assignment),
        readers=REVIEWERS,
    ),
    Store(
        "findings",
        _("What models found in the content"),
        Effect.DELETED,
        _findings,
        step="moderation",
        models=(moderation.Screening, moderation.Finding),
        readers=(_("leads"),),
    ),
    Store(
        "flags",
        _("Flags, with their evidence"),
        Effect.DELETED,
        _flags,
        step="moderation",
        models=(moderation.Flag, moderation.Recheck),
        readers=(_("leads"),),
    ),
    Store(
        "fingerprints",
        _("Fingerprints of pictures"),
        Effect.DELETED,
        _fingerprints,
        step="moderation",
        models=(moderation.Fingerprint,),
        readers=SITE,
    ),
    Store(
        "renditions",
        _("Renditions: the clips with faces hidden"),
        Effect.DELETED,
        rows_of(redaction.Rendition),
        step="redaction",
        models=(redaction.Rendition,),
        storages=("renditions",),
        readers=REVIEWERS,
        files=files_of(redaction.Rendition, "renditions"),
    ),
    Store(
        "hidden_regions",
        _("Where faces and other things are hidden"),
        Effect.DELETED,
        rows_of(redaction.HiddenTrack, "run__clip"),
        step="redaction",
        models=(redaction.HiddenTrack,),
        readers=(_("leads"), *OFFICERS),
    ),
    Store(
        "runs",
        _("Machine passes with what they found"),
        Effect.DELETED,
        rows_of(redaction.RedactionRun),
        step="redaction",
        models=(redaction.RedactionRun,),
        readers=(_("leads"), _("operators")),
    ),
    Store(
        "unredactions",
        _("Regions that two people showed again"),
        Effect.DELETED,
        rows_of(redaction.Unredaction),
        step="redaction",
        models=(redaction.Unredaction,),
        readers=(_("leads"), *OFFICERS),
    ),
    Store(
        "training_examples",
        _("Original frames kept for training the face detector, with their keys"),
        Effect.DELETED,
        rows_of(redaction.TrainingExample),
        step="redaction",
        models=(redaction.TrainingExample,),
        storages=("vault",),
        readers=SITE,
        files=files_of(redaction.TrainingExample, "vault"),
    ),
    Store(
        "originals",
        _("Originals, encrypted, with their keys"),
        Effect.DELETED,
        rows_of(clips.Original),
        step="clips",
        models=(clips.Original,),
        storages=("vault",),
        readers=SITE,
        files=files_of(clips.Original, "vault"),
    ),
    Store(
        "facts",
        _("What is known of the files: digest, length, size, times of recording, camera"),
        Effect.TOMBSTONE,
        _facts,
        step="clips",
        why=_("The number of the clip, whose it was and when it came stay, so that this can be proven."),
        models=(clips.Clip, clips.Submission),
        readers=(*REVIEWERS, *OFFICERS),
    ),
    Store(
        "cameras",
        _("How cameras are called and what is known of them"),
        Effect.DELETED,
        _cameras,
        step="holders",
        kinds=frozenset({ScopeKind.DEVICE, ScopeKind.OWNER}),
        why=_("A camera goes when it is erased itself, or its owner is."),
        models=(clips.Device, clips.CameraVersion),
        readers=(_("operators"),),
    ),
    Store(
        "households",
        _("How the submitter calls the household"),
        Effect.DELETED,
        _households,
        step="holders",
        kinds=frozenset({ScopeKind.OWNER}),
        why=_("It goes when the owner is erased."),
        models=(clips.Owner,),
        readers=(_("the submitter"),),
    ),
    Store(
        "words",
        _("What people wrote in their own words"),
        Effect.KEY_DESTROYED,
        _words,
        step="keys",
        models=(audit.EntryDetail,),
    ),
)
