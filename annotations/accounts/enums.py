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


class Standing(models.TextChoices):
    """How an account stands, as the list of people filters by it."""

    OPEN = "open", _("Open")
    NEVER = "never", _("Open, never signed in")
    CLOSED = "closed", _("Closed")


class Lack(models.TextChoices):
    """What somebody has to have before they are given a clip."""

    TRAINING = "training_missing", _("Your training is not recorded yet. Ask the operator to record its day.")
    STATEMENT = (
        "statement_missing",
        _("Read the confidentiality statement on the page of your account, and accept it."),
    )


class ProposalKind(models.TextChoices):
    """What an operator wants done that would let somebody see content."""

    OPEN = "open", _("Open the account")
    CHANGE_ROLE = "change_role", _("Change the role")
    NEW_LINK = "new_link", _("Make a new sign-in link")


class ProposalState(models.TextChoices):
    WAITING = "waiting", _("Waiting for a privacy officer")
    AGREED = "agreed", _("Agreed")
    REFUSED = "refused", _("Refused")
    TAKEN_BACK = "taken_back", _("Taken back")
    LAPSED = "lapsed", _("Dropped, as the account was closed")


class Scope(models.TextChoices):
    """What an API key opens; `reviewapp/scopes.csv` has the routes of each."""

    SUBMIT_CLIPS = "submit_clips", _("Submit clips")
    READ_PROGRESS = "read_progress", _("Read how far submitted clips are")
    DESCRIBE_CAMERAS = "describe_cameras", _("Read and change how cameras hang")
    DOWNLOAD_RELEASES = "download_releases", _("Read and download releases of datasets")
    CONFIRM_DELETIONS = "confirm_deletions", _("Read what has to be deleted from releases, and confirm it")
    READ_METRICS = "read_metrics", _("Read figures of operations")


class KeyRefusal(models.TextChoices):
    """Why an API key does not let its sender in."""

    UNKNOWN = "unknown", _("Nobody has this key")
    WRONG = "wrong", _("The key begins like one that exists")
    REVOKED = "revoked", _("The key was revoked")
    EXPIRED = "expired", _("The key has expired")
    INACTIVE = "inactive", _("The account is closed")
    NETWORK = "network", _("The key was sent from a network that it is not bound to")


ANONYMOUS = "anonymous"
