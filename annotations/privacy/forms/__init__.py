"""What people type on this context's pages, one page per module."""

from annotations.privacy.forms.alerts import AlertFilterForm, RuleForm, SettleForm, rule_form
from annotations.privacy.forms.break_glass import AskGlassForm, DecideGlassForm
from annotations.privacy.forms.desk import LookupForm, WithdrawalForm
from annotations.privacy.forms.erasure import ErasureForm, SubjectForm
from annotations.privacy.forms.log import LogForm
from annotations.privacy.forms.period import PeriodForm, instants
from annotations.privacy.forms.requests import RequestForm, StepForm
from annotations.privacy.forms.zones import COMMON_ZONES

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
