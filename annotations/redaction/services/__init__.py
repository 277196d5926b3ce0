"""Writes of this context, one use case per module."""

from annotations.redaction.services.examples import destroy_examples, training_examples
from annotations.redaction.services.fetch_model import fetch_model
from annotations.redaction.services.hiding import choose_hiding
from annotations.redaction.services.lift import ask_to_lift, decide_lift, hide_again, take_back_lift
from annotations.redaction.services.orphans import sweep_orphans
from annotations.redaction.services.pictures import serve_region
from annotations.redaction.services.redact import redact
from annotations.redaction.services.request import report_missed_faces, request, request_first, retry

__all__ = [
    "ask_to_lift",
    "choose_hiding",
    "decide_lift",
    "destroy_examples",
    "fetch_model",
    "hide_again",
    "redact",
    "report_missed_faces",
    "request",
    "request_first",
    "retry",
    "serve_region",
    "sweep_orphans",
    "take_back_lift",
    "training_examples",
]
