"""The page behind a sign-in link: nobody is signed in, and whoever holds the link chooses a password."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from annotations.accounts import services
from annotations.accounts.forms import LinkForm
from annotations.accounts.models import User
from annotations.accounts.rules import LINK_LASTS
from annotations.accounts.selectors import link_of
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


def shown(request: HttpRequest, user: User, token: str) -> HttpResponse:
    """The one page that shows a new link: to be printed, or sent as the mail that it proposes."""
    address = request.build_absolute_uri(reverse("accounts:use_link", args=[token]))
    context = {"person": user, "address": address, "days": LINK_LASTS.days}
    return render(request, "accounts/link_made.html", context)
