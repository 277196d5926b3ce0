"""The manifest."""

import hashlib
import json

import pytest

from annotations.audit.canonical import canonical
from annotations.datasets.exports.base import Part
from annotations.datasets.exports.manifest import Manifest, digest
from tests.datasets.exports.samples import RELEASE, clip, written

DIGESTS = {1: "d97061070b9e9ae5a5e4f0ce4f220f7f52763767fadf47d698960e3c17ad92e3"}


def counted(content: bytes) -> dict[Part, int]:
    return {Part.CLIPS: len(json.loads(content)["items"])}


@pytest.mark.parametrize("number", [0, 1, 3])
def test_it_is_one_canonical_object(number: int) -> None:
    made = written(Manifest, [clip(n) for n in range(number)])
    assert made == canonical(json.loads(made))


@pytest.mark.parametrize("number", [0, 1, 3])
def test_the_digest_of_a_release_is_that_of_its_manifest(number: int) -> None:
    clips = [clip(n) for n in range(number)]
    made = written(Manifest, clips)
    assert digest(RELEASE, (each.manifest for each in clips)) == hashlib.sha256(made).hexdigest()


def test_it_names_the_release_and_the_parts_of_its_clips() -> None:
    each = clip()
    found = json.loads(written(Manifest, [each]))
    assert found["format"] == "clip-review-release/1"
    assert found["dataset"] == {"id": RELEASE.dataset_id, "name": RELEASE.dataset_name}
    assert found["release"] == {"id": RELEASE.id, "number": RELEASE.number}
    assert found["frozen_at"] == "2026-03-01T12:30:00.000000Z"
    assert found["items"] == [each.manifest]
