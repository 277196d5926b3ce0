"""What an operator is told of the secrets of a program: that it was given one without need, or was given all."""

import logging
from typing import Any

from django.conf import settings
from django.core import checks

from annotations.outgoing.targets import targets
from reviewapp.settings import programs

logger = logging.getLogger(__name__)

HINT = "docs/keys.md, Who is given what."


@checks.register(checks.Tags.security)
def check_secrets(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """An error for each secret that this program must not have. One that it lacks has stopped the start already."""
    name = programs.own()
    if not name:
        return _unnamed()
    return [
        checks.Error(
            f"The program {name} was given {variable} ({programs.SECRETS[variable]}) and has no need of it.",
            hint=HINT,
            id="reviewapp.E002",
        )
        for variable in programs.misplaced()
    ]


def _unnamed() -> list[checks.CheckMessage]:
    if not settings.SECRETS_BY_NEED:
        return []
    return [
        checks.Warning(
            "PROGRAM is not set: this process reads every secret of the site.", hint=HINT, id="reviewapp.W001"
        )
    ]


def say() -> None:
    """Tells the programs' log: web servers and workers print no results of checks."""
    for message in check_secrets(None):
        logger.log(message.level, "%s %s", message.msg, message.hint)


@checks.register(checks.Tags.security)
def check_targets(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """An error for each target that is to be told something and that the settings do not name."""
    known = targets()
    return [
        checks.Error(
            f"NOTIFY_{topic.upper()} names {name}, which is in neither MAIL_TARGETS nor WEBHOOK_TARGETS.",
            hint="docs/deployment.md, Messages.",
            id="reviewapp.E003",
        )
        for topic, names in settings.NOTIFY.items()
        for name in names
        if name not in known
    ]
