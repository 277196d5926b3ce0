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
    """What an operator wants done to an account that takes a second person."""

    OPEN = "open", _("Open the account")
    CHANGE_ROLE = "change_role", _("Change the role")
    NEW_LINK = "new_link", _("Make a new sign-in link")
    TAKE_FACTORS = "take_factors", _("Take away the second factors")


class ProposalState(models.TextChoices):
    WAITING = "waiting", _("Waiting for a second person")
    AGREED = "agreed", _("Agreed")
    REFUSED = "refused", _("Refused")
    TAKEN_BACK = "taken_back", _("Taken back")
    LAPSED = "lapsed", _("Dropped, as the account was closed")


class FactorKind(models.TextChoices):
    """What somebody can have besides the password."""

    APP = "app", _("App that shows codes")
    PASSKEY = "passkey", _("Passkey")


class Proof(models.TextChoices):
    """By what somebody has shown that it is them."""

    PASSWORD = "password", _("password")
    APP = "app", _("code of an app")
    PASSKEY = "passkey", _("passkey")
    RECOVERY_CODE = "recovery_code", _("recovery code")
    PROVIDER = "provider", _("sign-in provider")


class SessionEnd(models.TextChoices):
    """Why a session is over, though nobody ended it."""

    IDLE = "idle", _("nobody was there")
    AGE = "age", _("it lasted as long as one may")


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
