"""What an operator is told before the site is deployed: that letters to owners would have blanks."""

from typing import Any

from django.conf import settings
from django.core import checks

from annotations.rights.contacts import STATED_ALWAYS

HINT = "Owners are told it in answers to access requests. See docs/deployment.md, Variables."


@checks.register(deploy=True)
def check_contacts(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """A warning for each contact that is not stated. Without the database, which may not be there yet."""
    return [
        checks.Warning(f"{name} is not stated.", hint=HINT, id="rights.W001")
        for name in STATED_ALWAYS
        if not getattr(settings, name)
    ]
