from django.db import models
from django.utils.translation import gettext_lazy as _


class BreakGlassState(models.TextChoices):
    """How far an access to an unredacted original has come."""

    ASKED = "asked", _("Waits for a privacy officer")
    APPROVED = "approved", _("Approved")
    REFUSED = "refused", _("Refused")
    LAPSED = "lapsed", _("Lapsed: nobody decided in time")
    EXPIRED = "expired", _("Over")
    CLOSED = "closed", _("Closed")


class BreakGlassPurpose(models.TextChoices):
    """What an unredacted original is needed for."""

    REDACTION = "redaction", _("Find out what is wrong with the redaction")
    CONTENT = "content", _("Decide on content that cannot be judged redacted")
    DANGER = "danger", _("Somebody may be in danger")
    OWNER = "owner", _("The owner asks for it")
    LEGAL = "legal", _("A court or an authority demands it")
