"""The commands of `manage.py` as somebody of this site types them."""

from django.conf import settings


def command(words: str) -> str:
    """`words` after what calls `manage.py` here: on one machine `./workbench manage`."""
    return f"{settings.MANAGE_COMMAND} {words}"
