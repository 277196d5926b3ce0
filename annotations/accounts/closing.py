"""What else ends when an account is closed, or its role changes: the contexts to the right say so themselves.

Each registers a function in a module `closing.py` of its own, which is called in the transaction of the act, with the
person's row locked.
"""

from collections.abc import Callable

from annotations.accounts.models import User

Ending = Callable[[User], None]
_endings: list[Ending] = []


def at_closing(ending: Ending) -> Ending:
    """Registers what ends something that a person has in hand."""
    _endings.append(ending)
    return ending


def end_work(user: User) -> None:
    """Ends everything that the person has in hand, in the caller's transaction."""
    for ending in _endings:
        ending(user)
