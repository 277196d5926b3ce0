"""What deserves a privacy officer's look: rules over the log, one a module. Pure: no database, no clock."""

from annotations.privacy.alerting.acts import Act, Counting, Hit, Known, Rule, Scope, Series, Waiting
from annotations.privacy.alerting.break_glass import BreakGlass
from annotations.privacy.alerting.household import Household
from annotations.privacy.alerting.log_reading import LogReading
from annotations.privacy.alerting.off_hours import OffHours
from annotations.privacy.alerting.refusals import Refusals
from annotations.privacy.alerting.reveals import Reveals
from annotations.privacy.alerting.volume import Volume

RULES: dict[str, type[Rule]] = {
    rule.kind: rule for rule in (Volume, OffHours, Household, Reveals, LogReading, Refusals, BreakGlass)
}

__all__ = [
    "RULES",
    "Act",
    "BreakGlass",
    "Counting",
    "Hit",
    "Household",
    "Known",
    "LogReading",
    "OffHours",
    "Refusals",
    "Reveals",
    "Rule",
    "Scope",
    "Series",
    "Volume",
    "Waiting",
]
