"""What people type on this context's pages, one page per module."""

from annotations.rights.forms.access_requests import RequestForm, StepForm
from annotations.rights.forms.consents import LookupForm, WithdrawalForm
from annotations.rights.forms.erasure import ErasureForm, SubjectForm
from annotations.rights.forms.erasures import PlanForm, ScopeForm, confirmation
from annotations.rights.forms.retention import (
    DecisionForm,
    EndingForm,
    LegalHoldFilterForm,
    LegalHoldForm,
    LegalHoldStepForm,
    RuleForm,
)

__all__ = [
    "DecisionForm",
    "EndingForm",
    "ErasureForm",
    "LegalHoldFilterForm",
    "LegalHoldForm",
    "LegalHoldStepForm",
    "LookupForm",
    "PlanForm",
    "RequestForm",
    "RuleForm",
    "ScopeForm",
    "StepForm",
    "SubjectForm",
    "WithdrawalForm",
    "confirmation",
]
