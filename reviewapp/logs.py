"""What the processes write to their own logs: one line per event, no capability in it."""

import logging
import re

import structlog

_CAPABILITIES = re.compile(r"/(media|receipt|sign-in-link)/[^/\s'\"]+")


def without_tokens(text: str) -> str:
    """Whoever reads a log must not be able to open what it tells of: tokens in addresses are left out."""
    return _CAPABILITIES.sub(r"/\1/…", text)


class TokenFormatter(logging.Formatter):
    """The usual line, traceback included, without tokens: whichever library wrote it."""

    def format(self, record: logging.LogRecord) -> str:
        return without_tokens(super().format(record))


def configure() -> None:
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.filter_by_level,
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(key_order=["event", "request", "code"]),
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
