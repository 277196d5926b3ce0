"""Writes of this context, one use case per module."""

from .examples import destroy_examples, training_examples
from .fetch_model import fetch_model
from .hiding import choose_hiding
from .lift import ask_to_lift, decide_lift, hide_again, take_back_lift
from .orphans import sweep_orphans
from .pictures import serve_region
from .redact import redact
from .request import report_missed_faces, request, request_first, retry
from .stall import give_up

__all__ = [
    "ask_to_lift",
    "choose_hiding",
    "decide_lift",
    "destroy_examples",
    "fetch_model",
    "give_up",
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
