"""Doing again what the journal tells and the database does not know.

Line by line, each in one transaction with its entry on the log: killed at any step, the next attempt goes on. What is
found done is noted and nothing more. Who did it then, and when, is what the journal tells. A line that cannot be done
stops no other one, and keeps the site closed until it can, or until a privacy officer passes it over by its number.
"""

import datetime
import logging
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from django.db import InterfaceError, OperationalError, transaction

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
from annotations.core.errors import Conflict, DomainError, Invalid, Missing, Unavailable
from annotations.core.reasons import checked_reason
from annotations.rights import services as rights
from annotations.rights.enums import ErasureCause, ScopeKind
from annotations.rights.retention.rules import Days
from annotations.rights.rules import OFFICER
from annotations.rights.scopes import Scope
from annotations.rights.services.repeated_legal_holds import Step

logger = logging.getLogger(__name__)

Handler = Callable[[Line], object]
_ONE_REPLAYS = "audit.journal.replay"


@dataclass(frozen=True)
class Failed:
    """A line that could not be done again, and why, in a sentence."""

    line: Line
    why: str

    def __str__(self) -> str:
        return f"line {self.line.number} ({self.line.kind}, of {self.line.time}): {self.why}"


class NotReplayed(DomainError):
    """Some lines could not be done again. The others are done; nothing is served until these are, too."""

    status = 503

    def __init__(self, failed: list[Failed], done: Counter[Kind]) -> None:
        self.failed, self.done = failed, done
        super().__init__(
            "journal_not_replayed",
            f"The journal tells of acts that cannot be done again: {'; '.join(map(str, failed))} "
            "Repair what is named, then: manage.py restore --replay. Or a privacy officer answers for leaving a line "
            "undone: manage.py restore --pass-over NUMBER --by OFFICER --reason TEXT.",
        )


def replay(actor: Actor) -> Counter[Kind]:
    """Brings the database to where the journal is; how many lines of each kind it did not know.

    Raises Unavailable with the journal's code when it cannot be believed; NotReplayed when lines could not be done,
    after all others; Unreachable.
    """
    done: Counter[Kind] = Counter()
    failed = []
    for line in _unknown():
        try:
            _replay(line, actor)
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:  # noqa: BLE001
            failed.append(Failed(line, _why(error)))
            logger.error("The journal's %s", failed[-1])
        else:
            done[line.kind] += 1
    _destroy_keys_that_came_back()
    journal.forget_standing()
    if failed:
        raise NotReplayed(failed, done)
    return done


@transaction.atomic
def pass_over(number: int, actor: Actor, reason: str) -> Line:
    """Leaves one line undone, for which a privacy officer answers: it counts as known from now on.

    Raises Invalid `reason_too_short`, `reason_too_long`; NotAllowed `not_allowed`; Missing `no_such_line` when the
    database knows the line, or there is none; Conflict `can_be_replayed` when it can be done; Unavailable.
    """
    reason = checked_reason(reason)
    OFFICER.check(actor)
    line = next((each for each in _unknown() if each.number == number), None)
    if line is None:
        raise Missing("no_such_line", f"There is no line {number} that the database does not know.")
    if _can_be_done(line):
        raise Conflict("can_be_replayed", f"Line {number} can be done again: manage.py restore --replay.")
    data = {"line": line.number, "kind": str(line.kind), "at": line.time}
    audit.append(log.PASSED_OVER, actor, data=data, detail={"reason": reason}, detail_of=actor.pseudonym)
    journal.know(line)
    transaction.on_commit(journal.forget_standing)
    return line


def _unknown() -> tuple[Line, ...]:
    found = journal.standing()
    if found.code not in {"", journal.AHEAD}:
        raise Unavailable(found.code, found.message)
    return found.unknown


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


def _can_be_done(line: Line) -> bool:
    """Whether the line could be replayed; nothing of it stays."""
    try:
        with transaction.atomic(), journal.replaying():
            HANDLERS[line.kind](line)
            transaction.set_rollback(True)
    except Exception:  # noqa: BLE001
        return False
    return True


def _why(error: Exception) -> str:
    return (
        error.message if isinstance(error, DomainError) else f"{type(error).__name__}: {error}".strip() + "."
    )


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
    scope = Scope(ScopeKind(line.data["kind"]), line.data["target"])
    try:
        rights.repeat_erasure(
            uuid.UUID(line.data["erasure"]), scope, line.actor, ErasureCause(line.data["cause"])
        )
    except Missing:
        return  # it came after the backup, and went with the database


def _destroy_keys(line: Line) -> None:
    keys = [uuid.UUID(key) for key in line.data["keys"]]
    if not keys:
        raise Invalid("no_keys", "It names no key that was destroyed.")
    audit.repeat_destruction(line.data["subject"], keys, line.actor, KeysDestroyed(line.data["cause"]))


def _erase_original(line: Line) -> None:
    if clip := _clip(line):
        clips.erase_original(clip, line.actor)


def _close_account(line: Line) -> None:
    accounts.repeat_closing(line.data["account"], line.actor, line.moment)


def _change_role(line: Line) -> None:
    accounts.repeat_role(line.data["account"], line.data["role"], line.actor, line.moment)


def _require_password(line: Line) -> None:
    accounts.repeat_password_required(line.data["account"], line.actor)


def _revoke_key(line: Line) -> None:
    if ApiKey.objects.filter(prefix=line.data["prefix"], revoked_at=None).exists():
        accounts.revoke_key(line.actor, line.data["prefix"], at=line.moment)


def _place_legal_hold(line: Line) -> None:
    scope = Scope(ScopeKind(line.data["kind"]), line.data["target"])
    rights.repeat_legal_hold(_step(line), scope, _moment(line.data["until"]))


def _extend_legal_hold(line: Line) -> None:
    rights.repeat_extension(_step(line), _moment(line.data["until"]))


def _release_legal_hold(line: Line) -> None:
    rights.repeat_release(_step(line))


def _decide_rule(line: Line) -> None:
    told = line.data
    days = Days(told["original_days"], told["rest_days"])
    effective = _moment(told["effective"]) if told["effective"] else None
    people = line.actor, told["asked_by"]
    rights.repeat_rule(told["state"], told["version"], days, people, effective)


def _take_rule_back(line: Line) -> None:
    rights.repeat_taking_back(line.data["state"], line.data["version"], line.actor)


def _step(line: Line) -> Step:
    return Step(uuid.UUID(line.data["hold"]), line.data["asked_by"], line.actor, line.moment)


def _moment(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text)


def _remove_factor(line: Line) -> None:
    accounts.repeat_factor_removed(uuid.UUID(line.data["factor"]), line.actor)


def _take_factors(line: Line) -> None:
    accounts.repeat_factors_taken(line.data["account"], line.moment, line.actor)


def _end_recovery_codes(line: Line) -> None:
    accounts.repeat_recovery_codes_made(line.data["account"], line.moment, line.actor)


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
    Kind.LEGAL_HOLD_PLACED: _place_legal_hold,
    Kind.LEGAL_HOLD_EXTENDED: _extend_legal_hold,
    Kind.LEGAL_HOLD_RELEASED: _release_legal_hold,
    Kind.RETENTION_RULE_DECIDED: _decide_rule,
    Kind.RETENTION_RULE_TAKEN_BACK: _take_rule_back,
    Kind.FACTOR_REMOVED: _remove_factor,
    Kind.FACTORS_TAKEN: _take_factors,
    Kind.RECOVERY_CODES_MADE: _end_recovery_codes,
    Kind.KEY_ROTATED: _end_rotated_key,
    Kind.BACKUP_BEGUN: _nothing,
    Kind.RESTORED: _end_sessions,
}
