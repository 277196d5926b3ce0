"""Pages of this context, one subject per module."""

from annotations.accounts.views.sign_in import locked_out

__all__ = ["locked_out"]
