"""What people type on this context's pages, one page per module."""

from annotations.rights.forms.access_requests import RequestForm, StepForm
from annotations.rights.forms.consents import LookupForm, WithdrawalForm
from annotations.rights.forms.erasure import ErasureForm, SubjectForm
from annotations.rights.forms.erasures import PlanForm, ScopeForm, confirmation

__all__ = [
    "ErasureForm",
    "LookupForm",
    "PlanForm",
    "RequestForm",
    "ScopeForm",
    "StepForm",
    "SubjectForm",
    "WithdrawalForm",
    "confirmation",
]
