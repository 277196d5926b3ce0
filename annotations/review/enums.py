from django.db import models
from django.utils.translation import gettext_lazy as _


class TaskState(models.TextChoices):
    """Where one clip stands in one project."""

    OPEN = "open", _("In review")
    SETTLING = "settling", _("Waiting for a lead")
    ACCEPTED = "accepted", _("Accepted")
    SET_ASIDE = "set_aside", _("Set aside")


class AssignmentState(models.TextChoices):
    """Where one reviewer's slot of a task stands."""

    OPEN = "open", _("Open")
    PARKED = "parked", _("Held")
    LEASED = "leased", _("Being labeled")
    RETURNED = "returned", _("Back with its reviewer")
    SUBMITTED = "submitted", _("Waiting for a lead")
    ACCEPTED = "accepted", _("Accepted")
    SUPERSEDED = "superseded", _("Another reviewer's labels were accepted")
    SKIPPED = "skipped", _("Skipped")
    FLAGGED = "flagged", _("Flagged inappropriate")
    EXPIRED = "expired", _("Not submitted in time")


class Decision(models.TextChoices):
    """What a lead decides on submitted labels."""

    ACCEPT = "accept", _("Accepted")
    RETURN = "return", _("Returned")
