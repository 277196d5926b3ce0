"""Tables of this context, one subject per module."""

from .saved_view import SavedView

__all__ = ["SavedView"]
