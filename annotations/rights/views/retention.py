"""What ends next, and the register of the rules by which it does."""

import datetime
import math
import uuid
from itertools import islice
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from annotations.accounts.middleware import actor_of
from annotations.accounts.people import people_by_pseudonym
from annotations.accounts.zones import zone_of
from annotations.clips.models import Clip
from annotations.core import clock
from annotations.core.errors import DomainError
from annotations.rights import services
from annotations.rights.forms import DecisionForm, EndingForm, RuleForm
from annotations.rights.retention import selectors as retention
from annotations.rights.retention.enums import KeptState, Part, RuleState
from annotations.rights.retention.models import RetentionRule
from annotations.rights.retention.reasons import PURPOSES, REASONS, because, other_clocks
from annotations.rights.retention.rules import DEFAULTS, check_days
from annotations.rights.retention.selectors import Ended, Ending
from annotations.rights.rules import RETENTION_RULES

PAGE = 50


@require_safe
def ending(request: HttpRequest) -> HttpResponse:
    """What ends next, the first one first."""
    form = EndingForm(request.GET)
    if not form.is_valid():
        return render(request, "rights/retention_ending.html", {"form": form}, status=400)
    chosen = form.cleaned_data
    after = _cursor(request.GET.get("after", ""))
    if request.GET.get("after") and after is None:
        messages.error(request, _("That page is not there any more. This is the first one."))
    found = list(islice(retention.endings(after=after, **chosen), PAGE + 1))
    clips = Clip.objects.select_related("owner").in_bulk([each.clip for each in found])
    rules, now = retention.rules_in_force(), clock.now()
    context = {
        "form": form,
        "rows": [
            {
                "clip": clips[each.clip],
                "ends": each,
                "part": Part(each.part).label,
                "why": because(each.state, rules[each.state].of(each.part)),
                "due": each.on <= now,
            }
            for each in found[:PAGE]
        ],
        "next": _written(found[PAGE - 1]) if len(found) > PAGE else "",
        "later": after is not None,
        "zone": zone_of(request),
    }
    return render(request, "rights/retention_ending.html", context)


@require_safe
def retention_register(request: HttpRequest) -> HttpResponse:
    """The rules, as the record of processing and the notice to owners tell them (GDPR, Art. 30 and 13)."""
    rules, versions = retention.rules_in_force(), retention.versions_in_force()
    waiting, later = retention.proposals(), retention.announced()
    rows = [
        {
            "state": state,
            "label": state.label,
            "purpose": PURPOSES[state],
            "days": rules[state],
            "reason": versions[state].reason
            if state in versions and versions[state].reason
            else REASONS[state],
            "default": DEFAULTS[state] if rules[state] != DEFAULTS[state] else None,
            "since": _since(versions[state]) if state in versions else None,
            "proposal": waiting.get(state),
            "announced": later.get(state),
        }
        for state in KeptState
    ]
    context = {"rows": rows, "others": other_clocks(), "now": clock.now(), "zone": zone_of(request)}
    return render(request, "rights/retention_register.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def retention_rule(request: HttpRequest, state: str) -> HttpResponse:
    """One rule with its versions, and the form that changes it."""
    if state not in KeptState.values:
        raise Http404
    if request.method != "POST":
        return _rule_page(request, state, RuleForm(initial=_initial(state)))
    form = RuleForm(request.POST)
    if not form.is_valid():
        return _rule_page(request, state, form, 400)
    sent = form.cleaned_data
    shown = f"{sent['original']} {sent['rest']}"
    try:
        if not retention.rules_in_force()[state].within(form.days()) and sent["shown"] != shown:
            check_days(state, form.days(), retention.rules_decided())
            return _rule_page(request, state, RuleForm({**request.POST.dict(), "shown": shown}))
        made = services.set_rule(
            state, form.days(), sent["reason"], version=sent["version"], actor=actor_of(request)
        )
    except DomainError as error:
        form.add_error(None, error.message)
        return _rule_page(request, state, form, error.status)
    if made.state == RuleState.PROPOSED:
        messages.success(request, _("It is longer than the default: another privacy officer has to agree."))
    elif made.state == RuleState.ANNOUNCED:
        messages.success(
            request, _("It takes effect later. Until then any privacy officer may take it back.")
        )
    else:
        messages.success(request, _("It is in force. What is over by it ends within the hour."))
    return redirect("rights:retention_rule", state)


@require_POST
def decide_retention_rule(request: HttpRequest, state: str) -> HttpResponse:
    """A second officer agrees to a longer rule, or refuses it."""
    if state not in KeptState.values:
        raise Http404
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _rule_page(request, state, RuleForm(initial=_initial(state)), 400, form)
    try:
        services.decide_rule(
            state,
            request.POST.get("decision", ""),
            form.cleaned_data["reason"],
            actor_of(request),
            version=form.cleaned_data["version"],
        )
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("Decided."))
    return redirect("rights:retention_rule", state)


def _since(rule: RetentionRule) -> datetime.datetime:
    return rule.effective_at or rule.decided_at or rule.asked_at


def _initial(state: str) -> dict[str, Any]:
    days, current = retention.rules_in_force()[state], retention.versions_in_force().get(state)
    return {"original": days.original, "rest": days.rest, "version": current.version if current else 0}


def _rule_page(
    request: HttpRequest, state: str, form: RuleForm, status: int = 200, decision: DecisionForm | None = None
) -> HttpResponse:
    versions = list(RetentionRule.objects.filter(kept_state=state).order_by("-version")[:20])
    proposal, actor = retention.proposals().get(state), actor_of(request)
    announced = retention.announced().get(state)
    waits = announced or proposal
    people = {each.asked_by for each in versions} | {each.decided_by for each in versions}
    context = {
        "state": state,
        "label": KeptState(state).label,
        "form": form,
        "decision": decision
        or DecisionForm(auto_id="decision_%s", initial={"version": waits.version if waits else 0}),
        "default": DEFAULTS[state],
        "default_reason": REASONS[state],
        "proposal": proposal,
        "announced": announced,
        "would_end": _would_end(state, form),
        "takes_effect_after": _hours(settings.RETENTION_SHORTER_AFTER),
        "may_agree": proposal is not None
        and RETENTION_RULES.allows(proposal.state, "agree", actor, asked_by=proposal.asked_by),
        "versions": versions,
        "people": people_by_pseudonym(people),
        "zone": zone_of(request),
    }
    return render(request, "rights/retention_rule.html", context, status=status)


def _hours(time: datetime.timedelta) -> str:
    hours = math.ceil(time / datetime.timedelta(hours=1))
    return ngettext("%(hours)d hour", "%(hours)d hours", hours) % {"hours": hours}


def _would_end(state: str, form: RuleForm) -> tuple[Ended, ...]:
    """What the shorter rule in the form would end soon; nothing before somebody has asked for one."""
    if not form.is_bound or not form.is_valid() or not form.cleaned_data["shown"]:
        return ()
    return retention.would_end(state, form.days(), clock.now() + settings.RETENTION_SHORTER_AFTER)


def _written(last: Ending) -> str:
    return f"{last.clock.isoformat()}|{last.clip.hex}|{last.part}"


def _cursor(text: str) -> tuple[datetime.datetime, uuid.UUID, str] | None:
    """Where a page begins; None for what was not made here."""
    moment, _bar, rest = text.partition("|")
    clip, _bar, part = rest.partition("|")
    try:
        found = datetime.datetime.fromisoformat(moment), uuid.UUID(clip), Part(part).value
    except ValueError:
        return None
    bounded = found[0].tzinfo is not None and clock.EARLIEST <= found[0].date() <= clock.LATEST
    return found if bounded else None
