"""The one place where the time is read, so that tests may set it."""

import datetime

from django.utils import timezone


def now() -> datetime.datetime:
    """The current instant, aware, in UTC."""
    return timezone.now()


# Days that people may ask for: far enough from the ends of the calendar to be moved by hours and days.
EARLIEST = datetime.date(2000, 1, 1)
LATEST = datetime.date(2199, 12, 31)


def seconds(count: float) -> datetime.timedelta:
    return datetime.timedelta(seconds=count)
