"""The page behind a sign-in link: nobody is signed in, and whoever holds the link chooses a password."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from annotations.accounts import services
from annotations.accounts.forms import LinkForm, MailLinkForm
from annotations.accounts.middleware import actor_of
from annotations.accounts.models import User
from annotations.accounts.rules import LINK_LASTS
from annotations.accounts.selectors import link_of
from annotations.accounts.services.links import link_gone
from annotations.core.errors import Missing


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def use(request: HttpRequest, token: str) -> HttpResponse:
    """Opening the link changes nothing: programs that preview mail open it, too. Choosing a password uses it up."""
    found = link_of(token)
    if found is None:
        return render(request, "accounts/link_gone.html", status=404)
    form = LinkForm(found.user, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            services.use_link(token, data["password"], statement=data.get("statement", False))
        except ValidationError as error:
            form.add_error("password", error)
        except Missing:
            return render(request, "accounts/link_gone.html", status=404)
        else:
            messages.success(request, _("Your password is set. Sign in with it."))
            return redirect("accounts:sign_in")
    context = {"form": form, "person": found.user, "link": found}
    return render(request, "accounts/link.html", context, status=400 if form.errors else 200)


def shown(request: HttpRequest, user: User, token: str, form: MailLinkForm | None = None) -> HttpResponse:
    """The one page that shows a new link: to be printed, sent as the mail that it proposes, or sent by the site."""
    address = request.build_absolute_uri(reverse("accounts:use_link", args=[token]))
    form = form or MailLinkForm(initial={"token": token})
    context = {"person": user, "address": address, "days": LINK_LASTS.days, "form": form}
    return render(request, "accounts/link_made.html", context, status=400 if form.errors else 200)


@require_POST
@never_cache
def mail(request: HttpRequest) -> HttpResponse:
    """Sends the link by mail. Who holds it may hand it over, and nobody else has it to send."""
    form, token = MailLinkForm(request.POST), request.POST.get("token", "")
    found = link_of(token)
    if found is None:
        messages.error(request, link_gone().message)
        return redirect("accounts:people")
    if not form.is_valid():
        return shown(request, found.user, token, form)
    page = request.build_absolute_uri(reverse("accounts:use_link", args=[token]))
    try:
        person = services.mail_link(token, form.cleaned_data["address"], page, actor_of(request))
    except Missing as error:
        messages.error(request, error.message)
        return redirect("accounts:people")
    messages.success(
        request, _("The mail is on its way. The page Messages of an operator tells when it failed.")
    )
    return redirect("accounts:person", person.pk)
