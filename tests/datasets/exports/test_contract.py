"""What every registered export format keeps, whatever it looks like inside.

The test module of a format (`test_coco.py` for `coco.py`) says how to read it: `counted(content)` gives how many of
each part that it carries are in the file, and `DIGESTS` the SHA-256 of the sample release per version of the format.
"""

import dataclasses
import hashlib
import importlib
import io
import json
import os
import re
import tempfile
import tracemalloc
import zipfile
from typing import Any

import pytest
from django.core.files.storage import storages

from annotations.accounts.enums import Role
from annotations.accounts.models import User
from annotations.audit.actors import Actor
from annotations.clips.selectors import digests_of
from annotations.datasets import services
from annotations.datasets.exports.base import Exporter
from annotations.datasets.exports.registry import EXPORTERS
from annotations.datasets.exports.source import LabeledClip
from annotations.datasets.filters import Filters
from annotations.review.models import Annotation
from tests.datasets.exports.samples import RELEASE, clip, held, key, labels, unlabeled, write, written
from tests.factories import make_accepted, make_body, make_project, reference_of

SAMPLE = [clip(1), unlabeled(2), clip(3)]
SAFE_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")

every_format = pytest.mark.parametrize("exporter", EXPORTERS, ids=lambda exporter: exporter.code)


def own_tests(exporter: type[Exporter]) -> Any:
    """The test module of the format, where the tests' tree mirrors the source tree."""
    return importlib.import_module(f"tests.datasets.exports.test_{exporter.__module__.rpartition('.')[2]}")


def files_in(exporter: type[Exporter], content: bytes) -> dict[str, bytes]:
    """The file, or the files of the archive that it is, by name."""
    if exporter.suffix != "zip":
        return {f"release.{exporter.suffix}": content}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def names_in(exporter: type[Exporter], content: bytes) -> list[str]:
    if exporter.suffix != "zip":
        return []
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.namelist()


def parsed(name: str, content: bytes) -> None:
    """Reads a text file by the standard library; raises ValueError when it is not what its name says."""
    suffix = name.rpartition(".")[2]
    if suffix in {"jpg", "jpeg"}:
        assert content.startswith(b"\xff\xd8\xff")
    elif suffix == "json":
        json.loads(content)
    elif suffix == "jsonl":
        assert not content or content.endswith(b"\n")
        for line in content.splitlines():
            json.loads(line)
    else:
        content.decode("utf-8", "strict")


@every_format
@pytest.mark.parametrize("clips", [[], [unlabeled()], SAMPLE], ids=["no clip", "no label", "labels"])
def test_the_standard_library_reads_it(exporter: type[Exporter], clips: list[LabeledClip]) -> None:
    found = files_in(exporter, written(exporter, clips))
    assert found
    for name, content in found.items():
        parsed(name, content)


@every_format
@pytest.mark.parametrize("clips", [[], [unlabeled()], SAMPLE], ids=["no clip", "no label", "labels"])
def test_everything_that_it_carries_is_there(exporter: type[Exporter], clips: list[LabeledClip]) -> None:
    source = held(clips)
    expected = {part: source[part] for part in exporter.carries}
    assert own_tests(exporter).counted(written(exporter, clips)) == expected


@every_format
def test_text_in_any_script_is_kept_in_utf_8(exporter: type[Exporter]) -> None:
    """Wherever a format has the first word of a name, which is ASCII, the rest follows."""
    content = b"".join(files_in(exporter, written(exporter, SAMPLE)).values())
    for name in (RELEASE.dataset_name, RELEASE.project_name, RELEASE.tracks["person"]):
        assert content.count(name.split()[0].encode()) == content.count(name.encode())


@every_format
def test_the_same_release_gives_the_same_bytes(exporter: type[Exporter]) -> None:
    assert written(exporter, SAMPLE) == written(exporter, SAMPLE)


@every_format
def test_other_bytes_need_another_version(exporter: type[Exporter]) -> None:
    """When this fails, releases that exist would differ from what the format gives now: raise its version."""
    digest = hashlib.sha256(written(exporter, SAMPLE)).hexdigest()
    assert own_tests(exporter).DIGESTS.get(exporter.version) == digest, (
        f"{exporter.code} gives other bytes than version {exporter.version} did: raise the version. "
        f"If it is new, its line in DIGESTS of {own_tests(exporter).__file__} is\n"
        f'    {exporter.version}: "{digest}",'
    )


@every_format
def test_memory_depends_on_one_clip_and_not_on_their_number(exporter: type[Exporter]) -> None:
    def peak(number: int) -> int:
        with tempfile.TemporaryFile() as file:
            tracemalloc.start()
            try:
                write(exporter, (large(n) for n in range(number)), file, picture_bytes=50_000)
                return tracemalloc.get_traced_memory()[1]
            finally:
                tracemalloc.stop()

    peak(1)  # what is loaded once
    assert peak(12) < 1.5 * peak(2)


def large(number: int) -> LabeledClip:
    """A clip with 600 keyframes, of which the first four become pictures."""
    boxes = [key(frame, [frame % 50, 5.5, 20, 30], outside=frame > 3) for frame in range(600)]
    tracks = [{"id": "t", "label": "person", "keyframes": boxes}]
    return dataclasses.replace(
        clip(number, labels(tracks=tracks, events=[])), times=[frame / 10 for frame in range(600)]
    )


@every_format
def test_names_in_archives_are_safe_and_unique(exporter: type[Exporter]) -> None:
    names = names_in(exporter, written(exporter, SAMPLE))
    assert [name for name in names if not SAFE_NAME.fullmatch(name)] == []
    assert len({name.casefold() for name in names}) == len(names)


@every_format
def test_the_file_is_complete_once_it_is_finished(exporter: type[Exporter]) -> None:
    file = io.BytesIO()
    with exporter(file, RELEASE) as writer:
        writer.begin()
        writer.finish()
        finished = file.getvalue()
    assert file.getvalue() == finished == written(exporter, [])


@every_format
def test_what_it_opened_is_closed_when_it_is_given_up(exporter: type[Exporter]) -> None:
    before = set(os.listdir("/proc/self/fd"))
    file = io.BytesIO()
    with exporter(file, RELEASE) as writer:
        writer.begin()
        writer.add(clip())
    assert set(os.listdir("/proc/self/fd")) == before
    assert not file.closed


@every_format
def test_reviewers_notes_stay_inside(exporter: type[Exporter]) -> None:
    noted = clip(body=labels(note="sentinel-note"))
    found = files_in(exporter, written(exporter, [noted]))
    assert [name for name, content in found.items() if b"sentinel" in content] == []


@pytest.mark.django_db
def test_no_name_and_no_reference_leaves_in_any_format() -> None:
    engineer, project = Actor("p-engineer", Role.ML_ENGINEER), make_project()
    annotation = make_accepted(project, body=make_body(note="sentinel-note"))
    clip_id = annotation.assignment.clip.public_id
    User.objects.update(display_name="sentinel-person")
    release = services.request(services.create(engineer, "Porch", project, Filters()), engineer)
    services.freeze(release.pk)
    files = {file.format: file for file in release.files.all()}
    assert set(files) == {exporter.code for exporter in EXPORTERS}
    for exporter in EXPORTERS:
        with storages["exports"].open(files[exporter.code].name) as stored:
            found = files_in(exporter, stored.read())
        everything = b"".join([name.encode() + content for name, content in found.items()])
        assert str(clip_id).encode() in everything  # the search below would find a name
        for private in _private(annotation):
            assert private.encode() not in everything, (exporter.code, private)


def _private(annotation: Annotation) -> list[str]:
    clip = annotation.assignment.clip
    reviewer = annotation.assignment.reviewer
    assert reviewer is not None
    return [
        "sentinel",
        reviewer.username,
        clip.submitter.username,
        clip.owner.pseudonym,
        str(clip.pk),
        reference_of(clip.owner),
        reference_of(clip.device),
        digests_of([clip])[clip.pk],
        annotation.rendition.name,
    ]
