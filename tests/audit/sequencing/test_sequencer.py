"""Entries get their places in the tree, and the tree is signed as it stands committed."""

import random
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from annotations.audit import services
from annotations.audit.actors import WORKER
from annotations.audit.keys.policy import keys_at
from annotations.audit.keys.refused import Refused
from annotations.audit.models import Checkpoint, HashTile, Hurry, LogEntry, Pending, TreeLeaf
from annotations.audit.registry import lookup
from annotations.audit.sequencing import configured
from annotations.audit.sequencing.leader import lead
from annotations.audit.sequencing.sequencer import BATCH, Sequencer
from annotations.audit.sequencing.stored_tree import Incomplete, StoredTree, growth, tree_size
from annotations.audit.tree import checkpoints, merkle, proofs, signed_notes, tiles
from annotations.audit.tree.growth import FullTile, Growth
from annotations.core import clock
from tests.audit.tree import reference
from tests.engines.programs import wait_until


def append(count: int = 1) -> list[uuid.UUID]:
    with transaction.atomic():
        return [services.append(lookup("account.signed_in"), WORKER).pk for _ in range(count)]


def leaves() -> list[bytes]:
    return [bytes(each) for each in TreeLeaf.objects.order_by("index").values_list("hash", flat=True)]


def root_of(hashes: list[bytes]) -> bytes:
    tree = merkle.Frontier()
    for each in hashes:
        tree.append(each)
    return tree.root()


@pytest.mark.django_db
def test_each_entry_gets_one_place_and_a_checkpoint_tells_of_all() -> None:
    sequencer = configured.own_sequencer()
    entries = []
    for count in (1, 300, 7, 600):
        entries += append(count)
        sequencer.once()
    placed = list(TreeLeaf.objects.order_by("index").values_list("index", "entry"))
    # The first entry of all tells of the log's key.
    assert [index for index, _ in placed] == list(range(909))
    assert [entry for _, entry in placed][1:] == entries
    assert not Pending.objects.exists()
    assert leaves() == [
        merkle.leaf_hash(bytes(LogEntry.objects.get(pk=entry).canonical)) for _, entry in placed
    ]
    assert list(Checkpoint.objects.order_by("size").values_list("size", flat=True)) == [2, 302, 309, 909]
    for row in Checkpoint.objects.all():
        note = signed_notes.parse(row.note)
        assert len(note.verify(keys_at(row.size))) == 1
        read = checkpoints.Checkpoint.parse(note.text)
        assert (read.origin, read.size) == ("clip-review.test/log", row.size)
        assert read.root == bytes(row.root) == root_of(leaves()[: row.size])


@pytest.mark.django_db
def test_with_nothing_new_nothing_is_signed() -> None:
    sequencer = configured.own_sequencer()
    sequencer.once()
    assert sequencer.once() == 0
    assert Checkpoint.objects.count() == 1


@pytest.mark.django_db
def test_more_than_a_batch_is_taken_in_several() -> None:
    append(BATCH + 5)
    assert configured.own_sequencer().once() == BATCH + 6
    assert [row.size for row in Checkpoint.objects.order_by("size")] == [BATCH, BATCH + 6]


@pytest.mark.django_db
def test_the_stored_tree_gives_every_root_and_every_proof() -> None:
    """Over a tile's edge: 256 and 512 leaves fill tiles, the rest stands open."""
    append(600)
    configured.own_sequencer().once()
    hashes = leaves()
    tree = StoredTree(601)
    assert HashTile.objects.count() == 2
    assert HashTile.objects.get(level=0, number=1).hashes == b"".join(hashes[256:512])
    for size in (1, 2, 255, 256, 257, 511, 512, 513, 601):
        root = root_of(hashes[:size])
        assert tree.root_at(size) == StoredTree(size).root_at(size) == root
        proof = proofs.consistency_proof(size, 601, tree.node)
        proofs.verify_consistency(size, 601, root, root_of(hashes), proof)
    for index in (0, 1, 255, 256, 400, 511, 512, 599, 600):
        proofs.verify_inclusion(
            hashes[index], index, 601, proofs.inclusion_proof(index, 601, tree.node), root_of(hashes)
        )
    for tile in tiles.inventory(601):
        assert len(reference.hashes(tile, tree.node)) == 32 * tile.width
    for level, index in ((0, 601), (9, 1), (0, -1), (-1, 0)):
        with pytest.raises(ValueError, match="no subtree"):
            tree.node(level, index)


def test_a_tree_grows_the_same_from_any_size() -> None:
    """Pure: three levels of tiles, cut at random sizes, and begun again from what is unfilled."""
    chance = random.Random(7)
    hashes = [chance.randbytes(32) for _ in range(66_000)]
    whole = Growth(0, [[]])
    found: list[FullTile] = []
    cuts = {*chance.sample(range(66_000), 30), 65_535, 65_536}
    for size, each in enumerate(hashes):
        if size in cuts:
            unfilled = [
                [tile.root for tile in found if tile.level == level - 1] if level else hashes[:size]
                for level in range(1 + max((tile.level + 1 for tile in found), default=0))
            ]
            again = Growth(size, [part[len(part) - len(part) % 256 :] for part in unfilled])
            assert again.root() == whole.root()
            whole = again
        found += whole.append(each)
    assert whole.root() == root_of(hashes)
    assert [tile.number for tile in found if tile.level == 0] == list(range(257))
    (high,) = (tile for tile in found if tile.level == 1)
    assert high.hashes == b"".join(tile.root for tile in found if tile.level == 0 and tile.number < 256)
    with pytest.raises(ValueError, match="not the unfilled tiles"):
        Growth(300, [hashes[:300]])


@pytest.mark.django_db
def test_hashes_that_the_database_lacks_are_told() -> None:
    with pytest.raises(Incomplete, match="missing or damaged"):
        growth(3)
    with pytest.raises(Incomplete, match="Tile 0 of level 0"):
        StoredTree(256).node(7, 0)


def test_an_entry_that_commits_late_is_not_passed_over(fresh_database: str) -> None:
    """Its id is smaller than those of entries that have their places already."""
    if connection.vendor == "sqlite":
        append(2)  # one writer at a time: there is no late commit to try
        assert configured.own_sequencer().once() == 3
        return
    begun, go_on = threading.Event(), threading.Event()
    late: list[uuid.UUID] = []

    def slow() -> None:
        with transaction.atomic():
            late.append(services.append(lookup("account.signed_in"), WORKER).pk)
            begun.set()
            go_on.wait(20)
        connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    assert begun.wait(20)
    early = append(3)
    sequencer = configured.own_sequencer()
    assert sequencer.once() == 4
    assert min(early) > late[0]
    go_on.set()
    thread.join()
    assert sequencer.once() == 1
    assert TreeLeaf.objects.get(index=4).entry == late[0]


@pytest.mark.django_db
def test_a_tree_that_was_rewritten_is_not_signed() -> None:
    sequencer = configured.own_sequencer()
    sequencer.once()
    Checkpoint.objects.create(size=2, root=b"x" * 32, note="", signed_at=clock.now())
    append(3)
    with pytest.raises(Refused, match="does not hold the one of 2"):
        sequencer.once()


@pytest.mark.django_db
def test_a_database_that_was_set_back_is_not_signed(tmp_path: Path) -> None:
    """The keys' folder remembers what was signed: the database's administrator cannot make it sign another past."""
    folder = configured.own_keys().folder
    configured.own_sequencer().once()
    memory = folder / "last-signed"
    signed = memory.read_text()
    memory.write_text(checkpoints.Checkpoint("clip-review.test/log", 50, b"r" * 32).format())
    append(1)
    with pytest.raises(Refused, match="it was set back"):
        configured.own_sequencer().once()
    memory.write_text(checkpoints.Checkpoint("clip-review.test/log", 1, b"r" * 32).format())
    with pytest.raises(Refused, match="it was rewritten"):
        configured.own_sequencer().once()
    memory.write_text(signed.replace("clip-review.test/log", "elsewhere"))
    with pytest.raises(Refused, match="belong to the log elsewhere"):
        configured.own_sequencer().once()
    memory.write_text("nonsense")
    with pytest.raises(Refused, match="does not tell what was signed last"):
        configured.own_sequencer().once()
    memory.write_text(signed)
    configured.own_sequencer().once()
    assert Checkpoint.objects.order_by("-size")[0].size == tree_size() == 2


@pytest.mark.django_db
def test_without_its_key_nothing_is_signed() -> None:
    folder = configured.own_keys().folder
    sequencer = configured.own_sequencer()
    (key,) = folder.glob("*.key")
    assert (key.stat().st_mode & 0o777, folder.stat().st_mode & 0o777) == (0o600, 0o700)
    key.rename(folder / "elsewhere")
    with pytest.raises(Refused, match="does not hold it"):
        sequencer.once()
    assert not Checkpoint.objects.exists()
    (folder / "elsewhere").rename(key)
    sequencer.once()
    assert Checkpoint.objects.exists()


@contextmanager
def running(sequencer: Sequencer) -> Iterator[None]:
    """Its loop, in a thread, as `manage.py sequence` runs it."""
    stopped = threading.Event()

    def run() -> None:
        sequencer.run(stopped)
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    yield
    stopped.set()
    thread.join(30)
    assert not thread.is_alive()


def covered(entry: uuid.UUID) -> Callable[[], bool]:
    def yes() -> bool:
        index = TreeLeaf.objects.filter(entry=entry).values_list("index", flat=True).first()
        return index is not None and Checkpoint.objects.filter(size__gt=index).exists()

    return yes


def test_entries_are_sealed_within_two_seconds_and_at_once_for_who_hurries(
    fresh_database: str, settings: Any
) -> None:
    with running(configured.own_sequencer()):
        wait_until(Checkpoint.objects.exists, 5, "the first seal")
        (entry,) = append()
        wait_until(covered(entry), 2, "the seal of a lone entry")
        settings.AUDIT_SEQUENCE_SECONDS = 60.0
        (waiting,) = append()
        Hurry.objects.create(entry=waiting)
        wait_until(covered(waiting), 2, "the seal of an entry that somebody waits for")
        wait_until(lambda: not Hurry.objects.exists(), 2, "the end of the hurry")
        many = append(settings.AUDIT_SEQUENCE_ENTRIES)
        wait_until(covered(many[-1]), 5, "the seal of a full batch")


def test_two_sequencers_that_run_by_mistake_do_no_harm(fresh_database: str, settings: Any) -> None:
    settings.AUDIT_SEQUENCE_SECONDS = 0.0
    entries: list[uuid.UUID] = []
    with running(configured.own_sequencer()), running(configured.own_sequencer()):
        for count in range(1, 30):
            entries += append(count)
        wait_until(covered(entries[-1]), 20, "the seal of all entries")
        wait_until(lambda: not Pending.objects.exists(), 20, "the last place")
    placed = list(TreeLeaf.objects.order_by("index").values_list("index", "entry"))
    assert [index for index, _ in placed] == list(range(len(entries) + 1))
    assert {entry for _, entry in placed} >= set(entries)
    hashes = leaves()
    for row in Checkpoint.objects.all():
        assert bytes(row.root) == root_of(hashes[: row.size])


def test_while_another_leads_nothing_is_taken(fresh_database: str) -> None:
    sequencer = configured.own_sequencer()
    append()
    if connection.vendor == "sqlite":
        assert lead()
        return
    leading, done = threading.Event(), threading.Event()

    def other() -> None:
        with transaction.atomic():
            assert lead()
            leading.set()
            done.wait(20)
        connection.close()

    thread = threading.Thread(target=other)
    thread.start()
    assert leading.wait(20)
    assert sequencer.once() == 0
    assert not TreeLeaf.objects.exists()
    done.set()
    thread.join()
    assert sequencer.once() == 2


def test_a_failure_is_told_and_tried_again(
    fresh_database: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("annotations.audit.sequencing.sequencer._RETRY_SECONDS", 0.1)
    folder = configured.own_keys().folder
    sequencer = configured.own_sequencer()
    (key,) = folder.glob("*.key")
    key.rename(folder / "elsewhere")
    with running(sequencer):
        wait_until(lambda: "The log is not sealed: Refused" in caplog.text, 10, "the complaint")
        (folder / "elsewhere").rename(key)
        wait_until(Checkpoint.objects.exists, 10, "the seal")
