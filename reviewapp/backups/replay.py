"""Doing again what the journal tells and the database does not know.

Line by line, each in one transaction with its entry on the log: killed at any step, the next attempt goes on. What is
found done is noted and nothing more. Who did it then, and when, is what the journal tells.
"""

import datetime
import uuid
from collections.abc import Callable

from django.db import transaction

from annotations.accounts import services as accounts
from annotations.accounts.models import ApiKey, Session
from annotations.audit import journal, log, services as audit
from annotations.audit.actors import Actor
from annotations.audit.enums import KeysDestroyed
from annotations.audit.journal import Kind, Line
from annotations.audit.models import JournalLine
from annotations.clips import services as clips
from annotations.clips.models import Clip
from annotations.core import named_locks
from annotations.core.errors import Missing, Unavailable
from annotations.rights import services as rights
from annotations.rights.enums import ErasureCause
from annotations.rights.scopes import Scope

Handler = Callable[[Line], object]
_ONE_REPLAYS = "audit.journal.replay"


def replay(actor: Actor) -> int:
    """Brings the database to where the journal is; how many lines it did not know.

    Raises Unavailable with the journal's code when it cannot be believed, and Unreachable.
    """
    found = journal.standing()
    if found.code not in {"", journal.AHEAD}:
        raise Unavailable(found.code, found.message)
    for line in found.unknown:
        _replay(line, actor)
    _destroy_keys_that_came_back()
    journal.forget_standing()
    return len(found.unknown)


@transaction.atomic
def _replay(line: Line, actor: Actor) -> None:
    named_locks.hold(_ONE_REPLAYS, alone=True)
    if JournalLine.objects.filter(number=line.number).exists():
        return  # somebody else replays, too
    with journal.replaying():
        HANDLERS[line.kind](line)
    data = {"line": line.number, "kind": str(line.kind), "at": line.time}
    audit.append(log.REPLAYED, actor, data=data)
    journal.know(line)


def _destroy_keys_that_came_back() -> None:
    """The store of subjects' keys may be an older copy, whatever the database knows."""
    audit.finish_erasures()
    audit.destroy_returned(
        uuid.UUID(key)
        for line in journal.own_file().lines()
        if line.kind is Kind.KEYS_DESTROYED
        for key in line.data["keys"]
    )


def _withdraw(line: Line) -> None:
    if clip := _clip(line):
        clips.withdraw(clip, line.actor, at=line.moment)


def _erase(line: Line) -> None:
    scope = Scope(line.data["kind"], line.data["target"])
    try:
        rights.repeat_erasure(
            uuid.UUID(line.data["erasure"]), scope, line.actor, ErasureCause(line.data["cause"])
        )
    except Missing:
        return  # it came after the backup, and went with the database


def _destroy_keys(line: Line) -> None:
    keys = [uuid.UUID(key) for key in line.data["keys"]]
    audit.repeat_destruction(line.data["subject"], keys, line.actor, KeysDestroyed(line.data["cause"]))


def _erase_original(line: Line) -> None:
    if clip := _clip(line):
        clips.erase_original(clip, line.actor)


def _close_account(line: Line) -> None:
    accounts.repeat_closing(line.data["account"], line.actor)


def _change_role(line: Line) -> None:
    accounts.repeat_role(line.data["account"], line.data["role"], line.actor)


def _require_password(line: Line) -> None:
    accounts.repeat_password_required(line.data["account"], line.actor)


def _revoke_key(line: Line) -> None:
    if ApiKey.objects.filter(prefix=line.data["prefix"], revoked_at=None).exists():
        accounts.revoke_key(line.actor, line.data["prefix"])


def _end_rotated_key(line: Line) -> None:
    """Its successor came after the backup and is gone; it has to be made again."""
    until = datetime.datetime.fromisoformat(line.data["until"])
    accounts.repeat_rotation(line.data["prefix"], until, line.actor)


def _end_sessions(line: Line) -> None:
    """Whoever was signed in when the backup was made signs in anew."""
    sessions = Session.objects.all().delete()[0]
    audit.append(log.RESTORED, line.actor, data={**line.data, "sessions": sessions})


def _begin(line: Line) -> None:
    audit.append(log.JOURNAL_BEGUN, line.actor, data={"line": line.number})


def _nothing(line: Line) -> None:
    """It changed nothing of what is kept."""


def _clip(line: Line) -> Clip | None:
    """None when it came after the backup, and went with the database."""
    return Clip.objects.select_related("owner").filter(public_id=line.data["clip"]).first()


HANDLERS: dict[Kind, Handler] = {
    Kind.BEGUN: _begin,
    Kind.CONSENT_WITHDRAWN: _withdraw,
    Kind.ERASURE_REQUESTED: _erase,
    Kind.KEYS_DESTROYED: _destroy_keys,
    Kind.ORIGINAL_ERASED: _erase_original,
    Kind.ACCOUNT_CLOSED: _close_account,
    Kind.ROLE_CHANGED: _change_role,
    Kind.PASSWORD_REQUIRED: _require_password,
    Kind.KEY_REVOKED: _revoke_key,
    Kind.KEY_ROTATED: _end_rotated_key,
    Kind.BACKUP_BEGUN: _nothing,
    Kind.RESTORED: _end_sessions,
}
