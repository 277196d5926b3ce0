"""Every store that holds something of owners and their clips: what an erasure does to it, and what counts it.

The plan of an erasure, its certificate and the answer to an access request are made of this list. A test fails when a
table or a storage of the product is neither here nor in `NOT_OF_OWNERS`.
"""

from annotations.rights.inventory.erased import ERASED
from annotations.rights.inventory.staying import STAYING
from annotations.rights.inventory.store import Store

__all__ = ["NOT_OF_OWNERS", "STORES", "Store", "emptied_tables", "of_step", "store_called"]

STORES: tuple[Store, ...] = (*ERASED, *STAYING)

_STAFF = "accounts of people and programs that work here, not of owners"
_LOG = "hashes, signatures and keys of the log's tree"
_SETUP = "says what a project, a dataset, a list or a rule is for; about no clip and no owner"
NOT_OF_OWNERS: dict[str, str] = {
    **dict.fromkeys(
        (
            "accounts.User",
            "accounts.ApiKey",
            "accounts.Session",
            "accounts.SignInLink",
            "accounts.AccountProposal",
            "single_sign_on.Identity",
            "single_sign_on.Exchange",
            "single_sign_on.ProviderDocument",
            "single_sign_on.ProviderSession",
            "single_sign_on.SpentLogoutToken",
            "accounts.Factor",
            "accounts.RecoveryCode",
            "accounts.ThrottleCount",
        ),
        _STAFF,
    ),
    **dict.fromkeys(
        (
            "audit.HashTile",
            "audit.Checkpoint",
            "audit.Cosignature",
            "audit.KeyChange",
            "audit.Verification",
            "audit.Epoch",
        ),
        _LOG,
    ),
    **dict.fromkeys(
        (
            "redaction.HidingChoice",
            "moderation.HashList",
            "moderation.HashBlock",
            "review.Project",
            "review.LabelSchema",
            "datasets.Dataset",
            "datasets.Release",
            "oversight.AlertRule",
            "rights.RetentionRule",
        ),
        _SETUP,
    ),
    "oversight.ViewingTally": "how many views a member of staff was given on a day, without the clips",
    "oversight.AlertScanProgress": "one number: how far the log was looked through",
    "default": "nothing is stored in it: every file names its storage",
    "staticfiles": "the site's own files",
}

_BY_CODE = {store.code: store for store in STORES}


def of_step(step: str) -> tuple[Store, ...]:
    """The stores that a step of an erasure empties."""
    return tuple(store for store in STORES if store.step == step)


def emptied_tables() -> set[str]:
    """The tables of the database from which an erasure deletes rows."""
    return {model._meta.db_table for store in ERASED for model in store.models}


def store_called(code: str) -> Store:
    """The store of this code; KeyError when there is none."""
    return _BY_CODE[code]
