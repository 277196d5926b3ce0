"""Writes of this context, one use case per module."""

from .decide import decide
from .flag import flag
from .poster import serve_poster
from .screen import screen

__all__ = ["decide", "flag", "screen", "serve_poster"]
