"""The file keeps what it was told through kills and full disks, and says when something is missing."""

import datetime
import os
import resource
import signal
import socket
import stat
from pathlib import Path

import pytest

from annotations.audit.actors import WORKER
from annotations.audit.journal.file import JournalFile, JournalUnreachable, Known
from annotations.audit.journal.lines import JournalAltered, JournalBehind, Kind, Said
from tests.engines.forked import forked

KEYS = {"j1": b"j" * 32}
SAID = Said(Kind.KEY_REVOKED, WORKER, {"prefix": "0123456789ab"}, datetime.datetime.now(datetime.UTC))


@pytest.fixture
def journal(tmp_path: Path) -> JournalFile:
    return JournalFile(tmp_path / "journal" / "journal.jsonl", KEYS)


def fill(journal: JournalFile, count: int) -> list[Known]:
    lines = [journal.append(SAID, Known()) for _ in range(count)]
    return [Known(line.number, line.digest) for line in lines]


def test_lines_follow_each_other_and_only_the_site_reads_them(journal: JournalFile) -> None:
    assert journal.lines() == []
    assert journal.stamp() is None
    known = fill(journal, 3)
    assert [line.number for line in journal.lines()] == [1, 2, 3]
    assert journal.append(SAID, known[-1]).previous == known[-1].digest
    assert stat.S_IMODE(journal.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(journal.path.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("cut", [1, 2, 100])
def test_a_line_that_was_not_written_to_its_end_is_told_and_cut_off(
    journal: JournalFile, cut: int, caplog: pytest.LogCaptureFixture
) -> None:
    fill(journal, 3)
    whole = journal.path.read_bytes()
    journal.path.write_bytes(whole[:-cut])
    assert [line.number for line in journal.lines()] == [1, 2]
    journal.append(SAID, Known())
    assert [line.number for line in journal.lines()] == [1, 2, 3]
    assert "not written to its end" in caplog.text


def test_the_first_line_of_all_may_be_torn(journal: JournalFile) -> None:
    fill(journal, 1)
    journal.path.write_bytes(journal.path.read_bytes()[:50])
    assert journal.append(SAID, Known()).number == 1
    assert len(journal.lines()) == 1


def test_a_line_that_lacks_in_the_middle_is_noticed(journal: JournalFile) -> None:
    fill(journal, 4)
    lines = journal.path.read_bytes().splitlines(keepends=True)
    journal.path.write_bytes(b"".join([*lines[:1], *lines[2:]]))
    with pytest.raises(JournalAltered, match="line 3 does not follow"):
        journal.lines()


def test_lines_that_changed_places_are_noticed(journal: JournalFile) -> None:
    fill(journal, 4)
    lines = journal.path.read_bytes().splitlines(keepends=True)
    journal.path.write_bytes(b"".join([lines[0], lines[2], lines[1], lines[3]]))
    with pytest.raises(JournalAltered):
        journal.lines()


def test_a_journal_that_was_cut_at_its_end_takes_no_line(journal: JournalFile) -> None:
    known = fill(journal, 3)
    lines = journal.path.read_bytes().splitlines(keepends=True)
    journal.path.write_bytes(b"".join(lines[:2]))
    with pytest.raises(JournalBehind) as refused:
        journal.append(SAID, known[-1])
    assert refused.value.code == "journal_behind"
    journal.path.unlink()
    with pytest.raises(JournalBehind):
        journal.append(SAID, known[-1])


def test_another_journal_takes_no_line(journal: JournalFile, tmp_path: Path) -> None:
    known = fill(journal, 2)
    other = JournalFile(tmp_path / "other.jsonl", KEYS)
    other.append(Said(Kind.KEY_REVOKED, WORKER, {"prefix": "ba9876543210"}, SAID.moment), Known())
    fill(other, 1)
    with pytest.raises(JournalAltered, match="line 2 is another one"):
        other.append(SAID, known[-1])


def test_lines_longer_than_a_block_are_found_again(journal: JournalFile) -> None:
    keys = [f"{number:08x}-2222-4333-8444-555555555555" for number in range(1000)]
    long = Said(
        Kind.KEYS_DESTROYED, WORKER, {"subject": "o-1", "keys": keys, "cause": "officer"}, SAID.moment
    )
    for _ in range(4):
        journal.append(long, Known())
    assert max(map(len, journal.path.read_bytes().splitlines())) > 30_000
    assert journal.append(SAID, Known()).number == 5
    assert len(journal.lines()) == 5


def test_a_journal_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    for path in (tmp_path / "file" / "journal.jsonl", tmp_path):
        with pytest.raises(JournalUnreachable) as refused:
            JournalFile(path, KEYS).append(SAID, Known())
        assert (refused.value.status, refused.value.code) == (503, "journal_unreachable")


def _write_on_a_full_disk(journal: JournalFile) -> None:
    """A process that may not make the file larger: half of the line fits."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    size = journal.path.stat().st_size + 100
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    with pytest.raises(JournalUnreachable):
        journal.append(SAID, Known())


def _write_many(journal: JournalFile) -> None:
    fill(journal, 20)


def test_nothing_of_a_line_stays_when_the_disk_is_full(journal: JournalFile) -> None:
    fill(journal, 2)
    before = journal.path.read_bytes()
    process = forked(_write_on_a_full_disk, journal)
    process.join(60)
    assert process.exitcode == 0
    assert journal.path.read_bytes() == before


def test_several_processes_write_one_chain(journal: JournalFile) -> None:
    started = [forked(_write_many, journal) for _ in range(3)]
    for process in started:
        process.join(60)
    assert [process.exitcode for process in started] == [0, 0, 0]
    assert [line.number for line in journal.lines()] == list(range(1, 61))


def test_a_journal_that_is_begun_anew_follows_what_is_known_and_keeps_the_old_one(
    journal: JournalFile,
) -> None:
    known = fill(journal, 3)
    line = journal.begin_anew(Said(Kind.BEGUN, WORKER, {}, SAID.moment), known[1])
    assert (line.number, line.previous) == (3, known[1].digest)
    assert [each.kind for each in journal.lines()] == [Kind.BEGUN]
    assert journal.append(SAID, known[1]).number == 4
    kept = [path for path in journal.path.parent.iterdir() if path != journal.path]
    assert len(kept) == 1
    assert JournalFile(kept[0], KEYS).lines()[-1].number == 3


def test_whoever_waits_for_a_journal_that_is_put_aside_writes_into_the_new_one(journal: JournalFile) -> None:
    fill(journal, 1)
    opened = os.open(journal.path, os.O_RDWR)
    journal.begin_anew(Said(Kind.BEGUN, WORKER, {}, SAID.moment), Known(1, journal.lines()[0].digest))
    assert not journal._is(opened)
    os.close(opened)
    assert journal.append(SAID, Known()).number == 3


@pytest.mark.parametrize("kind", ["pipe", "device", "socket", "folder", "link to a pipe"])
def test_what_is_no_file_is_no_journal_and_nobody_waits_for_it(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "journal.jsonl"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "socket":
        held = socket.socket(socket.AF_UNIX)
        held.bind(str(path))
    elif kind == "folder":
        path.mkdir()
    else:
        os.mkfifo(tmp_path / "pipe")
        path.symlink_to(tmp_path / "pipe")
    journal = JournalFile(path, KEYS)
    for ask in (journal.stamp, journal.lines, lambda: journal.append(SAID, Known())):
        with pytest.raises(JournalUnreachable):
            ask()
    if kind == "socket":
        held.close()
