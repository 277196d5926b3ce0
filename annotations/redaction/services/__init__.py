"""Writes of this context, one use case per module."""

from annotations.redaction.services.erase import erase_clip
from annotations.redaction.services.examples import destroy_examples, training_examples
from annotations.redaction.services.fetch_model import fetch_model
from annotations.redaction.services.hiding import choose_hiding
from annotations.redaction.services.orphans import sweep_orphans
from annotations.redaction.services.pictures import serve_region
from annotations.redaction.services.redact import redact
from annotations.redaction.services.remake import remake
from annotations.redaction.services.request import (
    discard_unverified,
    hide_zones,
    report_missed_regions,
    request,
    request_first,
    retry,
    try_strictly,
)
from annotations.redaction.services.unredaction import (
    ask_for_unredaction,
    decide_unredaction,
    hide_again,
    take_back_unredaction,
)

__all__ = [
    "ask_for_unredaction",
    "choose_hiding",
    "decide_unredaction",
    "destroy_examples",
    "discard_unverified",
    "erase_clip",
    "fetch_model",
    "hide_again",
    "hide_zones",
    "redact",
    "remake",
    "report_missed_regions",
    "request",
    "request_first",
    "retry",
    "serve_region",
    "sweep_orphans",
    "take_back_unredaction",
    "training_examples",
    "try_strictly",
]
