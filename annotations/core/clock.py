"""The one place where the time is read, so that tests may set it."""

import datetime

from django.utils import timezone


def now() -> datetime.datetime:
    """The current instant, aware, in UTC."""
    return timezone.now()


def seconds(count: float) -> datetime.timedelta:
    return datetime.timedelta(seconds=count)
