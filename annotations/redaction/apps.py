import logging

from django.apps import AppConfig

from annotations.vision import landlock

logger = logging.getLogger(__name__)


class RedactionConfig(AppConfig):
    name = "annotations.redaction"
    label = "redaction"

    def ready(self) -> None:
        # The decoder still runs, within fewer bounds: an operator is to know it, not to find it out.
        if not landlock.version():
            logger.warning(
                "This system offers no Landlock: an exploited decoder could read files that this site can read. "
                "See docs/deployment.md, Decoder."
            )
