"""Roles: their names, those on the log that nobody has an account for among them, and which of them see content."""

from django.utils.translation import gettext_lazy as _

from annotations.accounts.enums import ANONYMOUS, Role
from annotations.accounts.matrix import matrix

_OTHERS = {
    "worker": _("Worker"),
    "owner": _("Owner"),
    ANONYMOUS: _("Nobody signed in"),
}


def role_choices() -> list[tuple[str, str]]:
    others = [(code, str(label)) for code, label in _OTHERS.items()]
    return [*((str(code), str(label)) for code, label in Role.choices), *others]


def role_name(code: str) -> str:
    """The name of a role; one that is unknown as it is."""
    return str(Role(code).label if code in Role.values else _OTHERS.get(code, code))


# Where pictures, releases and what is known of owners are read. Whoever may open one of them sees content.
_CONTENT = (
    "redaction:media",
    "redaction:region_picture",
    "moderation:poster",
    "break_glass:media",
    "datasets:download",
    "oversight:log",
)


def sees_content(role: str) -> bool:
    """Whether the permission matrix lets the role see content."""
    return any(matrix().rule(route, "GET").allows(role) for route in _CONTENT)


def is_given_clips(role: str) -> bool:
    """Whether people with the role are given clips to label, and so have to be trained and to accept the statement."""
    return matrix().rule("review:claim", "POST").allows(role)


def signs_in(role: str) -> bool:
    """Whether people with the role sign in; programs send an API key."""
    return matrix().rule("accounts:sign_in", "POST").allows(role)


def signing_in() -> list[tuple[str, str]]:
    """The roles of people, for choices."""
    return [(str(role), str(role.label)) for role in Role if signs_in(role)]
