"""Taking keys of the log into use and out of it. Each change is on the log and in the policy, both for ever."""

from collections.abc import Iterable
from functools import partial

from django.db import transaction

from annotations.audit import log
from annotations.audit.actors import Actor
from annotations.audit.integrity.status import last_checkpoint
from annotations.audit.keys.policy import log_keys
from annotations.audit.keys.signing import KeyFolder
from annotations.audit.models import Epoch, KeyChange
from annotations.audit.registry import Action
from annotations.audit.sequencing import leader
from annotations.audit.services import append
from annotations.audit.tree.signed_notes import PublicKey
from annotations.core import clock
from annotations.core.commands import command
from annotations.core.errors import Conflict, Missing


def ensure(folder: KeyFolder, actor: Actor) -> None:
    """Makes the first key of a log that has none yet."""
    if not log_keys():
        new(folder, actor)


def new(folder: KeyFolder, actor: Actor) -> PublicKey:
    """Makes a key that signs from the next checkpoint on, beside those that sign already.

    Conflict `epoch_not_begun` between the declaration of an epoch and its first checkpoint: the keys that declared it
    sign that one.
    """
    with transaction.atomic():
        leader.wait()
        _check_begun()
        key = folder.make()
        _change(KeyChange.Kind.ADDED, key, log.KEY_ADDED, actor)
    folder.memory.keep_policy(log_keys())
    return key


def retire(folder: KeyFolder, key_id: str, actor: Actor) -> PublicKey:
    """Takes a key out of use from the next checkpoint on, and destroys it.

    `key_id` in hexadecimal. Missing `no_such_key`; Conflict `last_key` when no other one signs, `epoch_not_begun` as
    for a new one.
    """
    with transaction.atomic():
        leader.wait()
        _check_begun()
        signing = {key.public.key_id.hex(): key.public for key in log_keys() if key.until is None}
        if key_id not in signing:
            raise Missing(
                "no_such_key", f"No key {key_id} signs the log. {command('audit keys')} lists them."
            )
        if len(signing) == 1:
            raise Conflict(
                "last_key", f"No other key signs the log. Make one first: {command('audit keys new')}"
            )
        _change(KeyChange.Kind.RETIRED, signing[key_id], log.KEY_RETIRED, actor)
    folder.memory.keep_policy(log_keys())
    folder.destroy(signing[key_id])
    return signing[key_id]


def carry_over(
    folder: KeyFolder, added: Iterable[PublicKey], retired: Iterable[PublicKey], actor: Actor
) -> None:
    """Makes changes of keys again that a restore took from the database, for the next checkpoint on. The private keys
    are in the folder already; those of retired ones are taken out once the transaction has committed.
    """
    for key in added:
        _change(KeyChange.Kind.ADDED, key, log.KEY_ADDED, actor)
    for key in retired:
        _change(KeyChange.Kind.RETIRED, key, log.KEY_RETIRED, actor)
        transaction.on_commit(partial(folder.destroy, key))


def _check_begun() -> None:
    epoch, last = Epoch.objects.order_by("-number").first(), last_checkpoint()
    if epoch and epoch.restored >= (last.size if last else 0):
        raise Conflict(
            "epoch_not_begun",
            "Nothing was signed yet in the epoch that was declared. Let the sequencer seal first.",
        )


def _change(kind: KeyChange.Kind, key: PublicKey, action: Action, actor: Actor) -> None:
    last = last_checkpoint()
    size = last.size + 1 if last else 1
    KeyChange.objects.create(
        kind=kind, vkey=key.vkey, size=size, changed_at=clock.now(), changed_by=actor.pseudonym
    )
    append(action, actor, data={"key": key.vkey, "size": size})
