"""A backup holds what it should and no key, is whole or none, and is made while the site works."""

import os
import signal
import stat
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import CommandError, call_command
from django.db import connection

from annotations.audit import journal
from annotations.audit.models import LogEntry
from annotations.audit.subject_keys import store
from annotations.clips.models import Original
from annotations.core.errors import DomainError
from reviewapp.backups import databases, making, manifest
from reviewapp.backups.manifest import Unusable
from tests.engines.forked import forked
from tests.factories import make_accepted, make_clip, make_original
from tests.rights.erased_clips import release_with

pytestmark = [pytest.mark.engines, pytest.mark.timeout(400)]


def quiet(_: str) -> None:
    """Tells nobody."""


@pytest.fixture
def clip(fresh_database: str) -> Any:
    """A clip with an original, a rendition, and a release with its files."""
    clip = make_accepted().assignment.clip
    make_original(clip)
    release_with(clip)
    return clip


def paths(made: manifest.Manifest) -> list[str]:
    return [each.path for each in made.files]


def test_it_holds_database_vault_and_exports_and_renditions_if_asked(clip: Any, tmp_path: Path) -> None:
    made = making.make(tmp_path / "one", quiet)
    assert manifest.read(tmp_path / "one") == made
    manifest.verify(tmp_path / "one", made, quiet)
    assert paths(made)[0].startswith("database.")
    folders = {path.partition("/")[0] for path in paths(made)[1:]}
    assert folders == {"vault", "exports"}
    assert f"vault/{Original.objects.get().name}" in paths(made)
    more = making.make(tmp_path / "two", quiet, renditions=True)
    assert {path.partition("/")[0] for path in paths(more)[1:]} == {"vault", "exports", "renditions"}
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "two").rglob("*")}
    assert modes == {0o600, 0o700}
    assert stat.S_IMODE((tmp_path / "two").stat().st_mode) == 0o700


def test_no_key_is_in_it_and_their_store_is_apart(clip: Any, tmp_path: Path, settings: Any) -> None:
    making.make(tmp_path / "backup", quiet, keys=tmp_path / "keys-copy")
    content = b"".join(path.read_bytes() for path in (tmp_path / "backup").rglob("*") if path.is_file())
    wrapped = [row.wrapped for row in store().rows()]
    assert len(wrapped) >= 3
    for ring in (settings.VAULT_KEYS, settings.SUBJECT_KEYS, settings.JOURNAL_KEYS):
        assert not [key for key in ring.values() if key in content]
    assert not [key for key in wrapped if key in content or key.hex().encode() in content]
    kept = (tmp_path / "keys-copy" / making.KEYS).read_text()
    assert all(key.hex() in kept for key in wrapped)
    assert LogEntry.objects.filter(action="backup.keys_copied").count() == 1


def test_it_is_on_the_log_before_anything_leaves_and_in_the_journal(
    clip: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(making, "own_database", _refuse)
        with pytest.raises(Unusable):
            making.make(tmp_path / "backup", quiet)
    assert not [path for path in tmp_path.iterdir() if "backup" in path.name]
    assert LogEntry.objects.filter(action="backup.begun").count() == 1
    made = making.make(tmp_path / "backup", quiet)
    assert made.journal.number == len(journal.own_file().lines()) == 2
    entry = LogEntry.objects.get(action="backup.made")
    assert made.digest.encode() in bytes(entry.canonical)


def _refuse(*_: object) -> Any:
    raise Unusable("It cannot be copied.")


def test_nothing_is_overwritten_and_keys_do_not_lie_inside(clip: Any, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    with pytest.raises(CommandError, match="exists already"):
        call_command("backup", tmp_path / "there")
    with pytest.raises(CommandError, match="exists already"):
        call_command("backup", tmp_path / "new", "--keys", str(tmp_path / "there"))
    with pytest.raises(CommandError, match="Keep the keys apart"):
        call_command("backup", tmp_path / "new", "--keys", str(tmp_path / "new" / "keys"))
    assert sorted(path.name for path in tmp_path.iterdir() if "new" in path.name) == []


def test_without_a_journal_there_is_no_backup(clip: Any, tmp_path: Path, settings: Any) -> None:
    settings.JOURNAL_FILE = tmp_path
    with pytest.raises(CommandError, match="The journal cannot be written"):
        call_command("backup", tmp_path / "backup")
    with pytest.raises(DomainError):
        making.make(tmp_path / "backup", quiet)


def test_a_file_that_went_meanwhile_is_left_out(
    clip: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = making.files_of

    def with_one_that_went(*arguments: str) -> Any:
        yield "went"
        yield from listed(*arguments)

    monkeypatch.setattr(making, "files_of", with_one_that_went)
    made = making.make(tmp_path / "backup", quiet)
    manifest.verify(tmp_path / "backup", made, quiet)
    assert not [path for path in paths(made) if "went" in path]


def test_a_program_that_is_missing_is_named(
    clip: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(databases, "_newest", lambda _: None)
    if connection.vendor == "postgresql":
        with pytest.raises(CommandError, match=r"pg_dump is not installed here.*postgresql-client"):
            call_command("backup", tmp_path / "backup")
        assert not (tmp_path / "backup").exists()
    else:
        call_command("backup", tmp_path / "backup")


def test_it_is_of_one_moment_while_others_write(clip: Any, tmp_path: Path) -> None:
    """Whatever was written meanwhile is in it with its entry, or not at all."""
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            make_clip()
        connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        made = making.make(tmp_path / "backup", quiet)
    finally:
        stop.set()
        writer.join(60)
    manifest.verify(tmp_path / "backup", made, quiet)


def _make(folder: Path) -> None:
    making.make(folder / "backup", quiet)


def kill_after(target: Callable[[Path], None], folder: Path, seconds: float) -> int | None:
    """How the process ended that was killed after so long."""
    process = forked(target, folder)
    time.sleep(seconds)
    if process.is_alive() and process.pid:
        os.kill(process.pid, signal.SIGKILL)
    process.join(60)
    return process.exitcode


@pytest.mark.parametrize("kills", [3, pytest.param(60, marks=pytest.mark.long)])
def test_killed_anywhere_it_leaves_no_folder_that_a_restore_takes(
    clip: Any, tmp_path: Path, kills: int
) -> None:
    for number in range(12):
        storages["vault"].save(f"aa/{number}", ContentFile(os.urandom(200_000)))
    start = time.monotonic()
    making.make(tmp_path / "whole", quiet)
    took = time.monotonic() - start
    killed = 0
    for number in range(kills):
        folder = tmp_path / str(number)
        folder.mkdir()
        killed += kill_after(_make, folder, took * (number + 0.5) / kills) == -signal.SIGKILL
        for found in folder.iterdir():
            if found.name == "backup":
                manifest.verify(found, manifest.read(found), quiet)
            else:
                assert found.name.endswith(".unfinished")
    assert killed
    assert (
        LogEntry.objects.filter(action="backup.begun").count()
        >= LogEntry.objects.filter(action="backup.made").count()
    )
