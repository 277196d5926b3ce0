from django.db import models
from django.utils.translation import gettext_lazy as _

from annotations.clips import rules
from annotations.clips.enums import HoldReason


class LeftOut(models.TextChoices):
    """Why a clip stays out of a release, besides the holds on it."""

    NO_TRAINING_CONSENT = "no_training_consent", _("The owner did not consent to training")
    CONSENT_ENDED = "consent_ended", _("The consent has ended")
    NOT_REDACTED = "not_redacted", _("No verified rendition")
    NOT_ACCEPTED = "not_accepted", _("No accepted labels")
    LABELS_OUTDATED = "labels_outdated", _("The labels belong to an earlier rendition of other length")
    OTHER_LABELS = "other_labels", _("Accepted, but its labels are not among those asked for")


class MarkReason(models.TextChoices):
    """Why a clip in a frozen release may not be used any more, besides the holds on it."""

    CONSENT_ENDED = LeftOut.CONSENT_ENDED.value, LeftOut.CONSENT_ENDED.label
    REDACTED_AGAIN = "redacted_again", _("A face was still visible; it was hidden afterwards")
    ERASED = "erased", _("Erased")


# After these the files of a release are destroyed: what they hold may not be used again.
FINAL = rules.FINAL | {MarkReason.CONSENT_ENDED, MarkReason.ERASED}


class DeletionStatement(models.TextChoices):
    """What somebody who downloaded an item says when they are asked to delete it."""

    DELETED = "deleted", _("Every copy was deleted")
    NEVER_KEPT = "never_kept", _("No copy was kept")
    CANNOT = "cannot", _("It cannot be deleted")


REASONS = {**dict(HoldReason.choices), **dict(MarkReason.choices), **dict(LeftOut.choices)}


def label(reason: str) -> str:
    """The reason in words."""
    return str(REASONS.get(reason, reason))
