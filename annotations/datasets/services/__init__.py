"""Writes of this context, one use case per module."""

from .define import change, create
from .deliver import deliver
from .freeze import freeze
from .marks import mark
from .orphans import sweep_orphans
from .request import request, retry

__all__ = ["change", "create", "deliver", "freeze", "mark", "request", "retry", "sweep_orphans"]
