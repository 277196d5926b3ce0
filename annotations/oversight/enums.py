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
    FLAGS = "flags", _("Many flags in a row")
    SHORTER_RULES = "shorter_rules", _("Kept for less time")
    IN_PERSON = "in_person", _("Done on the command line")


class AlertState(models.TextChoices):
    OPEN = "open", _("Open")
    TAKEN = "taken", _("Taken")
    EXPLAINED = "explained", _("Explained")
    ESCALATED = "escalated", _("Escalated")


class LogWork(models.TextChoices):
    """What an officer has done about the log's integrity."""

    VERIFY = "verify", _("Verification")
    EXPORT = "export", _("Export")
    ANCHOR = "anchor", _("Showing it to the witnesses")
