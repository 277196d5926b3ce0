"""Tables of this context, one subject per module."""

from .alerts import Alert, AlertRule, AwaitedScope, LogProgress, ViewTally
from .break_glass import BreakGlass
from .log_run import LogRun
from .requests import AccessRequest
from .saved_view import SavedView

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
