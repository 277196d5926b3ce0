"""Counting tries to sign in (`accounts.throttle`)."""

import datetime
from collections.abc import Iterable

from django.db import transaction

from annotations.accounts.models import ThrottleCount
from annotations.accounts.throttle import FORGOTTEN_AT_LAST, Count, account_count
from annotations.core import clock, named_locks


@transaction.atomic
def begin_try(counts: Iterable[Count]) -> datetime.timedelta:
    """Counts a try as failed before the password is looked at, so that many at once are counted, too.

    When it has to wait, how long; then it is not counted, or whoever tries again and again would make others wait for
    ever. Else zero.
    """
    now = clock.now()
    rows = [(count, _locked(count, now)) for count in counts]
    if (free_at := max(row.free_at for _, row in rows)) > now:
        return free_at - now
    for count, row in rows:
        row.failures = count.with_one_more(row.failures)
        row.failed_at, row.free_at = now, now + count.wait(row.failures)
        row.save(update_fields=["failures", "failed_at", "free_at"])
    return datetime.timedelta(0)


@transaction.atomic
def end_try(counts: Iterable[Count]) -> None:
    """The password was right: what counts this caller alone begins anew, what others share forgets this one try."""
    now = clock.now()
    for count in counts:
        row = _locked(count, now)
        row.failures = row.failures - 1 if count.shared and row.failures else 0
        row.free_at = now
        row.save(update_fields=["failures", "free_at"])


def forget_tries(username: str) -> None:
    """Whoever tried to get into the account does not make its person wait, who has just come back by a link."""
    ThrottleCount.objects.filter(key=account_count(username).key).delete()


def forget_old_tries() -> None:
    """Deletes what no try is counted by any more."""
    ThrottleCount.objects.filter(failed_at__lt=clock.now() - FORGOTTEN_AT_LAST).delete()


def _locked(count: Count, now: datetime.datetime) -> ThrottleCount:
    """The row of a count, locked, without the failures that are forgotten."""
    named_locks.hold(f"accounts.throttle {count.key}", alone=True)
    found = ThrottleCount.objects.select_for_update().filter(key=count.key).first()
    if found is None:
        return ThrottleCount.objects.create(key=count.key, failed_at=now, free_at=now)
    found.failures = count.after(found.failures, now - found.failed_at)
    return found
