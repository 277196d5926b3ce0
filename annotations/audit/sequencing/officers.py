"""The two privacy officers who stand for a declared epoch, by their accounts.

This context knows no accounts of its own. It asks for the few columns that the sequencer's role may read
(`audit.database.grants`).
"""

from django.contrib.auth import get_user_model

from annotations.audit.actors import Actor
from annotations.core.errors import Missing, NotAllowed
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


def two_officers(declared_by: str, agreed_by: str) -> tuple[Actor, Actor]:
    """Who declares an epoch and who agrees, by the names of their accounts.

    Raises Missing `no_such_account`; NotAllowed `account_closed`, `privacy_officer_only`, `second_person_needed`.
    """
    first, second = _account(declared_by), _account(agreed_by)
    DECLARES.check(first)
    AGREES.check(second, declared_by=first.pseudonym)
    return first, second


def _account(username: str) -> Actor:
    # Ordered by a column that may be read: `first` would take the key.
    found = get_user_model().objects.filter(username=username).order_by("username").values(*COLUMNS).first()
    if found is None:
        raise Missing("no_such_account", f"There is no account {username}.")
    if not found["is_active"]:
        raise NotAllowed("account_closed", f"The account of {username} is closed.")
    return Actor(found["pseudonym"], found["role"])
