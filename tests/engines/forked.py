"""A process of the same program, for a test that kills it: starting Python afresh would take a second."""

import multiprocessing
from collections.abc import Callable
from multiprocessing.process import BaseProcess

from django.db import connections


def forked(target: Callable[..., None], *arguments: object) -> BaseProcess:
    """The process, started; it inherits no connection."""
    connections.close_all()
    if connections["default"].vendor == "postgresql":
        connections["default"].close_pool()  # type: ignore[attr-defined]
    process = multiprocessing.get_context("fork").Process(target=target, args=arguments)
    process.start()
    return process
