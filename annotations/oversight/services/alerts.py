"""Officers resolve alerts and tune the rules that raise them."""

import uuid
from typing import Any

from django.db import IntegrityError, transaction

from annotations.audit import repeats, services as audit
from annotations.audit.actors import Actor
from annotations.audit.registry import Action
from annotations.core import clock, shown as pages
from annotations.core.errors import Invalid, Missing
from annotations.core.reasons import checked_reason
from annotations.core.shown import ChangedSince
from annotations.oversight import log
from annotations.oversight.alerting import RULES
from annotations.oversight.alerting.values import dump, in_words, load
from annotations.oversight.models import Alert, AlertRule
from annotations.oversight.rules import ALERTS

_RESOLUTIONS = {"explain": log.ALERT_EXPLAINED, "escalate": log.ALERT_ESCALATED}


@transaction.atomic
def take_alert(alert_id: uuid.UUID, actor: Actor, *, shown: str | None = None) -> Alert:
    """The officer looks into it. NotAllowed `own_alert`; Conflict `not_possible_now`."""
    alert = _locked(alert_id)
    pages.check(shown, alert)
    alert.state = ALERTS.target(alert.state, "take", actor, about=alert.actor)
    alert.taken_by, alert.taken_at = actor.pseudonym, clock.now()
    alert.save(update_fields=["state", "taken_by", "taken_at"])
    _append(log.ALERT_TAKEN, alert, actor)
    return alert


@transaction.atomic
def give_back_alert(alert_id: uuid.UUID, actor: Actor, *, shown: str | None = None) -> Alert:
    """Anybody's again. NotAllowed `own_alert`; Conflict `not_possible_now`."""
    alert = _locked(alert_id)
    pages.check(shown, alert)
    alert.state = ALERTS.target(alert.state, "give back", actor, about=alert.actor)
    alert.taken_by, alert.taken_at = "", None
    alert.save(update_fields=["state", "taken_by", "taken_at"])
    _append(log.ALERT_GIVEN_BACK, alert, actor)
    return alert


@transaction.atomic
def resolve_alert(
    alert_id: uuid.UUID, action: str, reason: str, actor: Actor, *, shown: str | None = None
) -> Alert:
    """`explain` or `escalate`, with a reason, which is on the log and is erased with the person it is about.

    Raises Invalid `unknown_decision`, `reason_too_short` or `reason_too_long`; NotAllowed `own_alert`; Conflict
    `not_possible_now`.
    """
    reason = checked_reason(reason)
    if action not in _RESOLUTIONS:
        raise Invalid("unknown_decision", "Say that the alert is explained, or escalate it.")
    alert = _locked(alert_id)
    pages.check(shown, alert)
    alert.state = ALERTS.target(alert.state, action, actor, about=alert.actor)
    entry = _append(_RESOLUTIONS[action], alert, actor, {"reason": reason})
    alert.resolved_by, alert.resolved_at, alert.resolved_entry = actor.pseudonym, clock.now(), entry
    alert.save(update_fields=["state", "resolved_by", "resolved_at", "resolved_entry"])
    return alert


@transaction.atomic
def change_alert_rule(
    kind: str, values: dict[str, Any], *, enabled: bool, version: int, actor: Actor
) -> AlertRule:
    """The next version of a rule, in force from the next look at the log. `version` is the one that was changed.

    Missing `no_such_rule`; ChangedSince when somebody else was faster.
    """
    names = [f'"rule":"{kind}","values"']
    if kind not in RULES:
        raise Missing("no_such_rule", "There is no such rule.")
    current = AlertRule.objects.select_for_update().filter(kind=kind, current=True).first()
    pages.check_version(version, current.version if current else 0, names)
    kept = dump(load(RULES[kind], values))
    if current:
        AlertRule.objects.filter(pk=current.pk).update(current=False)
    try:
        with transaction.atomic():
            row = AlertRule.objects.create(
                kind=kind, version=version + 1, enabled=enabled, values=kept, changed_by=actor.pseudonym
            )
    except IntegrityError:
        raise ChangedSince(clock.now() - pages.UNKNOWN, str(version + 1), names, field="version") from None
    audit.append(
        log.ALERT_RULE_CHANGED,
        actor,
        data={
            "rule": kind,
            "version": row.version,
            "on": "yes" if enabled else "no",
            "values": in_words(kept),
        },
    )
    return row


@transaction.atomic
def record_alert_opened(alert: Alert, actor: Actor) -> None:
    """Opening an alert reads the entries that it is about."""
    _append(log.ALERT_OPENED, alert, actor)


def _locked(alert_id: uuid.UUID) -> Alert:
    alert = Alert.objects.select_for_update().filter(pk=alert_id).first()
    if alert is None:
        raise Missing("no_such_alert", "There is no such alert.")
    return alert


def _append(action: Action, alert: Alert, actor: Actor, detail: dict[str, str] | None = None) -> uuid.UUID:
    return repeats.tell(
        action,
        actor,
        clip=alert.clip,
        subject=alert.subject,
        data={"alert": str(alert.pk), "rule": alert.kind, "person": alert.actor},
        detail=detail,
        detail_of=alert.actor,
    )
