"""Writes of this context, one use case per module."""

from annotations.review.services.claim import next_clip, prefetch
from annotations.review.services.drafts import save_draft
from annotations.review.services.erase import erase_clip
from annotations.review.services.leases import expire_leases, extend, resume, take_away
from annotations.review.services.projects import ensure_default_project, publish_schema
from annotations.review.services.queue import enqueue
from annotations.review.services.release import flag, report_missed_regions, skip
from annotations.review.services.set_aside import flag_task, reopen, set_aside
from annotations.review.services.settle import accept, send_back
from annotations.review.services.submit import submit
from annotations.review.services.watched import record_watched, record_watched_by_lead

__all__ = [
    "accept",
    "enqueue",
    "ensure_default_project",
    "erase_clip",
    "expire_leases",
    "extend",
    "flag",
    "flag_task",
    "next_clip",
    "prefetch",
    "publish_schema",
    "record_watched",
    "record_watched_by_lead",
    "reopen",
    "report_missed_regions",
    "resume",
    "save_draft",
    "send_back",
    "set_aside",
    "skip",
    "submit",
    "take_away",
]
