from django.db import models
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    MAIL = "mail", _("mail")
    WEBHOOK = "webhook", _("webhook")


class MessageState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    SENT = "sent", _("Sent")
    DEAD = "dead", _("Given up")


class Topic(models.TextChoices):
    """What targets are told about; settings name the targets of each."""

    ALERTS = "alerts", _("alerts about how clips are watched")
    OPERATIONS = "operations", _("alarms of operations")
    DELETIONS = "deletions", _("reminders of copies to delete")
    KEYS = "keys", _("API keys that end soon")
    REQUESTS = "requests", _("access requests that are due soon")
