"""What would let the site run with a door less than its settings say."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

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
