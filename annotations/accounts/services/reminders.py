"""Telling that keys of programs end."""

from django.db import transaction

from annotations.accounts.models import ApiKey
from annotations.accounts.rules import KEY_ENDS_TOLD
from annotations.accounts.selectors import keys_to_tell_of
from annotations.audit.actors import WORKER
from annotations.outgoing import reminders, services as outgoing
from annotations.outgoing.enums import Topic
from annotations.outgoing.targets import targets_of
from annotations.outgoing.templates import KEY_ENDS


@transaction.atomic
def tell_of_ending_keys() -> int:
    """Tells the targets of messages of keys that end soon and that nothing takes the place of; how many.

    Each step once, also by two workers. Where nobody is to be told, none counts as told.
    """
    if not targets_of(Topic.KEYS):
        return 0
    found = list(keys_to_tell_of().select_for_update(of=("self",), skip_locked=True))
    for key in found:
        key.told_days = reminders.step(key.expires_at, KEY_ENDS_TOLD)
        facts = {
            "prefix": key.prefix,
            "account": key.user.pseudonym,
            "ends": f"{key.expires_at:%Y-%m-%d}",
            "days": key.told_days,
        }
        outgoing.tell(Topic.KEYS, KEY_ENDS, facts, WORKER)
    ApiKey.objects.bulk_update(found, ["told_days"])
    return len(found)
