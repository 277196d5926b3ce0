"""What a closed account has in hand goes back to the queue."""

from annotations.accounts.closing import at_closing
from annotations.accounts.models import User
from annotations.review import services


@at_closing
def _clips(user: User) -> None:
    services.take_away(user)
