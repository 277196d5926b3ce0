"""Killing workers with `kill -9` after they stored a rendition and before they committed its row."""

import json
import os
import time

import pytest
from django.core.files.storage import storages

from annotations.audit.models import LogEntry
from annotations.redaction import services
from annotations.redaction.models import Rendition
from tests.engines.programs import Programs
from tests.factories import make_project
from tests.test_workers import Beat, beat, stored, submit_clips

__all__ = ["beat"]

pytestmark = [pytest.mark.engines, pytest.mark.timeout(400)]


def kill_after_the_next_save(programs: Programs, beat: Beat, name: str) -> bool:
    """Whether the worker was killed between storing a rendition and committing its row."""
    before = stored(programs, "renditions")
    worker = programs.worker(name=name)
    deadline = time.monotonic() + 60
    while stored(programs, "renditions") == before:
        assert time.monotonic() < deadline, "no rendition was stored"
        beat.tick()
        listened = time.monotonic() + 1
        while stored(programs, "renditions") == before and time.monotonic() < listened:
            time.sleep(0.0005)
    programs.kill(worker)
    return stored(programs, "renditions") > Rendition.objects.count()


def test_what_a_killed_worker_stored_is_swept_and_nothing_else(programs: Programs, beat: Beat) -> None:
    make_project()
    clips = submit_clips(3)
    tries = (kill_after_the_next_save(programs, beat, f"worker-{number}") for number in range(len(clips)))
    assert any(tries), "every worker committed before it could be killed"
    assert services.sweep_orphans() == 0, "too young: its worker may be alive"
    for path in (programs.folder / "renditions").rglob("*.mp4"):
        os.utime(path, (0, 0))
    assert services.sweep_orphans() == 1
    assert services.sweep_orphans() == 0
    names = list(Rendition.objects.values_list("name", flat=True))
    assert stored(programs, "renditions") == len(names)
    assert all(storages["renditions"].exists(name) for name in names)
    [entry] = LogEntry.objects.filter(action="files.swept")
    assert json.loads(bytes(entry.canonical))["data"] == {"storage": "renditions", "files": 1}
