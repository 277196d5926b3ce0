"""The log's keys: made, joined by a new one, taken out of use; each step for ever in the policy and on the log."""

import io
import json
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import transaction

from annotations.audit import services
from annotations.audit.actors import COMMAND_LINE, WORKER
from annotations.audit.integrity.verification import verify
from annotations.audit.keys import changes
from annotations.audit.keys.policy import keys_at, log_keys
from annotations.audit.models import Checkpoint, LogEntry
from annotations.audit.registry import lookup
from annotations.audit.sequencing import configured
from annotations.audit.tree import signed_notes
from annotations.core.errors import Conflict, Missing
from tests.audit.sequencing.restores import declare, signed_more

pytestmark = pytest.mark.django_db


def seal() -> Checkpoint:
    """The checkpoint over one more entry."""
    with transaction.atomic():
        services.append(lookup("account.signed_in"), WORKER)
    configured.own_sequencer().once()
    return Checkpoint.objects.order_by("-size")[0]


def signers(checkpoint: Checkpoint) -> set[str]:
    return {each.key_id.hex() for each in signed_notes.parse(checkpoint.note).signatures}


def test_a_rotation_signs_with_both_keys_in_between() -> None:
    folder = configured.own_keys()
    first = seal()
    (old,) = signers(first)
    new = changes.new(folder, COMMAND_LINE).key_id.hex()
    both = seal()
    assert signers(both) == {old, new}
    changes.retire(folder, old, COMMAND_LINE)
    assert signers(seal()) == {new}
    assert [(key.public.key_id.hex(), key.since, key.until) for key in log_keys()] == [
        (old, 1, both.size + 1),
        (new, first.size + 1, None),
    ]
    assert [path.name for path in folder.folder.glob("*.key")] == [f"{new}.key"]
    assert verify(WORKER).ok


def test_each_change_is_on_the_log() -> None:
    folder = configured.own_keys()
    seal()
    key = changes.new(folder, COMMAND_LINE)
    changes.retire(folder, key.key_id.hex(), COMMAND_LINE)
    entries = LogEntry.objects.filter(action__startswith="audit.key_").order_by("pk")
    assert [entry.action for entry in entries] == ["audit.key_added", "audit.key_added", "audit.key_retired"]
    assert json.loads(bytes(entries[2].canonical))["data"] == {"key": key.vkey, "size": 3}


def test_the_last_key_and_one_that_does_not_sign_cannot_be_retired() -> None:
    folder = configured.own_keys()
    (key,) = signers(seal())
    with pytest.raises(Conflict) as last:
        changes.retire(folder, key, COMMAND_LINE)
    assert last.value.code == "last_key"
    with pytest.raises(Missing) as missing:
        changes.retire(folder, "00000000", COMMAND_LINE)
    assert missing.value.code == "no_such_key"
    assert len(keys_at(10)) == 1


def test_between_an_epoch_s_declaration_and_its_first_checkpoint_keys_do_not_change() -> None:
    folder = configured.own_keys()
    (key,) = signers(seal())
    signed_more(5)
    declare()
    with pytest.raises(Conflict, match="epoch_not_begun"):
        changes.new(folder, COMMAND_LINE)
    with pytest.raises(Conflict, match="epoch_not_begun"):
        changes.retire(folder, key, COMMAND_LINE)
    seal()
    changes.new(folder, COMMAND_LINE)
    seal()
    assert verify(WORKER).ok


def test_the_first_key_is_made_once() -> None:
    for _ in range(2):
        configured.own_sequencer()
    assert len(log_keys()) == 1


def test_a_process_that_was_given_no_keys_has_none(settings: Any) -> None:
    settings.AUDIT_KEYS_DIR = ""
    with pytest.raises(ImproperlyConfigured, match="AUDIT_KEYS_DIR"):
        configured.own_sequencer()
    with pytest.raises(CommandError, match="AUDIT_KEYS_DIR"):
        call_command("sequence", "--once")


def test_the_commands_seal_list_add_and_retire() -> None:
    said = io.StringIO()
    call_command("sequence", "--once", stdout=said)
    assert "Sealed: 1" in said.getvalue()
    call_command("audit", "keys", "new", stdout=io.StringIO())
    listed = io.StringIO()
    call_command("audit", "keys", stdout=listed)
    first, second = listed.getvalue().splitlines()
    assert "signs sizes 1 on  clip-review.test/log+" in first
    assert "signs sizes 2 on" in second
    key_id = first.split()[0]
    call_command("audit", "keys", "retire", key_id, stdout=(after := io.StringIO()))
    assert "signs sizes 1 to 1" in after.getvalue()
    with pytest.raises(CommandError, match="No key"):
        call_command("audit", "keys", "retire", key_id)
