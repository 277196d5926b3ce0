"""Only an empty site with its keys and its journal is restored, and killed at any step it is never served half."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from annotations.accounts.enums import Role
from annotations.audit import journal
from annotations.audit.actors import COMMAND_LINE
from annotations.audit.models import LogEntry
from annotations.audit.subject_keys import store
from annotations.clips import gate, services as clips, vault
from annotations.clips.enums import HoldReason
from annotations.clips.models import Clip, Original
from reviewapp.backups import databases, manifest, restoring
from reviewapp.backups.making import files_of
from tests.factories import make_original, make_ready_clip, make_user
from tests.reviewapp.backups.restored import Sites, backup
from tests.reviewapp.backups.test_drill import Killed, killed_before, replay, restore

pytestmark = [pytest.mark.engines, pytest.mark.timeout(400)]


@pytest.fixture
def sites(fresh_database: str, settings: Any, tmp_path: Path) -> Iterator[Sites]:
    made = Sites(settings, tmp_path)
    yield made
    made.drop()


@pytest.fixture
def clip(sites: Sites) -> Clip:
    """A clip that will be withdrawn after the backup, and somebody who is signed in."""
    clip = make_ready_clip()
    make_original(clip)
    Client().force_login(make_user(Role.OPERATOR))
    return clip


@pytest.fixture
def source(clip: Clip, tmp_path: Path) -> Path:
    """A backup; the clip was withdrawn since."""
    source = backup(tmp_path / "backup", "--renditions", "--keys", str(tmp_path / "keys-copy"))
    clips.withdraw(clip, COMMAND_LINE)
    return source


def refused(source: Path, why: str, *options: str) -> None:
    """The command refuses, and has written nothing."""
    before = [sorted(files_of(name)) for name in manifest.STORAGES]
    lines = journal.own_file().path.read_bytes() if journal.own_file().path.exists() else b""
    with pytest.raises(CommandError, match=why):
        restore(source, *options)
    assert (journal.own_file().path.read_bytes() if journal.own_file().path.exists() else b"") == lines
    assert [sorted(files_of(name)) for name in manifest.STORAGES] == before


def check_restored(clip: Clip) -> None:
    assert HoldReason.WITHDRAWN in gate.reasons(clip.pk)
    with vault.opened(Original.objects.get(clip=clip)) as plain:
        assert plain.read(1)
    assert LogEntry.objects.filter(action="backup.restored").count() == 1
    assert b'"sessions":1' in bytes(LogEntry.objects.get(action="backup.restored").canonical)
    assert journal.standing() == journal.Standing()


@pytest.mark.once
def test_a_site_that_is_not_empty_is_left_alone(source: Path, sites: Sites) -> None:
    refused(source, r"not empty.*Nothing was changed")
    sites.fresh("new")
    storages["vault"].save("aa/somebody-elses", ContentFile(b"content"))
    refused(source, r"holds aa/somebody-elses")
    assert databases.own_database().is_empty()


@pytest.mark.once
def test_a_backup_that_was_altered_or_not_finished_is_not_taken(
    source: Path, sites: Sites, tmp_path: Path
) -> None:
    sites.fresh("new")
    refused(tmp_path / "nothing", "it is no backup")
    original = next((source / "vault").rglob("*/*"))
    original.write_bytes(original.read_bytes() + b"!")
    refused(source, "is not what was backed up")
    assert databases.own_database().is_empty()
    assert not list(files_of("vault"))


def test_a_backup_of_another_engine_is_not_taken(source: Path, sites: Sites) -> None:
    path = source / "manifest.json"
    other = {"sqlite": "postgresql", "postgresql": "sqlite"}[connection.vendor]
    path.write_text(path.read_text().replace(f'"engine": "{connection.vendor}"', f'"engine": "{other}"'))
    sites.fresh("new")
    refused(source, f"a database of {other}")


def test_a_backup_of_another_site_is_not_taken(source: Path, sites: Sites, settings: Any) -> None:
    settings.AUDIT_ORIGIN = "another.example/log"
    sites.fresh("new")
    refused(source, "this one is another.example/log")


@pytest.mark.once
def test_without_the_wrapping_keys_nothing_begins(source: Path, sites: Sites, settings: Any) -> None:
    sites.fresh("new")
    settings.VAULT_KEYS = {"test": b"x" * 32}
    refused(source, r"vault test\..*Nothing was changed")


def test_without_its_journal_it_is_refused_until_that_is_said_to_be_lost(
    source: Path, sites: Sites, settings: Any, clip: Clip
) -> None:
    sites.fresh("new")
    settings.JOURNAL_FILE.rename(settings.JOURNAL_FILE.with_name("mislaid"))
    refused(source, r"does not hold line 1.*--journal-lost")
    restore(source, "--journal-lost")
    sites.serve()
    assert LogEntry.objects.filter(action="journal.begun_anew").count() == 1
    assert LogEntry.objects.filter(action="backup.restored").count() == 1
    assert journal.standing() == journal.Standing()
    assert HoldReason.WITHDRAWN not in gate.reasons(clip.pk), "what the journal told is lost with it"


def test_a_lost_store_of_keys_comes_back_from_its_copy(
    source: Path, sites: Sites, clip: Clip, tmp_path: Path
) -> None:
    store().destroy(store().of(clip.subject))
    sites.fresh("new")
    restore(source, "--keys", str(tmp_path / "keys-copy"))
    sites.serve()
    check_restored(clip)


@pytest.mark.once
def test_a_copy_of_the_keys_that_cannot_be_read_is_refused(
    source: Path, sites: Sites, tmp_path: Path
) -> None:
    (tmp_path / "keys-copy" / "subject-keys.jsonl").write_text("{}\n")
    sites.fresh("new")
    refused(source, "cannot be read", "--keys", str(tmp_path / "keys-copy"))


STEPS = ["_check_empty", "_put_files", "_write_ahead", "call_command", "replay"]


@pytest.mark.parametrize("step", STEPS)
def test_killed_at_any_step_it_goes_on_and_nothing_is_served_before_its_end(
    source: Path, sites: Sites, clip: Clip, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    sites.fresh("new")
    with killed_before(monkeypatch, restoring, step):
        restore(source)
    journal.forget_standing()
    if step in {"call_command", "replay"}:
        with pytest.raises(CommandError, match=r"restore --replay"):
            restore(source)
        assert Client().get("/").status_code == 503
        call_command("migrate", verbosity=0)
        replay()
    else:
        assert databases.own_database().is_empty()
        restore(source)
    sites.serve()
    check_restored(clip)


def test_killed_while_files_are_put_back_it_takes_up_what_is_there(
    source: Path, sites: Sites, clip: Clip, monkeypatch: pytest.MonkeyPatch
) -> None:
    sites.fresh("new")
    there, asked = restoring._is_there, 0

    def killed(*arguments: Any) -> bool:
        nonlocal asked
        asked += 1
        if asked == 2:
            raise Killed
        return there(*arguments)

    with monkeypatch.context() as patched:
        patched.setattr(restoring, "_is_there", killed)
        with pytest.raises(Killed):
            restore(source)
    (found,) = files_of("vault")
    place = Path(storages["vault"].path(found))
    place.write_bytes(place.read_bytes()[:10])
    restore(source)
    sites.serve()
    check_restored(clip)


def test_killed_while_the_database_is_loaded_it_is_empty_still(
    source: Path, sites: Sites, clip: Clip, monkeypatch: pytest.MonkeyPatch
) -> None:
    sites.fresh("new")
    with killed_before(monkeypatch, databases.SQLite, "load"), monkeypatch.context() as patched:
        patched.setattr(databases.PostgreSQL, "load", databases.SQLite.load)
        restore(source)
    assert databases.own_database().is_empty()
    restore(source)
    sites.serve()
    check_restored(clip)
