"""What people type on this context's pages, one page per module."""

from .desk import LookupForm, WithdrawalForm
from .erasure import ErasureForm, SubjectForm
from .log import LogForm
from .period import PeriodForm, instants

__all__ = [
    "ErasureForm",
    "LogForm",
    "LookupForm",
    "PeriodForm",
    "SubjectForm",
    "WithdrawalForm",
    "instants",
]
