"""The rules by which alerts are raised."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from annotations.accounts.middleware import actor_of
from annotations.accounts.people import people_by_pseudonym
from annotations.core.errors import DomainError
from annotations.oversight import services
from annotations.oversight.alerting import RULES
from annotations.oversight.alerting.values import dump, load
from annotations.oversight.enums import AlertKind
from annotations.oversight.forms import RuleForm, rule_form
from annotations.oversight.selectors import alerts as alert_selectors
from annotations.oversight.selectors.alerts import CurrentRule, Preview


@require_safe
def alert_rules(request: HttpRequest) -> HttpResponse:
    rules = alert_selectors.alert_rules()
    context = {
        "rows": [(each, AlertKind(each.kind).label, _shown(each)) for each in rules],
        "people": people_by_pseudonym({each.changed_by for each in rules if each.changed_by}),
    }
    return render(request, "oversight/alert_rules.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def alert_rule(request: HttpRequest, kind: str) -> HttpResponse:
    """Changing a rule, and what it would have raised with the values typed."""
    if (current := alert_selectors.alert_rule(kind)) is None:
        raise Http404
    if request.method != "POST":
        form = rule_form(kind)(initial=_initial(current))
        return _page(request, current, form, alert_selectors.preview(current.rule))
    form = rule_form(kind)(request.POST)
    if not form.is_valid():
        return _page(request, current, form, None, status=400)
    if "preview" in request.POST:
        return _page(request, current, form, alert_selectors.preview(load(RULES[kind], form.values)))
    try:
        services.change_alert_rule(
            kind,
            form.values,
            enabled=form.cleaned_data["enabled"],
            version=form.cleaned_data["version"],
            actor=actor_of(request),
        )
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("oversight:alert_rule", kind)
    messages.success(
        request, _("The rule is changed. It holds from the next look at the log, within a minute.")
    )
    return redirect("oversight:alert_rules")


def _initial(current: CurrentRule) -> dict[str, Any]:
    return {**dump(current.rule), "enabled": current.enabled, "version": current.version}


def _shown(current: CurrentRule) -> list[tuple[str, str]]:
    """Label and value of what the rule counts."""
    form = rule_form(current.kind)(initial=_initial(current))
    return [
        (str(form.fields[name].label), _text(name, value))
        for name, value in dump(current.rule).items()
        if name != "people" or value
    ]


def _text(name: str, value: Any) -> str:
    if name == "weekdays":
        return _("every day") if len(value) == 7 else _("%(count)s days of the week") % {"count": len(value)}
    return str(len(value)) if isinstance(value, list) else str(value)


def _page(
    request: HttpRequest, current: CurrentRule, form: RuleForm, preview: Preview | None, status: int = 200
) -> HttpResponse:
    versions = list(alert_selectors.rule_versions(current.kind)[:20])
    context = {
        "current": current,
        "title": AlertKind(current.kind).label,
        "form": form,
        "preview": preview,
        "versions": versions,
        "people": people_by_pseudonym({each.changed_by for each in versions}),
    }
    return render(request, "oversight/alert_rule.html", context, status=status)
