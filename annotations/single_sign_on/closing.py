"""Who closed an account decides on who opens it again."""

from annotations.accounts.closing import at_closing
from annotations.accounts.models import User
from annotations.single_sign_on.models import Identity


@at_closing
def _dropped_by_nobody(user: User) -> None:
    """That the provider once dropped the person says nothing of this closing; if it is the provider's, it is noted
    afterwards (`services.admit`).
    """
    Identity.objects.filter(user=user).update(dropped_at=None)
