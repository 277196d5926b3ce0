from django.db import models
from django.utils.translation import gettext_lazy as _


class AlertKind(models.TextChoices):
    """The rules by which alerts are raised; each has a module in `alerting`."""

    VOLUME = "volume", _("Much seen or taken away")
    OFF_HOURS = "off_hours", _("Seen outside of working hours")
    HOUSEHOLD = "household", _("One person, one household")
    REVEALS = "reveals", _("Revealed without a decision")
    LOG_READING = "log_reading", _("The log read by somebody else")
    REFUSALS = "refusals", _("Refused again and again")
    BREAK_GLASS = "break_glass", _("Seen unredacted")


class AlertState(models.TextChoices):
    OPEN = "open", _("Open")
    TAKEN = "taken", _("Taken")
    EXPLAINED = "explained", _("Explained")
    ESCALATED = "escalated", _("Escalated")


class RequestState(models.TextChoices):
    """How far a subject access request has come."""

    OPEN = "open", _("Open")
    COMPILED = "compiled", _("Compiled")
    REVIEWED = "reviewed", _("Reviewed")
    ANSWERED = "answered", _("Answered")
    REFUSED = "refused", _("Refused")


class LogWork(models.TextChoices):
    """What an officer has done about the log's integrity."""

    VERIFY = "verify", _("Verification")
    EXPORT = "export", _("Export")
    ANCHOR = "anchor", _("Showing it to the witnesses")


class GlassState(models.TextChoices):
    """How far a request for an unredacted original has come."""

    ASKED = "asked", _("Waits for a privacy officer")
    APPROVED = "approved", _("Approved")
    REFUSED = "refused", _("Refused")
    LAPSED = "lapsed", _("Lapsed: nobody decided in time")
    EXPIRED = "expired", _("Over")
    CLOSED = "closed", _("Closed")


class GlassPurpose(models.TextChoices):
    """What an unredacted original is needed for."""

    REDACTION = "redaction", _("Find out what is wrong with the redaction")
    CONTENT = "content", _("Decide on content that cannot be judged redacted")
    DANGER = "danger", _("Somebody may be in danger")
    OWNER = "owner", _("The owner asks for it")
    LEGAL = "legal", _("A court or an authority demands it")
