import pytest
from django.core.management import CommandError, call_command

from annotations.accounts import services
from annotations.accounts.models import ApiKey
from annotations.audit.actors import COMMAND_LINE
from annotations.audit.models import LogEntry
from tests import factories as make

pytestmark = pytest.mark.django_db


def test_a_key_is_revoked_once_by_its_prefix_and_logged() -> None:
    key = services.create_key(COMMAND_LINE, make.make_submitter())
    prefix = key.split("_")[1]
    call_command("revoke_key", prefix)
    assert ApiKey.objects.get(prefix=prefix).revoked_at
    assert LogEntry.objects.filter(action="account.key_revoked", actor=COMMAND_LINE.pseudonym).count() == 1
    with pytest.raises(CommandError, match="not revoked yet"):
        call_command("revoke_key", prefix)


def test_an_unknown_key_is_named() -> None:
    with pytest.raises(CommandError, match="0123456789ab"):
        call_command("revoke_key", "0123456789ab")
