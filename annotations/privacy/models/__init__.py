"""Tables of this context, one subject per module."""

from annotations.privacy.models.alerts import Alert, AlertRule, AwaitedScope, LogProgress, ViewTally
from annotations.privacy.models.break_glass import BreakGlass
from annotations.privacy.models.log_run import LogRun
from annotations.privacy.models.requests import AccessRequest
from annotations.privacy.models.saved_view import SavedView

__all__ = [
    "AccessRequest",
    "Alert",
    "AlertRule",
    "AwaitedScope",
    "BreakGlass",
    "LogProgress",
    "LogRun",
    "SavedView",
    "ViewTally",
]
