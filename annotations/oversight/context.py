"""What the frame of an officer's pages shows of the log."""

from typing import Any

from django.http import HttpRequest

from annotations.accounts.may import may
from annotations.audit.integrity.status import integrity
from annotations.oversight.log_status import LogStatus, log_status


def integrity_badge(request: HttpRequest) -> dict[str, Any]:
    """`integrity_badge`: how the log stands, asked for only where a page shows it."""
    if not may(request, "oversight:integrity"):
        return {}

    def status() -> LogStatus:
        return log_status(integrity(), may_work=may(request, "oversight:work_on_log", "POST"))

    return {"integrity_badge": status}
