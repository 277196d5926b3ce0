"""How many alerts are open, for the top bar."""

from django.http import HttpRequest

from annotations.accounts.context import counts
from annotations.oversight.selectors.alerts import open_alerts


@counts("oversight:alerts")
def _alerts(request: HttpRequest) -> int:
    return open_alerts()
