from django.db import models
from django.utils.translation import gettext_lazy as _


class RequestState(models.TextChoices):
    """How far a subject access request has come."""

    OPEN = "open", _("Open")
    COMPILED = "compiled", _("Compiled")
    REVIEWED = "reviewed", _("Reviewed")
    ANSWERED = "answered", _("Answered")
    REFUSED = "refused", _("Refused")
