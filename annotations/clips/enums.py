from django.db import models
from django.utils.translation import gettext_lazy as _


class HoldReason(models.TextChoices):
    """Why a clip may not be used; each reason belongs to the context that places and releases it."""

    AWAITING_REDACTION = "awaiting_redaction", _("Faces are being hidden")
    AWAITING_SCREENING = "awaiting_screening", _("Content is being checked")
    REDACTION_UNVERIFIED = "redaction_unverified", _("A face may still be visible")
    REDACTION_FAILED = "redaction_failed", _("Faces could not be hidden")
    QUARANTINED = "quarantined", _("Found inappropriate by a model")
    FLAGGED = "flagged", _("Flagged inappropriate by a person")
    WITHDRAWN = "withdrawn", _("Consent withdrawn")
    EXPIRED = "expired", _("Consent expired")
    LEGAL = "legal", _("Legal hold")
    ERASED = "erased", _("Erased")


class Purpose(models.TextChoices):
    """What a clip is used for, as the gate asks."""

    LABELING = "labeling", _("Labeling")
    MODERATION = "moderation", _("Moderation")
    TRAINING = "training", _("Training")
    BREAK_GLASS = "break_glass", _("Break-glass")
    ACCESS = "access", _("Copy for the owner")
