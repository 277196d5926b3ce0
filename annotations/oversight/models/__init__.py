"""Tables of this context, one subject per module."""

from annotations.oversight.models.alerts import (
    Alert,
    AlertRule,
    AlertScanProgress,
    AwaitedScope,
    ViewingTally,
)
from annotations.oversight.models.log_run import LogRun
from annotations.oversight.models.saved_search import SavedSearch

__all__ = ["Alert", "AlertRule", "AlertScanProgress", "AwaitedScope", "LogRun", "SavedSearch", "ViewingTally"]
