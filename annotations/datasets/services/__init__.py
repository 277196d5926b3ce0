"""Writes of this context, one use case per module."""

from annotations.datasets.services.define import change, create
from annotations.datasets.services.deliver import deliver
from annotations.datasets.services.erase import erase_clip
from annotations.datasets.services.freeze import freeze
from annotations.datasets.services.marks import mark
from annotations.datasets.services.orphans import sweep_orphans
from annotations.datasets.services.request import request, retry

__all__ = ["change", "create", "deliver", "erase_clip", "freeze", "mark", "request", "retry", "sweep_orphans"]
