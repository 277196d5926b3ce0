from django.db import models
from django.utils.translation import gettext_lazy as _


class FlagCategory(models.TextChoices):
    """Why a clip is inappropriate to show or to train on."""

    NUDITY = "nudity", _("Nudity")
    SEXUAL = "sexual", _("Sexual act")
    MINOR_AT_RISK = "minor_at_risk", _("Minor at risk")
    VIOLENCE = "violence", _("Violence or injury")
    MEDICAL = "medical", _("Medical situation")
    PRIVATE_MOMENT = "private_moment", _("Very private moment")
    OTHER = "other", _("Something else")


class FlagState(models.TextChoices):
    OPEN = "open", _("Open")
    UPHELD = "upheld", _("Upheld")
    DISMISSED = "dismissed", _("Dismissed")


class FlagSource(models.TextChoices):
    MODEL = "model", _("Model")
    PERSON = "person", _("Person")
