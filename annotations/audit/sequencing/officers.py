"""Who may stand for a declared epoch, by their accounts.

This context knows no accounts of its own. It asks for the few columns that the sequencer's role may read
(`audit.database.grants`).
"""

from django.contrib.auth import get_user_model

from annotations.audit.actors import Actor
from annotations.core.errors import NotAllowed
from annotations.core.who import Refusal, by, somebody_else_than

# Of the table of accounts, what the sequencer's role may read.
COLUMNS = ("username", "pseudonym", "role", "is_active")

_OFFICER_ONLY = Refusal("privacy_officer_only", "Two privacy officers declare an epoch.")
DECLARES = by("privacy_officer", refusal=_OFFICER_ONLY)
AGREES = by(
    "privacy_officer",
    only=somebody_else_than(
        "declared_by",
        "who declares it",
        Refusal("second_person_needed", "Another privacy officer than the one who declares it has to agree."),
    ),
    refusal=_OFFICER_ONLY,
)


def check_two(declared_by: Actor, agreed_by: Actor) -> None:
    """Raises NotAllowed `privacy_officer_only`, `second_person_needed`."""
    DECLARES.check(declared_by)
    AGREES.check(agreed_by, declared_by=declared_by.pseudonym)


def open_account(pseudonym: str) -> Actor:
    """Whoever has this pseudonym, in the role that they have now. Raises NotAllowed `account_closed`."""
    # Ordered by a column that may be read: `first` would take the key.
    accounts = get_user_model().objects.filter(pseudonym=pseudonym).order_by("username").values(*COLUMNS)
    found = accounts.first()
    if found is None or not found["is_active"]:
        raise NotAllowed("account_closed", f"The account of {pseudonym}, who agreed to it, is closed.")
    return Actor(found["pseudonym"], found["role"])
