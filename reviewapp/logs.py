"""What the processes write to their own logs: one line per event, no capability in it."""

import re

import structlog
from structlog.typing import EventDict, WrappedLogger

_CAPABILITIES = re.compile(r"/(media|receipt)/[^/\s]+")


def without_tokens(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Whoever reads a log must not be able to open what it tells of: tokens in addresses are left out."""
    if "request" in event:
        event["request"] = _CAPABILITIES.sub(r"/\1/…", str(event["request"]))
    return event


def configure() -> None:
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.filter_by_level,
            without_tokens,
            structlog.processors.KeyValueRenderer(key_order=["event", "request", "code"]),
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
