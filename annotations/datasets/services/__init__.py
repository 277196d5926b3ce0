"""Writes of this context, one use case per module."""

from annotations.datasets.services.define import change, create
from annotations.datasets.services.deletions import confirm_deletions, remind_of_deletions
from annotations.datasets.services.deliver import deliver
from annotations.datasets.services.erase import erase_clip
from annotations.datasets.services.freeze import freeze
from annotations.datasets.services.lost import mark_lost
from annotations.datasets.services.marks import mark
from annotations.datasets.services.orphans import sweep_orphans
from annotations.datasets.services.reissue import reissue_manifest
from annotations.datasets.services.request import request, retry, succeed

__all__ = [
    "change",
    "confirm_deletions",
    "create",
    "deliver",
    "erase_clip",
    "freeze",
    "mark",
    "mark_lost",
    "reissue_manifest",
    "remind_of_deletions",
    "request",
    "retry",
    "succeed",
    "sweep_orphans",
]
