"""What the frame of an officer's pages shows of the log."""

from typing import Any

from django.http import HttpRequest

from annotations.accounts.enums import Role
from annotations.accounts.middleware import role_of
from annotations.audit.integrity.status import integrity
from annotations.privacy.verdict import Verdict, verdict


def integrity_badge(request: HttpRequest) -> dict[str, Any]:
    """`integrity_badge`: how the log stands, asked for only where a page shows it."""
    return {"integrity_badge": _verdict} if role_of(request) == Role.PRIVACY_OFFICER else {}


def _verdict() -> Verdict:
    return verdict(integrity())
