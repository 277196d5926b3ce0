from django.db import models
from django.utils.translation import gettext_lazy as _


class UnredactionState(models.TextChoices):
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


class Stage(models.TextChoices):
    """What a pass is at. The codes are those of the child's reports."""

    START = "start", _("Starting")
    FOLLOW = "follow", _("Following faces that people drew")
    ANALYSE = "analyse", _("Looking for faces")
    RENDER = "render", _("Hiding faces and checking the result")
