"""The privacy officer in whose name a search is made."""

from typing import Any

from django.core.management.base import CommandError

from annotations.accounts.management.in_person import in_person
from annotations.accounts.roles import role_name
from annotations.audit.actors import Actor
from annotations.rights.rules import OFFICER

REFUSED = 2
"""The exit code of what was not done: 1 says that something was found."""


def officer_in_person(command: str, options: dict[str, Any]) -> Actor:
    """Who `--by` names, once they have given their password. Raises CommandError, also for another role."""
    try:
        person = in_person(command, options)
    except CommandError as error:
        raise CommandError(str(error), returncode=REFUSED) from None
    if OFFICER.why_not(person.actor, {}):
        raise CommandError(
            f"Only a privacy officer may do that. {person.username} has the role {role_name(person.role)} and may not.",
            returncode=REFUSED,
        )
    return person.actor
