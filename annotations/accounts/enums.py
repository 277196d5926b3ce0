from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a person came for; each account has exactly one."""

    CONTRACTOR = "contractor", _("Contractor")
    LEAD = "lead", _("Lead")
    ML_ENGINEER = "ml_engineer", _("ML engineer")
    PRIVACY_OFFICER = "privacy_officer", _("Privacy officer")
    OPERATOR = "operator", _("Operator")
    SUBMITTER = "submitter", _("Submitter")


ANONYMOUS = "anonymous"
