"""What people type on this context's pages, one page per module."""

from .desk import LookupForm, WithdrawalForm
from .log import LogForm

__all__ = ["LogForm", "LookupForm", "WithdrawalForm"]
