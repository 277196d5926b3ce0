"""Pages about the rights of owners, one per module."""

from annotations.rights.views.access_requests import (
    access_answer,
    access_answer_file,
    access_request,
    access_requests,
    new_access_request,
    step_access_request,
)
from annotations.rights.views.consents import consents, link_receipt, withdraw
from annotations.rights.views.erasure import erase, erasure
from annotations.rights.views.receipt import receipt, withdraw_by_receipt

__all__ = [
    "access_answer",
    "access_answer_file",
    "access_request",
    "access_requests",
    "consents",
    "erase",
    "erasure",
    "link_receipt",
    "new_access_request",
    "receipt",
    "step_access_request",
    "withdraw",
    "withdraw_by_receipt",
]
