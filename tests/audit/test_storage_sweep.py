"""Files that no row names go and are counted on the log; files that rows name and that are not there are told of."""

import datetime
import json
import os

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages

from annotations.audit.models import LogEntry
from annotations.audit.storage_sweep import sweep
from annotations.core import stored
from annotations.oversight.enums import LogWork
from annotations.oversight.models import LogRun

pytestmark = pytest.mark.django_db
HOUR = datetime.timedelta(hours=1)


def put(name: str, *, old: bool = True) -> str:
    saved = storages["exports"].save(name, ContentFile(b"bytes"))
    if old:
        os.utime(storages["exports"].path(saved), (0, 0))
    return saved


def swept() -> int:
    return sweep("exports", "log/", LogRun.objects.exclude(name=""), HOUR)


def told(action: str) -> list[int]:
    entries = LogEntry.objects.filter(action=action).order_by("id")
    return [json.loads(bytes(entry.canonical))["data"]["files"] for entry in entries]


def names() -> set[str]:
    return set(storages["exports"].listdir("log")[1])


def run_of(name: str) -> None:
    LogRun.objects.create(
        kind=LogWork.EXPORT,
        state="done",
        name=name,
        requested_by="p-officer2",
        requested_role="privacy_officer",
    )


def test_old_files_that_no_row_names_go_and_are_told_once() -> None:
    run_of(put("log/named.tar"))
    put("log/young.tar", old=False)
    put("log/left.tar")
    other = put("releases/1/left.json")
    assert swept() == 1
    assert names() == {"named.tar", "young.tar"}
    assert storages["exports"].exists(other), "another folder's files are somebody else's"
    assert told("files.swept") == [1]
    assert swept() == 0
    assert told("files.swept") == [1]
    assert told("files.lacking") == []


def test_more_files_than_are_asked_for_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored, "PAGE", 3)
    for number in range(10):
        name = put(f"log/{number}.tar")
        if number % 3 == 0:
            run_of(name)
    assert swept() == 6
    assert names() == {"0.tar", "3.tar", "6.tar", "9.tar"}


def test_a_file_that_a_row_names_and_that_is_not_there_is_told(caplog: pytest.LogCaptureFixture) -> None:
    run_of("log/gone.tar")
    run_of(put("log/there.tar"))
    assert swept() == 0
    assert told("files.lacking") == [1]
    assert "log/gone.tar" in caplog.text
    assert "log/there.tar" not in caplog.text


def test_a_row_that_is_committed_after_the_listing_keeps_its_file(monkeypatch: pytest.MonkeyPatch) -> None:
    name = put("log/late.tar")
    listing = type(storages["exports"]).listdir

    def commits_afterwards(self: object, path: str) -> tuple[list[str], list[str]]:
        found: tuple[list[str], list[str]] = listing(self, path)  # type: ignore[arg-type]
        if not LogRun.objects.filter(name=name).exists():
            run_of(name)
        return found

    monkeypatch.setattr(type(storages["exports"]), "listdir", commits_afterwards)
    assert swept() == 0
    assert storages["exports"].exists(name)


def test_nothing_was_ever_stored() -> None:
    assert swept() == 0
    assert LogEntry.objects.count() == 0
