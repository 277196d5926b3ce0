"""Writes of this context, one use case per module."""

from .claim import next_clip, prefetch
from .drafts import save_draft
from .leases import expire_leases, extend, resume
from .leave import flag, report_missed_face, skip
from .projects import ensure_default_project, publish_schema
from .queue import enqueue
from .set_aside import reopen, set_aside
from .settle import accept, send_back
from .submit import submit
from .watched import note_watched, note_watched_by_lead

__all__ = [
    "accept",
    "enqueue",
    "ensure_default_project",
    "expire_leases",
    "extend",
    "flag",
    "next_clip",
    "note_watched",
    "note_watched_by_lead",
    "prefetch",
    "publish_schema",
    "reopen",
    "report_missed_face",
    "resume",
    "save_draft",
    "send_back",
    "set_aside",
    "skip",
    "submit",
]
