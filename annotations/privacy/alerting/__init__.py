"""What deserves a privacy officer's look: rules over the log, one a module. Pure: no database, no clock."""

from .acts import Act, Counting, Hit, Known, Rule, Scope, Series, Waiting
from .break_glass import BreakGlass
from .household import Household
from .log_reading import LogReading
from .off_hours import OffHours
from .refusals import Refusals
from .reveals import Reveals
from .volume import Volume

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
