"""What people type on this context's pages, one page per module."""

from annotations.oversight.forms.alerts import AlertFilterForm, ResolveForm, RuleForm, rule_form
from annotations.oversight.forms.log import LogForm
from annotations.oversight.forms.period import PeriodForm, instants

__all__ = [
    "AlertFilterForm",
    "LogForm",
    "PeriodForm",
    "ResolveForm",
    "RuleForm",
    "instants",
    "rule_form",
]
