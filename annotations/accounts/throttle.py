"""How guessing passwords is slowed down: what tries are counted by, and how long the next one has to wait.

Three counts for whoever is not known: the account from one network, the account from everywhere, the network for every
account. Each lets some failures pass and then doubles the wait, up to a quarter of an hour. A device on which the
person has signed in before (`devices`) has a count of its own instead, so that strangers who guess do not shut out
anybody from where they work. Nothing is kept but keyed digests.
"""

import datetime
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from annotations.accounts import devices
from annotations.accounts.networks import network_of

LONGEST_WAIT = datetime.timedelta(minutes=15)
_FIRST_WAIT = datetime.timedelta(seconds=2)


_DOUBLINGS = 9
"""After so many the wait is the longest."""


@dataclass(frozen=True)
class Count:
    """`key` is what is counted by; fewer failures than `free` cost no wait; one is forgotten after each `forgets`
    without another. `shared` when it counts more callers than one, `of_account` when it counts one account.
    """

    key: str
    free: int
    forgets: datetime.timedelta
    shared: bool = False
    of_account: bool = True

    def wait(self, failures: int) -> datetime.timedelta:
        """How long the next try has to wait after so many failures."""
        if failures < self.free:
            return datetime.timedelta(0)
        return min(_FIRST_WAIT * (1 << min(failures - self.free, _DOUBLINGS)), LONGEST_WAIT)

    def after(self, failures: int, rest: datetime.timedelta) -> int:
        """How many failures are left of so many after a time without one."""
        return max(0, failures - rest // self.forgets)

    def with_one_more(self, failures: int) -> int:
        """Not more than make the wait the longest, and one: so it takes as long to forget a day of them as an hour."""
        return min(failures + 1, self.free + _DOUBLINGS + 1)

    def slowest(self, failures: int) -> bool:
        """Whether this very failure has made the wait as long as it gets."""
        return failures == self.free + _DOUBLINGS


FORGOTTEN_AT_LAST = datetime.timedelta(days=1)
"""Longer than any count takes to forget all that it may hold."""

# Longer than the longest wait, so that whoever waits and tries again is not taken for one who rests.
_OF_AN_ACCOUNT = datetime.timedelta(minutes=20)
# An office has many people behind one address: thirty failures an hour of theirs cost nobody a wait.
_OF_A_NETWORK = datetime.timedelta(minutes=2)


def counts(request: HttpRequest | None, username: str) -> list[Count]:
    """What a try to sign in with this name is counted by, in the order in which the counts are locked.

    Without a request, as on the command line, only the account counts.
    """
    if request is None:
        return [account_count(username)]
    if device := devices.known(request, username):
        return [Count(_digest("device", username, device), 5, _OF_AN_ACCOUNT)]
    network = network_of(address(request), (32, 64))
    found = [
        Count(_digest("caller", username, network), 5, _OF_AN_ACCOUNT),
        account_count(username),
        Count(_digest("network", network), 30, _OF_A_NETWORK, shared=True, of_account=False),
    ]
    return sorted(found, key=lambda count: count.key)


def account_count(username: str) -> Count:
    """The account from everywhere."""
    return Count(_digest("account", username), 20, _OF_AN_ACCOUNT, shared=True)


def address(request: HttpRequest) -> str:
    """The client's address: the peer's, or what the proxy in front says of it (the last entry is the proxy's own)."""
    if settings.TRUSTED_PROXY and (forwarded := request.headers.get("X-Forwarded-For")):
        return forwarded.rsplit(",", 1)[-1].strip()
    return str(request.META.get("REMOTE_ADDR", ""))


def _digest(*words: str) -> str:
    """People type passwords, and other people's names, where the user name belongs."""
    return salted_hmac("accounts.throttle", "\0".join(words), algorithm="sha256").hexdigest()
