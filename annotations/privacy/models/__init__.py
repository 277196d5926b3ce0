"""Tables of this context, one subject per module."""

from .alerts import Alert, AlertRule, AwaitedScope, LogProgress, ViewTally
from .saved_view import SavedView

__all__ = ["Alert", "AlertRule", "AwaitedScope", "LogProgress", "SavedView", "ViewTally"]
