"""What the settings say of roles and doors is checked when the site starts."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

from annotations.accounts.enums import Role
from annotations.accounts.passwords import well_formed
from annotations.accounts.roles import signing_in


@register(Tags.security)
def check_second_factors(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """A role that is misspelt would silently need no second factor."""
    people = {code for code, _ in signing_in()}
    unknown = sorted(set(settings.SECOND_FACTOR_REQUIRED) - people)
    if not unknown:
        return []
    hint = f"Roles of people are {', '.join(sorted(people))}."
    return [
        Error(
            f"SECOND_FACTOR_REQUIRED names no role of people: {', '.join(unknown)}.", hint, id="accounts.E001"
        )
    ]


@register(Tags.security)
def check_networks(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """A role that is misspelt would come in from everywhere."""
    unknown = sorted(set(settings.ALLOWED_NETWORKS) - set(Role.values))
    return [
        Error(f"ALLOWED_NETWORKS names the role {role}, which there is not.", id="accounts.E002")
        for role in unknown
    ]


@register(Tags.security)
def check_breached_passwords(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """A list in another form would refuse nothing."""
    path = settings.BREACHED_PASSWORDS_FILE
    try:
        usable = path is None or well_formed(path)
    except OSError:
        usable = False
    text = "BREACHED_PASSWORDS_FILE names no readable file of sorted SHA-1 digests in capitals, one a line."
    return [] if usable else [Error(text, id="accounts.E003")]
