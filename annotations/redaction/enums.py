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


class HeldBecause(models.TextChoices):
    """Why the rendition of a run was not verified: the first that applies."""

    FACE_VISIBLE = "face_visible", _("A face may still be visible")
    EVIDENCE = "evidence", _("Somebody may be there who is not hidden")
    TOO_DARK = "too_dark", _("Too dark to judge")
    TOO_BLURRED = "too_blurred", _("Too blurred to judge")
    TOO_SMALL = "too_small", _("Too small to judge")


class UnverifiedState(models.TextChoices):
    """What became of a run whose rendition was not verified."""

    WAITING = "waiting", _("Waits for a lead")
    TRIED_STRICTLY = "tried_strictly", _("Tried strictly")
    STARTED_AGAIN = "started_again", _("Started again")
    DISCARDED = "discarded", _("Discarded")


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
