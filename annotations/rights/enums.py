from django.db import models
from django.utils.translation import gettext_lazy as _


class RequestState(models.TextChoices):
    """How far a subject access request has come."""

    OPEN = "open", _("Open")
    COMPILED = "compiled", _("Compiled")
    REVIEWED = "reviewed", _("Reviewed")
    ANSWERED = "answered", _("Answered")
    REFUSED = "refused", _("Refused")


class ScopeKind(models.TextChoices):
    """What an erasure is of."""

    CLIP = "clip", _("Clip")
    DEVICE = "device", _("Camera with its clips")
    OWNER = "owner", _("Owner with cameras and clips")


class ErasureCause(models.TextChoices):
    """Why something is erased."""

    OWNER_ASKED = "owner_asked", _("The owner asked for it")
    OFFICER = "officer", _("A privacy officer decided it")
    RETENTION = "retention", _("The time for which it is kept was over")


class Effect(models.TextChoices):
    """What an erasure does to what a store holds."""

    DELETED = "deleted", _("Deleted")
    KEY_DESTROYED = "key_destroyed", _("Key destroyed")
    TOMBSTONE = "tombstone", _("Only a tombstone is left")
    STAYS = "stays", _("Stays")
