import logging
from importlib import import_module

from django.apps import AppConfig

logger = logging.getLogger(__name__)


class RedactionConfig(AppConfig):
    name = "annotations.redaction"
    label = "redaction"

    def ready(self) -> None:
        checks = import_module("annotations.redaction.checks")  # registers its checks
        # Web servers and workers do not print the results of checks: an operator is to know these, not to find out.
        for message in (*checks.check_landlock(None), *checks.check_second_opinion(None)):
            logger.log(message.level, "%s %s", message.msg, message.hint)
