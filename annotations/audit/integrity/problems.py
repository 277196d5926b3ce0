"""What a check of the log finds."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """`code` says what kind, `message` what and where."""

    code: str
    message: str
