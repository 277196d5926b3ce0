"""The manifest."""

import dataclasses
import hashlib
import json

import pytest

from annotations.audit.canonical import canonical
from annotations.datasets.exports.base import Part
from annotations.datasets.exports.manifest import Manifest, commitment, digest, new_salt, plain_digest
from annotations.datasets.exports.source import LabeledClip
from tests.datasets.exports.samples import RELEASE, clip, written

DIGESTS = {
    1: "d97061070b9e9ae5a5e4f0ce4f220f7f52763767fadf47d698960e3c17ad92e3",
    2: "298070651106f98c0ffbc2c902600b3575bb7eebaf9c5b4ef238e93b540d9d6a",
}
FIRST = dataclasses.replace(RELEASE, manifest_version=1)


def counted(content: bytes) -> dict[Part, int]:
    return {Part.CLIPS: len(json.loads(content)["items"])}


def committed(clips: list[LabeledClip]) -> list[str]:
    return [commitment(each.manifest, each.salt) for each in clips]


@pytest.mark.parametrize("number", [0, 1, 3])
def test_it_is_one_canonical_object(number: int) -> None:
    made = written(Manifest, [clip(n) for n in range(number)])
    assert made == canonical(json.loads(made))


@pytest.mark.parametrize("number", [0, 1, 3])
def test_the_digest_of_a_release_is_that_of_its_manifest_with_commitments_for_items(number: int) -> None:
    clips = [clip(n) for n in range(number)]
    found = json.loads(written(Manifest, clips))
    found["items"] = committed(clips)
    assert digest(RELEASE, committed(clips)) == hashlib.sha256(canonical(found)).hexdigest()


def test_it_names_the_release_and_each_item_with_what_its_commitment_is_made_of() -> None:
    each = clip()
    found = json.loads(written(Manifest, [each]))
    assert found["format"] == "clip-review-release/2"
    assert found["dataset"] == {"id": RELEASE.dataset_id, "name": RELEASE.dataset_name}
    assert found["release"] == {"id": RELEASE.id, "number": RELEASE.number}
    assert found["frozen_at"] == "2026-03-01T12:30:00.000000Z"
    (item,) = found["items"]
    assert item["item"] == each.manifest
    salted = bytes.fromhex(item["salt"]) + canonical(item["item"])
    assert item["commitment"] == hashlib.sha256(salted).hexdigest()


def test_the_same_item_has_another_commitment_under_every_salt() -> None:
    item = clip().manifest
    assert len({commitment(item, new_salt()) for _ in range(3)}) == 3


def test_a_release_of_the_first_layout_keeps_its_bytes_and_its_digest() -> None:
    clips = [clip(1), clip(2)]
    made = written(Manifest, clips, FIRST)
    assert json.loads(made)["format"] == "clip-review-release/1"
    assert json.loads(made)["items"] == [each.manifest for each in clips]
    assert plain_digest(FIRST, (each.manifest for each in clips)) == hashlib.sha256(made).hexdigest()


def test_a_digest_that_cannot_be_recomputed_any_more_is_a_statement_that_the_new_one_covers() -> None:
    stated = dataclasses.replace(RELEASE, formerly="ef" * 32)
    found = json.loads(written(Manifest, [clip()], stated))
    assert found["formerly"] == {"format": "clip-review-release/1", "sha256": "ef" * 32}
    assert digest(stated, committed([clip()])) != digest(RELEASE, committed([clip()]))
