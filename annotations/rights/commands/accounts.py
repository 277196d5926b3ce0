"""Who acts on the command line."""

from django.core.management.base import CommandError

from annotations.accounts.models import User


def account(username: str) -> User:
    """The open account of this name. Raises CommandError."""
    found = User.objects.filter(username=username).first()
    if found is None:
        raise CommandError(f"There is no account {username}.")
    if not found.is_active:
        raise CommandError(f"The account of {username} is closed.")
    return found
