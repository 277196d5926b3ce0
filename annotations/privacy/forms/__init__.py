"""What people type on this context's pages, one page per module."""

from .desk import LookupForm, WithdrawalForm
from .erasure import ErasureForm, SubjectForm
from .log import LogForm

__all__ = ["ErasureForm", "LogForm", "LookupForm", "SubjectForm", "WithdrawalForm"]
