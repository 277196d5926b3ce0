"""After a restore without renditions one command has all of them made again, and names what else is not there."""

import io

import pytest
from django.core.files.storage import storages
from django.core.management import call_command

from annotations.accounts.enums import Role
from annotations.audit.actors import COMMAND_LINE, Actor
from annotations.audit.models import LogEntry
from annotations.clips import services as clips
from annotations.core.errors import DomainError
from annotations.datasets import services as datasets
from annotations.datasets.models import ExportFile
from annotations.redaction.models import RedactionRun, Rendition
from tests.factories import make_accepted, make_original, make_ready_clip
from tests.rights.erased_clips import release_with

pytestmark = pytest.mark.django_db
ENGINEER = Actor("p-engineer", Role.ML_ENGINEER)


def remake() -> str:
    out = io.StringIO()
    call_command("remake_renditions", stdout=out, stderr=io.StringIO())
    return out.getvalue()


def test_it_asks_for_what_lacks_and_again_adds_nothing() -> None:
    kept, lost, without, withdrawn = (make_ready_clip() for _ in range(4))
    make_original(lost)
    clips.withdraw(withdrawn, COMMAND_LINE)
    for clip in (lost, without, withdrawn):
        storages["renditions"].delete(Rendition.objects.get(clip=clip).name)
    said = remake()
    assert "made again: 2; without an original, which stay held: 1" in said
    queued = RedactionRun.objects.filter(state="queued")
    assert set(queued.values_list("clip", flat=True)) == {lost.pk, without.pk}
    assert Rendition.objects.get(clip=kept).current
    assert "made again: 0" in remake()


def test_files_of_releases_that_are_not_there_are_named_and_offered_no_more() -> None:
    clip = make_accepted().assignment.clip
    release = release_with(clip)
    file = ExportFile.objects.get(release=release, format="coco")
    storages["exports"].delete(file.name)
    said = remake()
    assert f"Release {release.pk} has lost its files: coco." in said
    entry = LogEntry.objects.get(action="dataset.files_lost")
    assert b'"files":["coco"]' in bytes(entry.canonical)
    with pytest.raises(DomainError):
        datasets.deliver(release, "coco", ENGINEER)
    datasets.deliver(release, "jsonl", ENGINEER)
    assert "has lost" not in remake()
