"""What a closed account asked to see without redaction ends."""

from annotations.accounts.closing import at_closing
from annotations.accounts.models import User
from annotations.break_glass import services


@at_closing
def _accesses(user: User) -> None:
    services.end_accesses_of(user)
