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


class HiddenKind(models.TextChoices):
    """What people ask to hide. The codes are those of reports (`vision.report.Kind`)."""

    FACE = "face", _("Face")
    LICENCE_PLATE = "licence_plate", _("Licence plate")
    DOCUMENT_OR_SCREEN = "document_or_screen", _("Document or screen")
    NAME_OR_NUMBER = "name_or_number", _("Name or number")
    OTHER = "other", _("Something else")


class Stage(models.TextChoices):
    """What a pass is at. The codes are those of the child's reports."""

    START = "start", _("Starting")
    FOLLOW = "follow", _("Following what people drew")
    ANALYSE = "analyse", _("Looking for faces")
    RENDER = "render", _("Hiding faces and checking the result")
