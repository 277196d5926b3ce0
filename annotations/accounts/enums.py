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


class KeyRefusal(models.TextChoices):
    """Why an API key does not let its sender in."""

    UNKNOWN = "unknown", _("Nobody has this key")
    WRONG = "wrong", _("The key begins like one that exists")
    REVOKED = "revoked", _("The key was revoked")
    EXPIRED = "expired", _("The key has expired")
    INACTIVE = "inactive", _("The account is closed")


ANONYMOUS = "anonymous"
