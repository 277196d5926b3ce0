"""Changing rules of retention, and ending what is over."""

from django.db import IntegrityError, transaction

from annotations.audit import services as audit
from annotations.audit.actors import WORKER, Actor
from annotations.audit.registry import Action
from annotations.clips import services as clips
from annotations.clips.models import Clip
from annotations.core import clock, shown as pages
from annotations.core.errors import Conflict, DomainError, Invalid, Missing
from annotations.core.reasons import checked_reason
from annotations.core.shown import ChangedSince
from annotations.rights import log
from annotations.rights.enums import ErasureCause, ScopeKind
from annotations.rights.retention import selectors
from annotations.rights.retention.enums import KeptState, Part, RuleState
from annotations.rights.retention.models import RetentionRule
from annotations.rights.retention.rules import DEFAULTS, Days, check_days, earliest
from annotations.rights.retention.selectors import Ending
from annotations.rights.rules import OFFICER, RETENTION_RULES
from annotations.rights.scopes import Scope
from annotations.rights.services.erasures import request_erasure, under_order

# What entries say of rules.
_NAMES = ["retention.rule_"]


@transaction.atomic
def set_rule(state: str, days: Days, reason: str, *, version: int, actor: Actor) -> RetentionRule:
    """The next version of a rule: in force at once, unless it keeps something longer than the default does.

    `version` is the one that was changed. Raises NotAllowed `not_allowed`; Invalid `reason_too_short`,
    `reason_too_long`, `unknown_state`, `days_out_of_bounds`, `original_outlives`, `withdrawn_outlives`; Conflict
    `not_changed`, `proposal_waits`; ChangedSince when somebody else was faster.
    """
    reason = checked_reason(reason)
    OFFICER.check(actor)
    if state not in KeptState.values:
        raise Invalid("unknown_state", "Choose one of the states.")
    rules = selectors.rules_in_force()
    check_days(state, days, rules)
    if days == rules[state]:
        raise Conflict("not_changed", "It is kept for so long already.")
    if RetentionRule.objects.filter(kept_state=state, state=RuleState.PROPOSED).exists():
        raise Conflict(
            "proposal_waits", "A change of this rule waits for a second officer. Decide on it first."
        )
    current = selectors.versions_in_force().get(state)
    pages.check_version(version, current.version if current else 0, _NAMES)
    longer = not days.within(DEFAULTS[state])
    last = RetentionRule.objects.filter(kept_state=state).order_by("-version").first()
    try:
        with transaction.atomic():
            made = RetentionRule.objects.create(
                kept_state=state,
                version=(last.version if last else 0) + 1,
                original_days=days.original,
                rest_days=days.rest,
                reason=reason,
                state=RuleState.PROPOSED if longer else RuleState.IN_FORCE,
                asked_by=actor.pseudonym,
            )
    except IntegrityError:
        raise ChangedSince(clock.now() - pages.UNKNOWN, str(version + 1), _NAMES, field="version") from None
    _record(log.RULE_PROPOSED if longer else log.RULE_SET, made, actor, reason)
    return made


@transaction.atomic
def decide_rule(
    state: str, action: str, reason: str, actor: Actor, *, version: int | None = None
) -> RetentionRule:
    """`action` is "agree" or "refuse", on the change of the state's rule that waits; `version` is what was read.

    Raises Invalid `reason_too_short`, `reason_too_long`, `unknown_decision`, and as `set_rule` when another rule was
    changed meanwhile; Missing `no_such_proposal`; NotAllowed `not_allowed`, `second_person_needed`;
    ChangedSince.
    """
    reason = checked_reason(reason)
    if action not in {"agree", "refuse"}:
        raise Invalid("unknown_decision", "Agree or refuse.")
    rule = (
        RetentionRule.objects.select_for_update().filter(kept_state=state, state=RuleState.PROPOSED).first()
    )
    if rule is None:
        raise Missing("no_such_proposal", "No change of this rule waits for a decision.")
    pages.check_version(version, rule.version, _NAMES)
    rule.state = RETENTION_RULES.target(rule.state, action, actor, asked_by=rule.asked_by)
    if action == "agree":
        check_days(state, Days(rule.original_days, rule.rest_days), selectors.rules_in_force())
    rule.decided_by, rule.decided_at = actor.pseudonym, clock.now()
    rule.save()
    _record(log.RULE_AGREED if action == "agree" else log.RULE_REFUSED, rule, actor, reason)
    return rule


def erase_due(limit: int = 200) -> int:
    """Ends what is over: an original, or everything by an erasure; how many were ended.

    Each in a transaction of its own, after asking once more; a legal hold that came meanwhile keeps its clip.
    """
    return sum(_end(ending) for ending in selectors.due(limit))


def _end(ending: Ending) -> bool:
    try:
        return _ended(ending)
    except DomainError:
        return False


@transaction.atomic
def _ended(ending: Ending) -> bool:
    """Raises Conflict `legal_hold`, `already_erased`."""
    clip = Clip.objects.select_related("owner", "device").get(pk=ending.clip)
    if under_order(clip):
        return False
    rules = selectors.rules_in_force()
    end, state = earliest(selectors.facts_of([clip.pk])[clip.pk], rules, ending.part)
    if end > clock.now():
        return False
    audit.append(
        log.ENDED,
        WORKER,
        clip=clip.public_id,
        subject=clip.owner.pseudonym,
        data={"part": ending.part, "state": str(state), "days": rules[state].of(ending.part)},
    )
    if ending.part == Part.ORIGINAL:
        return clips.erase_original(clip, WORKER)
    request_erasure(Scope(ScopeKind.CLIP, str(clip.public_id)), WORKER, ErasureCause.RETENTION)
    return True


def _record(kind: Action, rule: RetentionRule, actor: Actor, reason: str) -> None:
    audit.append(
        kind,
        actor,
        data={
            "state": rule.kept_state,
            "version": rule.version,
            "original_days": rule.original_days,
            "rest_days": rule.rest_days,
        },
        detail={"reason": reason},
    )
