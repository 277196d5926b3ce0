"""How often one person may make a call."""

from django.conf import settings
from rest_framework.throttling import ScopedRateThrottle


class PersonThrottle(ScopedRateThrottle):
    """Calls per person and `throttle_scope` of a view, at the rate of `settings.REVIEW_RATES`; unlimited without one.

    Counted in Django's cache. The default one is each process's own: with n web processes up to n times as many
    calls get through, which still keeps a script from flooding the log.
    """

    def get_rate(self) -> str | None:
        return settings.REVIEW_RATES.get(self.scope or "")
