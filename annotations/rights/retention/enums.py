from django.db import models
from django.utils.translation import gettext_lazy as _


class KeptState(models.TextChoices):
    """What starts a clock that ends a clip. A clip may be in several of them; the earliest end counts."""

    NEVER_LABELED = "never_labeled", _("Received and never labeled")
    LABELED = "labeled", _("Labeled")
    UPHELD = "upheld", _("Upheld as inappropriate")
    WITHDRAWN = "withdrawn", _("Consent withdrawn")
    EXPIRED = "expired", _("Consent expired")
    HELD = "held", _("Held: not verified, or not redacted")


class Part(models.TextChoices):
    """What of a clip ends."""

    ORIGINAL = "original", _("Original and its key")
    REST = "rest", _("Everything")


class RuleState(models.TextChoices):
    """How far a version of a retention rule has come."""

    PROPOSED = "proposed", _("Waits for a second officer")
    ANNOUNCED = "announced", _("Decided, takes effect later")
    IN_FORCE = "in_force", _("Decided")
    REFUSED = "refused", _("Refused")
    TAKEN_BACK = "taken_back", _("Taken back")


class LegalHoldState(models.TextChoices):
    """How far a legal hold has come."""

    ASKED = "asked", _("Waits for a second officer")
    STANDING = "standing", _("Stands")
    EXTENSION_ASKED = "extension_asked", _("Stands; an extension waits for a second officer")
    RELEASE_ASKED = "release_asked", _("Stands; its release waits for a second officer")
    RELEASED = "released", _("Released")
    EXPIRED = "expired", _("Over")
    REFUSED = "refused", _("Refused")
