"""After a restore the log goes on only in an epoch that two officers declare, and only where nothing was rewritten."""

import datetime
import io
import json
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from annotations.accounts.enums import Role
from annotations.accounts.models import User
from annotations.audit import details
from annotations.audit.actors import COMMAND_LINE, WORKER
from annotations.audit.enums import DetailState
from annotations.audit.integrity.status import last_checkpoint
from annotations.audit.integrity.verification import verify
from annotations.audit.keys import changes
from annotations.audit.keys.policy import log_keys
from annotations.audit.keys.refused import Refused
from annotations.audit.models import Checkpoint, Epoch, KeyChange, LogEntry, TreeLeaf
from annotations.audit.sequencing import configured, epochs
from annotations.audit.sequencing.stored_tree import tree_size
from annotations.audit.tree import checkpoints, signed_notes
from annotations.audit.tree.epochs import Declaration, InvalidDeclaration, objections, parse
from annotations.audit.tree.signed_notes import PrivateKey
from annotations.core import clock
from annotations.core.errors import Conflict, Invalid
from tests.audit.sequencing.restores import OFFICER, REASON, SECOND, Backup, append, declare, memory, seal
from tests.factories import PASSWORD, make_user
from tests.in_person import call_in_person

pytestmark = pytest.mark.django_db


def last_note() -> checkpoints.Checkpoint:
    row = last_checkpoint()
    assert row
    return checkpoints.Checkpoint.parse(signed_notes.parse(row.note).text)


def problems() -> list[str]:
    return [each["code"] for each in verify(WORKER).problems]


@pytest.fixture
def set_back() -> tuple[int, int]:
    """A database that was restored; the sizes under its last checkpoint, and of what was signed last."""
    restored = seal(20)
    backup = Backup.take()
    signed = seal(15)
    backup.restore()
    return restored, signed


def test_after_a_restore_nothing_is_signed_until_an_epoch_is_declared(set_back: tuple[int, int]) -> None:
    restored, signed = set_back
    with pytest.raises(Refused, match=f"A tree of {signed} entries was signed.*declare-epoch"):
        seal(3)
    old = memory().read_text()
    epoch = declare()
    assert (epoch.number, epoch.restored, epoch.signed) == (2, restored, signed)
    assert epoch.lost == old == memory().read_text(), "the memory is replaced with the next signature"
    assert (epoch.declared_by, epoch.agreed_by) == (OFFICER.pseudonym, SECOND.pseudonym)
    size = seal(2)
    assert last_note().epoch == 2
    assert last_note().previous == restored
    assert Checkpoint.objects.filter(size__gt=restored).count() == 1
    assert size == tree_size()
    assert seal(30) > signed
    assert problems() == []


def test_the_log_tells_who_declared_it_and_why_and_binds_the_declaration(set_back: tuple[int, int]) -> None:
    restored, signed = set_back
    append(4)
    epoch = declare()
    declared, note = parse(epoch.declaration)
    entry = LogEntry.objects.get(action="audit.epoch_declared")
    assert TreeLeaf.objects.get(entry=entry.pk).index == declared.entry == restored
    assert json.loads(bytes(entry.canonical))["data"] == {
        "epoch": 2,
        "first": restored,
        "last": signed - 1,
        "agreed_by": SECOND.pseudonym,
        "declaration": sha256(note.text.encode()).hexdigest(),
    }
    assert (entry.actor, entry.actor_role) == (OFFICER.pseudonym, Role.PRIVACY_OFFICER)
    (detail,) = details.read([entry]).values()
    assert (detail.state, detail.content) == (DetailState.READABLE, {"reason": REASON})
    assert len(note.verify([key.public for key in log_keys()])) == 1
    assert declared.last.size == signed
    assert declared.keys == tuple(log_keys())


def test_where_nothing_was_set_back_no_epoch_is_declared() -> None:
    for act in (declare, lambda: epochs.loss(configured.own_keys())):
        with pytest.raises(Conflict, match="nothing_set_back"):
            act()
    seal(3)
    with pytest.raises(Conflict, match="nothing_set_back"):
        declare()
    Checkpoint.objects.create(size=99, root=b"r" * 32, note="", signed_at=clock.now())
    with pytest.raises(Conflict, match="nothing_set_back"):
        declare()
    assert not Epoch.objects.exists()


def test_an_epoch_without_a_reason_is_none(set_back: tuple[int, int]) -> None:
    with pytest.raises(Invalid, match="reason_too_short"):
        epochs.declare(configured.own_keys(), OFFICER, SECOND, " ")
    assert not Epoch.objects.exists()


def rewritten_row(root: bytes, note: str) -> None:
    Checkpoint.objects.create(size=tree_size(), root=root, note=note, signed_at=clock.now())


def by_another_key(root: bytes) -> str:
    body = checkpoints.Checkpoint("clip-review.test/log", tree_size(), root).format()
    return signed_notes.sign(body, PrivateKey.generate("clip-review.test/log"))


def of_another_tree(root: bytes) -> str:
    row = last_checkpoint()
    assert row
    return row.note


@pytest.mark.parametrize("forge", [by_another_key, of_another_tree])
def test_a_database_that_was_rewritten_is_excused_by_no_epoch(
    set_back: tuple[int, int], forge: Callable[[bytes], str]
) -> None:
    """Somebody put another tree under a checkpoint of their own, below what was signed."""
    append(3)
    with pytest.raises(Refused):
        configured.own_sequencer().once()
    rewritten_row(b"x" * 32, forge(b"x" * 32))
    with pytest.raises(Refused, match=r"signed"):
        declare()
    assert not Epoch.objects.exists()


def test_a_signed_checkpoint_that_the_tree_does_not_hold_is_excused_by_no_epoch(
    set_back: tuple[int, int],
) -> None:
    """The real checkpoint over a tree whose entries were exchanged."""
    TreeLeaf.objects.bulk_create([])
    row = last_checkpoint()
    assert row
    bigger = memory().read_text()
    note = signed_notes.parse(bigger)
    signed = checkpoints.Checkpoint.parse(note.text)
    append(signed.size - tree_size() - 1)
    with pytest.raises(Refused):
        configured.own_sequencer().once()
    # As many leaves as were signed but one, and the row of what was signed a moment before.
    past = checkpoints.Checkpoint(signed.origin, tree_size(), b"r" * 32)
    (key,) = configured.own_keys().folder.glob("*.key")
    forged = signed_notes.sign(past.format(), PrivateKey.parse(key.read_text().strip()))
    rewritten_row(past.root, forged)
    with pytest.raises(Refused, match="it was rewritten"):
        declare()


def test_what_contradicts_a_checkpoint_as_large_as_what_was_signed_was_rewritten(
    set_back: tuple[int, int],
) -> None:
    append(40)
    with pytest.raises(Refused, match="set back"):
        configured.own_sequencer().once()
    rewritten_row(b"x" * 32, by_another_key(b"x" * 32))
    append(1)
    with pytest.raises(Refused, match="does not hold the one of"):
        configured.own_sequencer().once()
    with pytest.raises(Refused, match="it was rewritten"):
        declare()


def test_entries_written_since_the_restore_are_kept_and_signed_anew(set_back: tuple[int, int]) -> None:
    """Also when there are more of them than were lost."""
    _, signed = set_back
    kept = append(signed + 10)
    with pytest.raises(Refused, match="it was set back"):
        configured.own_sequencer().once()
    assert tree_size() > signed
    declare()
    seal()
    assert TreeLeaf.objects.filter(entry__in=kept).count() == len(kept)
    assert problems() == []


class Killed(BaseException):
    """The process is gone."""


POINTS = ("leading", "keys carried over", "inserted", "logged", "declared", "committed", "remembered")


@pytest.mark.parametrize("point", POINTS)
def test_killed_at_any_step_it_is_declared_once_and_again_is_safe(
    set_back: tuple[int, int], point: str
) -> None:
    def reached(where: str) -> None:
        if where == point:
            raise Killed

    before = memory().read_text()
    with pytest.raises(Killed):
        epochs.declare(configured.own_keys(), OFFICER, SECOND, REASON, reached)
    assert memory().read_text() == before
    assert Epoch.objects.count() == (point in {"committed", "remembered"})
    first, again = declare(), declare()
    assert first == again
    assert LogEntry.objects.filter(action="audit.epoch_declared").count() == 1
    seal(2)
    assert last_note().epoch == 2
    assert problems() == []
    with pytest.raises(Conflict, match="nothing_set_back"):
        declare()


def test_killed_before_the_memory_is_replaced_the_next_signature_is_still_of_the_epoch(
    set_back: tuple[int, int],
) -> None:
    """The sequencer dies with each of its own steps after a declaration."""
    declare()
    for point in ("checked", "signed", "inserted"):

        def reached(where: str, point: str = point) -> None:
            if where == point:
                raise Killed

        append(1)
        sequencer = configured.own_sequencer()
        sequencer.reached = reached
        with pytest.raises(Killed):
            sequencer.once()
    seal(1)
    assert problems() == []
    assert {last_note().epoch, len(Epoch.objects.all())} == {2, 1}


def test_a_restore_to_before_an_epoch_keeps_that_epoch_known() -> None:
    """The database forgets the second epoch; the keys' folder does not, and its declaration comes back."""
    seal(10)
    oldest = Backup.take()
    first = seal(10)
    backup = Backup.take()
    seal(10)
    backup.restore()
    second = declare()
    lost = seal(5)
    oldest.restore()
    assert not Epoch.objects.exists()
    with pytest.raises(Refused, match="set back"):
        seal(1)
    third = declare()
    assert (third.number, third.restored, third.signed) == (3, 11, lost)
    kept = Epoch.objects.get(number=2)
    assert (kept.declaration, kept.restored) == (second.declaration, first)
    seal(5)
    assert last_note().epoch == 3
    assert problems() == []


def test_set_back_again_before_anything_was_signed_in_the_epoch() -> None:
    restored = seal(10)
    backup = Backup.take()
    signed = seal(10)
    backup.restore()
    declare()
    backup.restore()
    again = declare()
    assert (again.number, again.restored, again.signed) == (3, restored, signed)
    seal(1)
    assert problems() == []


def test_an_epoch_taken_out_of_the_database_stops_the_seal(set_back: tuple[int, int]) -> None:
    backup = Backup.take()
    declare()
    kept = configured.own_keys().memory.declared()
    seal(1)
    backup.restore()
    memory().unlink()
    with pytest.raises(Refused, match="does not know: it was taken out"):
        seal(1)
    assert configured.own_keys().memory.declared() == kept


def test_a_forged_declaration_is_not_believed(set_back: tuple[int, int]) -> None:
    """Whoever rules the database alone cannot declare: the keys' folder wants its own keys' signature."""
    restored, _ = set_back
    backup = Backup.take()
    true, _ = parse(declare().declaration)
    backup.restore()
    folder = configured.own_keys()
    (folder.folder / "epochs.jsonl").unlink()
    row = {"number": 2, "restored": restored, "signed": true.last.size, "lost": true.lost}
    forged = signed_notes.sign(true.format(), PrivateKey.generate("clip-review.test/log"))
    Epoch.objects.create(
        **row, declaration=forged, declared_at=clock.now(), declared_by="p-a", agreed_by="p-b"
    )
    with pytest.raises(Refused, match="none that these keys declared"):
        seal(1)
    with pytest.raises(Refused, match="none that these keys declared"):
        declare()


def test_a_key_made_in_the_lost_range_signs_on_and_one_retired_there_does_not(settings: Any) -> None:
    seal(5)
    folder = configured.own_keys()
    (old,) = log_keys()
    backup = Backup.take()
    new = changes.new(folder, COMMAND_LINE)
    seal(5)
    changes.retire(folder, old.public.key_id.hex(), COMMAND_LINE)
    seal(5)
    backup.restore()
    assert [key.vkey for key in log_keys()] == [old.vkey]
    loss = epochs.loss(folder)
    assert (loss.added, loss.retired) == ((new,), (old.public,))
    epoch = declare()
    seal(1)
    assert [(key.vkey, key.since, key.until) for key in log_keys()] == [
        (old.vkey, 1, epoch.restored + 1),
        (new.vkey, epoch.restored + 1, None),
    ]
    assert [each.key_id for each in signed_notes.parse(epoch.declaration).signatures] == [new.key_id]
    kinds = KeyChange.objects.order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["added", "added", "retired"]
    assert LogEntry.objects.filter(action__in=["audit.key_added", "audit.key_retired"]).count() == 3
    assert problems() == []


def test_without_any_key_that_signed_nothing_is_declared(set_back: tuple[int, int]) -> None:
    (key,) = configured.own_keys().folder.glob("*.key")
    key.rename(key.with_suffix(".away"))
    with pytest.raises(Refused, match=r"None of the keys|not one that these keys signed"):
        declare()


def test_a_folder_of_before_the_epochs_has_its_note_signed_again(set_back: tuple[int, int]) -> None:
    """It kept what was signed, without signatures, and no policy: the same keys make the same signatures again."""
    note = memory().read_text()
    memory().write_text(signed_notes.parse(note).text)
    (configured.own_keys().folder / "key-policy.json").unlink()
    epoch = declare()
    assert epoch.lost == note
    assert parse(epoch.declaration)[0].keys is None
    seal(1)
    assert problems() == []


def test_a_tree_other_than_the_signed_one_does_not_get_its_checkpoint_back(
    caplog: pytest.LogCaptureFixture,
) -> None:
    seal(5)
    backup = Backup.take()
    seal(3)
    backup.restore()
    append(3)
    with pytest.raises(Refused, match="set back"):
        configured.own_sequencer().once()
    assert Checkpoint.objects.count() == 1
    assert "put back" not in caplog.text


def test_what_was_signed_and_not_published_is_published_by_the_next_one() -> None:
    sequencer = configured.own_sequencer()
    append(3)
    sequencer.once()
    append(2)
    copies = []

    def reached(where: str) -> None:
        if where == "inserted":
            copies.append(memory().read_text())
            raise Killed

    sequencer.reached = reached
    with pytest.raises(Killed):
        sequencer.once()
    append(2)
    configured.own_sequencer().once()
    assert copies[0] in Checkpoint.objects.values_list("note", flat=True)
    assert last_note().previous == checkpoints.Checkpoint.parse(signed_notes.parse(copies[0]).text).size
    assert problems() == []


def agree(by: User | None = None, agreed_by: User | None = None, **options: Any) -> None:
    """Two officers agree, each with their password."""
    first, second = by or make_user(Role.PRIVACY_OFFICER), agreed_by or make_user(Role.PRIVACY_OFFICER)
    people = ("--by", first.username, "--agreed-by", second.username)
    call_in_person("agree_epoch", *people, "--reason", REASON, stdout=io.StringIO(), **options)


def declare_epoch(*arguments: str, **options: Any) -> None:
    call_command("audit", "declare-epoch", *arguments, **options)


def test_the_command_says_first_what_would_be_lost_and_then_declares(set_back: tuple[int, int]) -> None:
    restored, signed = set_back
    said = io.StringIO()
    declare_epoch("--dry-run", stdout=said)
    assert (
        f"entries {restored} to {signed - 1} ({signed - restored}) would be covered by no proof"
        in said.getvalue()
    )
    assert not Epoch.objects.exists()
    agree()
    declare_epoch(stdout=said)
    assert f"entries {restored} to {signed - 1} were lost with a restore." in said.getvalue()
    seal(1)
    listed, note = io.StringIO(), io.StringIO()
    call_command("audit", "epochs", stdout=listed)
    assert listed.getvalue().startswith("Epoch 2 since ")
    call_command("audit", "epochs", "2", stdout=note)
    assert note.getvalue() == Epoch.objects.get().declaration
    with pytest.raises(CommandError, match="No epoch 3"):
        call_command("audit", "epochs", "3")
    with pytest.raises(CommandError, match="No two privacy officers have agreed"):
        declare_epoch()
    agree()
    with pytest.raises(CommandError, match="holds all that was signed"):
        declare_epoch()


def test_two_different_privacy_officers_stand_for_it(set_back: tuple[int, int], settings: Any) -> None:
    officer, lead = make_user(Role.PRIVACY_OFFICER), make_user(Role.LEAD)
    for by, agreed_by, why in (
        (officer, officer, "Another privacy officer"),
        (lead, officer, "Two privacy officers"),
        (officer, lead, "Two privacy officers"),
    ):
        with pytest.raises(CommandError, match=why):
            agree(by, agreed_by)
    with pytest.raises(CommandError, match="No two privacy officers have agreed"):
        declare_epoch()
    agree(officer)
    settings.AUDIT_KEYS_DIR = ""
    with pytest.raises(CommandError, match="AUDIT_KEYS_DIR"):
        declare_epoch()
    assert not Epoch.objects.exists()


def test_nobody_agrees_without_their_own_password(set_back: tuple[int, int]) -> None:
    with pytest.raises(CommandError, match="This is not the password of"):
        agree(passwords=(PASSWORD, "somebody else's"))
    assert not LogEntry.objects.filter(action__in=["audit.epoch_agreed", "account.in_person"]).exists()


def test_an_agreement_holds_for_a_day_and_while_both_are_officers(
    set_back: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = make_user(Role.PRIVACY_OFFICER), make_user(Role.PRIVACY_OFFICER)
    agree(first, second)
    moment = clock.now() + datetime.timedelta(days=1, minutes=1)
    with monkeypatch.context() as later:
        later.setattr(clock, "now", lambda: moment)
        with pytest.raises(CommandError, match="more than a day old"):
            declare_epoch()
    User.objects.filter(pk=second.pk).update(is_active=False)
    with pytest.raises(CommandError, match="is closed"):
        declare_epoch()
    User.objects.filter(pk=second.pk).update(is_active=True, role=Role.LEAD)
    with pytest.raises(CommandError, match="Two privacy officers"):
        declare_epoch()
    assert not Epoch.objects.exists()


def test_a_rewritten_database_is_refused_by_the_command(set_back: tuple[int, int]) -> None:
    append(3)
    with pytest.raises(Refused):
        configured.own_sequencer().once()
    rewritten_row(b"x" * 32, by_another_key(b"x" * 32))
    agree()
    with pytest.raises(CommandError, match="not one that these keys signed"):
        declare_epoch()


@pytest.mark.parametrize(
    "change",
    [
        {"number": 1},
        {"number": True},
        {"number": 2**70},
        {"entry": 0},
        {"restored": {"size": 99, "root": "AAAA"}},
        {"by": 7},
        {"more": 1},
        {"lost": "nothing"},
        {"origin": "elsewhere"},
        {"keys": [{"vkey": "a"}]},
    ],
)
def test_what_is_no_declaration_is_not_read(set_back: tuple[int, int], change: dict[str, Any]) -> None:
    text = parse(declare().declaration)[0].format()
    form, line = text.splitlines()
    value = json.loads(line) | change
    changed = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    with pytest.raises(InvalidDeclaration):
        Declaration.parse(f"{form}\n{changed}\n")
    with pytest.raises(InvalidDeclaration):
        Declaration.parse(text.replace(":", ": ", 1))
    with pytest.raises(InvalidDeclaration):
        Declaration.parse(text.replace("audit-epoch/1", "audit-epoch/2"))
    with pytest.raises(checkpoints.InvalidCheckpoint):
        checkpoints.Checkpoint.parse(text)
    assert list(objections([parse(declare().declaration)], log_keys())) == []
