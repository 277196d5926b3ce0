"""Errors that a person may be told about: a stable code, a sentence, an HTTP status."""

from typing import Any


class DomainError(Exception):
    """Something the caller did cannot be done; `code` never changes, `message` says what to do about it."""

    status = 400

    def __init__(self, code: str, message: str, **extra: Any) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.extra = extra

    def as_dict(self) -> dict[str, Any]:
        return {"code": self.code, "message": self.message, **self.extra}


class Invalid(DomainError):
    """The input is wrong in itself."""


class NotAllowed(DomainError):
    """The person may not do this."""

    status = 403


class Missing(DomainError):
    """No such thing, or none that this person may know of: both look the same."""

    status = 404


class Conflict(DomainError):
    """The thing's state does not permit it now."""

    status = 409


class TooLarge(DomainError):
    status = 413


class TooMany(DomainError):
    status = 429


class Unavailable(DomainError):
    """Something that the act needs does not answer now."""

    status = 503
