from django.db import models
from django.utils.translation import gettext_lazy as _


class LiftState(models.TextChoices):
    """Where a request to show a region again stands."""

    ASKED = "asked", _("Waits for a second person")
    APPROVED = "approved", _("Shown")
    REFUSED = "refused", _("Refused")
    TAKEN_BACK = "taken_back", _("Taken back")
    ENDED = "ended", _("Hidden again")


class HidingEffect(models.TextChoices):
    """What is put in the place of a head."""

    BLUR = "blur", _("Blur")
    FILL = "fill", _("Fill")
    MOSAIC = "mosaic", _("Mosaic")
