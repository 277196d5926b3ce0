"""Names of the roles that are on the log: those of accounts, and of whoever acts without one."""

from django.utils.translation import gettext_lazy as _

from annotations.accounts.enums import ANONYMOUS, Role

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
