"""People: the list, inviting somebody, and the page of one account."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from annotations.accounts import selectors, services
from annotations.accounts.enums import ProposalKind
from annotations.accounts.forms import (
    DescriptionForm,
    InviteForm,
    PeopleForm,
    RoleForm,
    StepForm,
    TrainingForm,
)
from annotations.accounts.middleware import actor_of
from annotations.accounts.models import AccountProposal, User
from annotations.accounts.people import people_by_pseudonym
from annotations.accounts.roles import is_given_clips, sees_content, signing_in, signs_in
from annotations.accounts.rules import PROPOSALS, lacks
from annotations.accounts.views.links import shown
from annotations.accounts.zones import zone_of
from annotations.audit.actors import Actor
from annotations.core.errors import DomainError
from annotations.core.shown import sent

PAGE = 50

_WAITS = gettext_lazy("A privacy officer has to agree, and then hands over the link.")


@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """Accounts by name, and what waits for a privacy officer."""
    form = PeopleForm(request.GET)
    if not form.is_valid():
        return render(request, "accounts/people.html", {"form": form}, status=400)
    data = form.cleaned_data
    found = selectors.people(data["q"].strip(), data["role"], data["standing"])
    context = {
        "form": form,
        "filtered": any(data.values()),
        "found": Paginator(found, PAGE).get_page(request.GET.get("page")),
        "waiting": selectors.waiting_proposals(),
        "zone": zone_of(request),
    }
    return render(request, "accounts/people.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: HttpRequest) -> HttpResponse:
    """Makes an account; the link is shown at once, or to the officer who agrees."""
    form = InviteForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return _invite_page(request, form, 400 if form.errors else 200)
    data = form.cleaned_data
    try:
        user, token = services.invite(
            data["username"], data["role"], form.description(), data["reason"], actor_of(request)
        )
    except DomainError as error:
        form.add_error(None, error.message)
        return _invite_page(request, form, error.status)
    if token:
        return shown(request, user, token)
    messages.success(request, _WAITS)
    return redirect("accounts:person", user.pk)


@require_safe
def person(request: HttpRequest, user_id: uuid.UUID) -> HttpResponse:
    """One account: how it stands, what waits for it, and what can be done."""
    return _page(request, _found(user_id))


@require_POST
def describe(request: HttpRequest, user_id: uuid.UUID) -> HttpResponse:
    """Changes what is written down of a person."""
    form = DescriptionForm(request.POST)
    if not form.is_valid():
        return _page(request, _found(user_id), 400, description=form)
    return _done(
        request,
        user_id,
        lambda: services.describe(user_id, form.description(), actor_of(request), shown=sent(request)),
        _("Saved."),
    )


@require_POST
def record_training(request: HttpRequest, user_id: uuid.UUID) -> HttpResponse:
    """Writes down a training."""
    form = TrainingForm(request.POST)
    if not form.is_valid():
        return _page(request, _found(user_id), 400, training=form)
    day = form.cleaned_data["day"]
    return _done(
        request,
        user_id,
        lambda: services.record_training(user_id, day, actor_of(request), shown=sent(request)),
        _("The training is recorded."),
    )


@require_POST
def change_role(request: HttpRequest, user_id: uuid.UUID) -> HttpResponse:
    """Gives another role, or asks a privacy officer to agree to it."""
    form, user = RoleForm(request.POST), _found(user_id)
    if not form.is_valid():
        return _page(request, user, 400, role=form)
    data = form.cleaned_data
    try:
        done = services.change_role(
            user_id, data["role"], data["reason"], actor_of(request), shown=sent(request)
        )
    except DomainError as error:
        messages.error(request, error.message)
        return _page(request, user, error.status, role=form)
    messages.success(request, _("The role is changed.") if done else _("A privacy officer has to agree."))
    return redirect("accounts:person", user_id)


@require_POST
def step(request: HttpRequest, user_id: uuid.UUID) -> HttpResponse:
    """Closes the account, opens it again, or makes a new sign-in link."""
    chosen, form, user = request.POST.get("step", ""), StepForm(request.POST), _found(user_id)
    if not form.is_valid():
        return _page(request, user, 400, steps=form)
    reason, actor = form.cleaned_data["reason"], actor_of(request)
    steps: dict[str, Callable[[], str | User | None]] = {
        "close": lambda: services.close_account(user, actor, reason, shown=sent(request)),
        "reopen": lambda: services.reopen(user_id, reason, actor, shown=sent(request)),
        "renew_link": lambda: services.renew_link(user_id, reason, actor, shown=sent(request)),
        "take_factors": lambda: services.propose_loss(user_id, reason, actor, shown=sent(request)),
    }
    if chosen not in steps:
        messages.error(request, _("Choose one of the steps."))
        return redirect("accounts:person", user_id)
    try:
        given = steps[chosen]()
    except DomainError as error:
        messages.error(request, error.message)
        return _page(request, _found(user_id), error.status, steps=form)
    if isinstance(given, str):
        return shown(request, user, given)
    if chosen == "close":
        messages.success(
            request, _("The account is closed. Nothing that the person has opens anything any more.")
        )
    elif chosen == "take_factors":
        messages.success(request, _("Another operator or a privacy officer has to agree."))
    else:
        messages.success(request, _WAITS)
    return redirect("accounts:person", user_id)


@require_POST
def require_new_password(request: HttpRequest, user_id: uuid.UUID) -> HttpResponse:
    """Ends the person's sessions; they choose another password when they sign in."""
    return _done(
        request,
        user_id,
        lambda: services.require_new_password(user_id, actor_of(request), shown=sent(request)),
        _("Their sessions have ended. They choose another password when they sign in."),
    )


@require_POST
def decide(request: HttpRequest, proposal_id: uuid.UUID) -> HttpResponse:
    """A privacy officer agrees, and is shown the link if there is one, or refuses."""
    proposal, form = _proposal(proposal_id), StepForm(request.POST)
    if not form.is_valid():
        return _page(request, proposal.user, 400, decision=form)
    action = request.POST.get("decision", "")
    try:
        decided, token = services.decide_proposal(
            proposal_id, action, form.cleaned_data["reason"], actor_of(request), shown=sent(request)
        )
    except DomainError as error:
        messages.error(request, error.message)
        return _page(request, _found(proposal.user_id), error.status, decision=form)
    if token:
        return shown(request, decided.user, token)
    messages.success(request, _("You agreed. It is done.") if action == "agree" else _("Refused."))
    return redirect("accounts:person", decided.user_id)


@require_POST
def decide_loss(request: HttpRequest, proposal_id: uuid.UUID) -> HttpResponse:
    """A second person agrees that somebody's second factors are taken away, or refuses."""
    proposal, form = _proposal(proposal_id), StepForm(request.POST)
    if not form.is_valid():
        return _page(request, proposal.user, 400, decision=form)
    action, reason = request.POST.get("decision", ""), form.cleaned_data["reason"]
    try:
        services.decide_loss(proposal_id, action, reason, actor_of(request), shown=sent(request))
    except DomainError as error:
        messages.error(request, error.message)
        return _page(request, _found(proposal.user_id), error.status, decision=form)
    messages.success(request, _("You agreed. It is done.") if action == "agree" else _("Refused."))
    return redirect("accounts:person", proposal.user_id)


@require_POST
def take_back(request: HttpRequest, proposal_id: uuid.UUID) -> HttpResponse:
    """An operator takes back what was asked for."""
    proposal = _proposal(proposal_id)
    return _done(
        request,
        proposal.user_id,
        lambda: services.take_back_proposal(proposal_id, actor_of(request), shown=sent(request)),
        _("Taken back."),
    )


def _done(request: HttpRequest, user_id: uuid.UUID, act: Callable[[], object], said: str) -> HttpResponse:
    _found(user_id)
    try:
        act()
    except DomainError as error:
        messages.error(request, error.message)
        return _page(request, _found(user_id), error.status)
    messages.success(request, said)
    return redirect("accounts:person", user_id)


def _invite_page(request: HttpRequest, form: InviteForm, status: int) -> HttpResponse:
    second = [label for role, label in signing_in() if sees_content(role)]
    return render(request, "accounts/invite.html", {"form": form, "second": second}, status=status)


def _page(request: HttpRequest, user: User, status: int = 200, **forms: Any) -> HttpResponse:
    """The person's page; `forms` are those that were refused, by the part of the page."""
    actor = actor_of(request)
    proposal = selectors.waiting_proposals().filter(user=user).first()
    themselves = user.pseudonym == actor.pseudonym
    is_loss = proposal is not None and proposal.kind == ProposalKind.TAKE_FACTORS
    context: dict[str, Any] = {
        "person": user,
        "themselves": themselves,
        "lacks": [lack.value for lack in lacks(user)] if is_given_clips(user.role) else [],
        "signs_in": signs_in(user.role),
        "seen": selectors.sessions_of(user).first(),
        "keys": selectors.keys_of(user),
        "proposal": proposal,
        "asked_by": people_by_pseudonym({proposal.asked_by})[proposal.asked_by] if proposal else None,
        "is_loss": is_loss,
        "may_agree": not themselves and _may_agree(proposal, actor),
        "may_refuse": not themselves and _allowed(proposal, "refuse a loss" if is_loss else "refuse", actor),
        "factors": selectors.factors_of(user),
        "zone": zone_of(request),
        "description": DescriptionForm(
            initial={"name": user.display_name, "country": user.country, "languages": user.languages}
        ),
        "training": TrainingForm(),
        "role": RoleForm(initial={"role": user.role}),
        "steps": StepForm(auto_id="id_step_%s"),
        "decision": StepForm(auto_id="id_decision_%s"),
        **forms,
    }
    return render(request, "accounts/person.html", context, status=status)


def _allowed(proposal: AccountProposal | None, action: str, actor: Any) -> bool:
    return proposal is not None and PROPOSALS.allows(
        proposal.state, action, actor, asked_by=proposal.asked_by
    )


def _may_agree(proposal: AccountProposal | None, actor: Actor) -> bool:
    if proposal is None or proposal.kind != ProposalKind.TAKE_FACTORS:
        return _allowed(proposal, "agree", actor)
    second = selectors.who_agrees_to_loss(proposal.user, proposal.asked_by)
    return actor.pseudonym in {each.pseudonym for each in second}


def _found(user_id: uuid.UUID) -> User:
    if (found := User.objects.filter(pk=user_id).first()) is None:
        raise Http404
    return found


def _proposal(proposal_id: uuid.UUID) -> AccountProposal:
    found = AccountProposal.objects.select_related("user").filter(pk=proposal_id).first()
    if found is None:
        raise Http404
    return found
