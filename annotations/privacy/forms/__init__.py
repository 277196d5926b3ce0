"""What people type on this context's pages, one page per module."""

from .alerts import AlertFilterForm, RuleForm, SettleForm, rule_form
from .break_glass import AskGlassForm, DecideGlassForm
from .desk import LookupForm, WithdrawalForm
from .erasure import ErasureForm, SubjectForm
from .log import LogForm
from .period import PeriodForm, instants
from .requests import RequestForm, StepForm
from .zones import COMMON_ZONES

__all__ = [
    "COMMON_ZONES",
    "AlertFilterForm",
    "AskGlassForm",
    "DecideGlassForm",
    "ErasureForm",
    "LogForm",
    "LookupForm",
    "PeriodForm",
    "RequestForm",
    "RuleForm",
    "SettleForm",
    "StepForm",
    "SubjectForm",
    "WithdrawalForm",
    "instants",
    "rule_form",
]
