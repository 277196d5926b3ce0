"""What deserves a privacy officer's look: rules over the log, one a module. Pure: no database, no clock."""

from annotations.oversight.alerting.acts import Act, Counting, Expecting, Hit, Known, Rule, Scope, Series
from annotations.oversight.alerting.break_glass import BreakGlassUse
from annotations.oversight.alerting.flags import Flags
from annotations.oversight.alerting.household import Household
from annotations.oversight.alerting.in_person import InPerson
from annotations.oversight.alerting.log_reading import LogReading
from annotations.oversight.alerting.off_hours import OffHours
from annotations.oversight.alerting.refusals import Refusals
from annotations.oversight.alerting.reveals import Reveals
from annotations.oversight.alerting.shorter_rules import ShorterRules
from annotations.oversight.alerting.volume import Volume

RULES: dict[str, type[Rule]] = {
    rule.kind: rule
    for rule in (
        Volume,
        OffHours,
        Household,
        Reveals,
        LogReading,
        Refusals,
        BreakGlassUse,
        Flags,
        ShorterRules,
        InPerson,
    )
}

__all__ = [
    "RULES",
    "Act",
    "BreakGlassUse",
    "Counting",
    "Expecting",
    "Flags",
    "Hit",
    "Household",
    "InPerson",
    "Known",
    "LogReading",
    "OffHours",
    "Refusals",
    "Reveals",
    "Rule",
    "Scope",
    "Series",
    "ShorterRules",
    "Volume",
]
