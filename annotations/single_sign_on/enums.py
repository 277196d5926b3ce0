from django.db import models
from django.utils.translation import gettext_lazy as _


class SignInRefusal(models.TextChoices):
    """Why somebody whom the provider knows, or a provider's answer, lets nobody in."""

    NO_GROUP = "no_group", _("None of your groups at the provider has a role here. Ask whoever keeps them.")
    WAITS = "waits", _("A privacy officer has to agree to your account first. Sign in again afterwards.")
    CLOSED = "closed", _("Your account here is closed. Ask an operator.")
    LAST = "last", _("Nobody else here could do your work. Let another person sign in with that role first.")
    PROVIDER = "provider", _("The provider did not let you in. Try again.")
    UNREACHABLE = "unreachable", _("The provider did not answer. Try again in a minute.")
    NOT_VERIFIED = "not_verified", _("The provider's answer could not be verified. Tell an operator.")
    ANOTHER = "another", _("You signed in at the provider as somebody else. Nothing was done.")
    NOT_ANEW = (
        "not_anew",
        _("The provider did not ask you anew who you are. Nothing was done: tell an operator."),
    )
    TOO_WEAK = (
        "too_weak",
        _("This site asks for a stronger sign-in at the provider, such as a second factor there."),
    )
    OVER = "over", _("This sign-in took too long, or was begun in another window. Begin again.")
