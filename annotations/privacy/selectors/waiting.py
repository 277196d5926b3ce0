"""How many things wait for a privacy officer, page by page."""

from annotations.accounts.context import counts

from .alerts import open_alerts
from .break_glass import waiting_glasses
from .requests import waiting_requests

counts("privacy:alerts")(open_alerts)
counts("privacy:access_requests")(waiting_requests)
counts("privacy:break_glasses")(waiting_glasses)
