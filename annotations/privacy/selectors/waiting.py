"""How many things wait for a privacy officer, page by page."""

from annotations.accounts.context import counts

from .alerts import open_alerts
from .requests import waiting_requests

counts("privacy:alerts")(open_alerts)
counts("privacy:access_requests")(waiting_requests)
