"""Names of the roles that stand on the log: those of accounts, and of whoever acts without one."""

from django.utils.translation import gettext_lazy as _

from annotations.accounts.enums import ANONYMOUS, Role

_OTHERS = {
    "worker": _("Worker"),
    "owner": _("Owner"),
    ANONYMOUS: _("Nobody signed in"),
}


def role_choices() -> list[tuple[str, str]]:
    return [*((str(code), str(label)) for code, label in Role.choices), *_others()]


def role_name(code: str) -> str:
    """The name of a role; one that is unknown as it is."""
    return dict(role_choices()).get(code, code)


def _others() -> list[tuple[str, str]]:
    return [(code, str(label)) for code, label in _OTHERS.items()]
