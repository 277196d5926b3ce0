"""Changing rules of retention. What keeps something shorter takes effect after a day, until which any officer takes it
back: nobody alone, in one moment, ends everything that the site keeps.
"""

import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from annotations.audit import journal, services as audit
from annotations.audit.actors import WORKER, Actor
from annotations.audit.canonical import timestamp
from annotations.audit.registry import Action
from annotations.core import clock, shown as pages
from annotations.core.errors import Conflict, Invalid, Missing
from annotations.core.reasons import checked_reason
from annotations.core.shown import ChangedSince
from annotations.rights import log
from annotations.rights.retention import selectors
from annotations.rights.retention.enums import KeptState, RuleState
from annotations.rights.retention.models import RetentionRule
from annotations.rights.retention.rules import DEFAULTS, Days, check_days, takes_effect
from annotations.rights.rules import OFFICER, RETENTION_RULES

# What entries say of rules.
_NAMES = ["retention.rule_"]
_LOST_REASON = "Decided before the site was restored; the reason was lost with what came after the backup."


@transaction.atomic
def set_rule(state: str, days: Days, reason: str, *, version: int, actor: Actor) -> RetentionRule:
    """The next version of a rule. What keeps something longer than the default waits for a second officer; what keeps
    something shorter than now takes effect after `RETENTION_SHORTER_AFTER`; anything else holds at once.

    `version` is the one that was changed. Raises NotAllowed `not_allowed`; Invalid `reason_too_short`,
    `reason_too_long`, `unknown_state`, `days_out_of_bounds`, `original_outlives`, `withdrawn_outlives`; Conflict
    `not_changed`, `proposal_waits`, `shorter_waits`; ChangedSince when somebody else was faster; JournalUnreachable.
    """
    reason = checked_reason(reason)
    OFFICER.check(actor)
    if state not in KeptState.values:
        raise Invalid("unknown_state", "Choose one of the states.")
    now = selectors.rules_in_force()[state]
    longer = not days.within(DEFAULTS[state])
    effective = None if longer else _effective(now, days)
    _check(state, days, at_once=effective is None)
    if days == now:
        raise Conflict("not_changed", "It is kept for so long already.")
    _refuse_while_something_waits(state)
    current = selectors.versions_in_force().get(state)
    pages.check_version(version, current.version if current else 0, _NAMES)
    last = RetentionRule.objects.filter(kept_state=state).order_by("-version").first()
    try:
        with transaction.atomic():
            made = RetentionRule.objects.create(
                kept_state=state,
                version=(last.version if last else 0) + 1,
                original_days=days.original,
                rest_days=days.rest,
                reason=reason,
                state=RuleState.PROPOSED
                if longer
                else RuleState.ANNOUNCED
                if effective
                else RuleState.IN_FORCE,
                asked_by=actor.pseudonym,
                effective_at=effective,
            )
    except IntegrityError:
        raise ChangedSince(clock.now() - pages.UNKNOWN, str(version + 1), _NAMES, field="version") from None
    if longer:
        _record(log.RULE_PROPOSED, made, actor, reason)
    else:
        _decided(log.RULE_SHORTENED if effective else log.RULE_SET, made, actor, reason)
    return made


@transaction.atomic
def decide_rule(
    state: str, action: str, reason: str, actor: Actor, *, version: int | None = None
) -> RetentionRule:
    """`action` is "agree" or "refuse", on the change of the state's rule that waits for a second officer, or "take
    back", of one that takes effect later; `version` is what was read.

    Raises Invalid `reason_too_short`, `reason_too_long`, `unknown_decision`, and as `set_rule` when another rule was
    changed meanwhile; Missing `no_such_proposal`; NotAllowed `not_allowed`, `second_person_needed`;
    ChangedSince; JournalUnreachable.
    """
    reason = checked_reason(reason)
    if action not in {"agree", "refuse", "take back"}:
        raise Invalid("unknown_decision", "Agree, refuse or take it back.")
    rule = _waiting(state, RuleState.ANNOUNCED if action == "take back" else RuleState.PROPOSED)
    pages.check_version(version, rule.version, _NAMES)
    if action == "agree":
        return _agree(rule, reason, actor)
    rule.state = RETENTION_RULES.target(rule.state, action, actor, asked_by=rule.asked_by)
    rule.decided_by, rule.decided_at = actor.pseudonym, clock.now()
    if action == "take back":
        _check(state, selectors.rules_in_force()[state], at_once=True, without=rule)
    rule.save()
    _record(log.RULE_REFUSED if action == "refuse" else log.RULE_TAKEN_BACK, rule, actor, reason)
    if action == "take back":
        told = {"state": rule.kept_state, "version": rule.version}
        journal.record(journal.Kind.RETENTION_RULE_TAKEN_BACK, actor, told)
    return rule


def bring_into_force() -> int:
    """Notes that a shorter rule holds whose moment has come; how many. It holds from then on, noted or not."""
    due = RetentionRule.objects.filter(state=RuleState.ANNOUNCED, effective_at__lte=clock.now())
    return sum(_bring_into_force(rule.pk) for rule in due)


@transaction.atomic
def repeat_rule(
    state: str, version: int, days: Days, people: tuple[Actor, str], effective: datetime.datetime | None
) -> bool:
    """Decides on a version again that was decided on before the database was set back; False when that is so already.

    `people` are whoever decided on it last and the pseudonym of whoever asked. It was allowed then, so nothing is asked
    anew.
    """
    actor, asked_by = people
    if state not in KeptState.values:
        raise Invalid("unknown_state", f"This version of the site knows no clips that are {state}.")
    found = RetentionRule.objects.select_for_update().filter(kept_state=state, version=version).first()
    if found and found.state != RuleState.PROPOSED:
        return False
    rule = found or RetentionRule(kept_state=state, version=version, reason=_LOST_REASON, asked_by=asked_by)
    rule.original_days, rule.rest_days, rule.effective_at = days.original, days.rest, effective
    rule.state = RuleState.ANNOUNCED if effective else RuleState.IN_FORCE
    if actor.pseudonym != asked_by:
        rule.decided_by, rule.decided_at = actor.pseudonym, clock.now()
    rule.save()
    _record(log.RULE_SHORTENED if effective else log.RULE_SET, rule, actor)
    return True


@transaction.atomic
def repeat_taking_back(state: str, version: int, actor: Actor) -> bool:
    """Takes a version back again; False when it does not wait, or there is none."""
    found = RetentionRule.objects.select_for_update().filter(kept_state=state, version=version).first()
    if found is None or found.state != RuleState.ANNOUNCED:
        return False
    found.state, found.decided_by, found.decided_at = RuleState.TAKEN_BACK, actor.pseudonym, clock.now()
    found.save()
    _record(log.RULE_TAKEN_BACK, found, actor)
    return True


def _agree(rule: RetentionRule, reason: str, actor: Actor) -> RetentionRule:
    days = Days(rule.original_days, rule.rest_days)
    effective = _effective(selectors.rules_in_force()[rule.kept_state], days)
    action = "agree for later" if effective else "agree"
    rule.state = RETENTION_RULES.target(rule.state, action, actor, asked_by=rule.asked_by)
    _check(rule.kept_state, days, at_once=effective is None)
    rule.decided_by, rule.decided_at, rule.effective_at = actor.pseudonym, clock.now(), effective
    rule.save()
    if effective:
        _record(log.RULE_SHORTENED, rule, actor)
    _decided(log.RULE_AGREED, rule, actor, reason)
    return rule


@transaction.atomic
def _bring_into_force(rule_id: Any) -> bool:
    rule = RetentionRule.objects.select_for_update().get(pk=rule_id)
    if rule.state != RuleState.ANNOUNCED:
        return False
    rule.state = RETENTION_RULES.target(rule.state, "bring into force", WORKER)
    rule.save(update_fields=["state"])
    _record(log.RULE_SET, rule, WORKER)
    return True


def _effective(now: Days, days: Days) -> datetime.datetime | None:
    return takes_effect(now, days, clock.now(), settings.RETENTION_SHORTER_AFTER)


def _check(state: str, days: Days, *, at_once: bool, without: RetentionRule | None = None) -> None:
    """Against the rules as they will be, and as they are where it holds at once. Raises Invalid."""
    check_days(state, days, selectors.rules_decided(without))
    if at_once:
        check_days(state, days, selectors.rules_in_force())


def _refuse_while_something_waits(state: str) -> None:
    if RetentionRule.objects.filter(kept_state=state, state=RuleState.PROPOSED).exists():
        raise Conflict(
            "proposal_waits", "A change of this rule waits for a second officer. Decide on it first."
        )
    if selectors.announced().get(state):
        raise Conflict(
            "shorter_waits", "A shorter rule takes effect soon. Take it back first, or wait until it holds."
        )


def _waiting(state: str, wanted: RuleState) -> RetentionRule:
    found = RetentionRule.objects.select_for_update().filter(kept_state=state, state=wanted)
    if wanted == RuleState.ANNOUNCED:
        found = found.filter(effective_at__gt=clock.now())
    rule = found.first()
    if rule is None:
        raise Missing("no_such_proposal", "No change of this rule waits for a decision.")
    return rule


def _decided(kind: Action, rule: RetentionRule, actor: Actor, reason: str) -> None:
    """Logs it, and tells the journal: what was decided is not undone by a restore."""
    _record(kind, rule, actor, reason)
    told = {
        "state": rule.kept_state,
        "version": rule.version,
        "original_days": rule.original_days,
        "rest_days": rule.rest_days,
        "asked_by": rule.asked_by,
        "effective": timestamp(rule.effective_at) if rule.effective_at else "",
    }
    journal.record(journal.Kind.RETENTION_RULE_DECIDED, actor, told)


def _record(kind: Action, rule: RetentionRule, actor: Actor, reason: str = "") -> None:
    data: dict[str, str | int] = {
        "state": rule.kept_state,
        "version": rule.version,
        "original_days": rule.original_days,
        "rest_days": rule.rest_days,
    }
    if "effective" in kind.fields:
        data["effective"] = timestamp(rule.effective_at or clock.now())
    audit.append(kind, actor, data=data, detail={"reason": reason} if reason else None)
