"""Writes of this context, one use case per module."""

from .redact import redact
from .request import report_missed_faces, request, request_first, retry
from .stall import give_up

__all__ = ["give_up", "redact", "report_missed_faces", "request", "request_first", "retry"]
