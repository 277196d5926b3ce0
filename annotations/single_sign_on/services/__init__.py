"""Writes of this context, one subject per module."""

from annotations.single_sign_on.services.admit import admit, record_refused
from annotations.single_sign_on.services.sessions import end_at_provider

__all__ = ["admit", "end_at_provider", "record_refused"]
