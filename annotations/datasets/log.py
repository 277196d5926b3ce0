"""The entries that this context writes."""

from annotations.audit.fields import (
    CODE,
    COUNT,
    DAY,
    DIGEST,
    ID,
    PSEUDONYM,
    labels,
    list_of,
    one_of,
    pattern,
    record,
)
from annotations.audit.registry import Repeats, action
from annotations.datasets.enums import REASONS, DeletionStatement
from annotations.datasets.exports.registry import EXPORTERS

_MOST_FILES = 50  # of one release, formats that are no longer registered included
# Not one of those registered now: a file is downloaded and destroyed under the code that it was made with.
_FORMAT_CODE = pattern(r"[a-z][a-z0-9_]*", "the code of an export format", 16)
_FORMAT = _FORMAT_CODE.read_by(labels((exporter.code, exporter.label) for exporter in EXPORTERS))
_FILES = list_of(_FORMAT_CODE, _MOST_FILES)
_CODES = list_of(CODE, 200)
_DATASET = {
    "dataset": ID,
    "filters": record(verdicts=_CODES, labels=_CODES, first_day=DAY, last_day=DAY),
}
_ITEM = {"release": ID, "commitment": DIGEST}
_ASKED = {**_ITEM, "person": PSEUDONYM}
_MARK = {"release": ID, "reason": one_of(REASONS.items())}

CREATED = action("dataset.created", "Dataset {dataset} created", _DATASET)
CHANGED = action("dataset.changed", "Dataset {dataset} changed", _DATASET)
REQUESTED = action(
    "dataset.release_requested",
    "Release {number} of dataset {dataset} requested",
    {"dataset": ID, "release": ID, "number": COUNT},
)
FROZEN = action(
    "dataset.release_frozen",
    "Release {number} of dataset {dataset} frozen; clips: {clips}, left out: {left_out}, manifest SHA-256 {manifest}",
    {
        "dataset": ID,
        "release": ID,
        "number": COUNT,
        "clips": COUNT,
        "left_out": COUNT,
        "manifest": DIGEST,
    },
)
INCLUDED = action(
    "dataset.clip_frozen",
    "Frozen into release {release} as {commitment}",
    # Older entries have the plain digests of the rendition and of the labels instead.
    {"release": ID, "commitment": DIGEST.added_later("an item without a commitment")},
)
BUILT = action(
    "dataset.files_made",
    "Files of release {release} made: {files}",
    {"release": ID, "files": _FILES, "sha256": list_of(DIGEST, _MOST_FILES)},
)
FAILED = action(
    "dataset.release_failed",
    "Release {release} failed: {code}",
    {"release": ID, "code": CODE, "attempts": COUNT},
)
RETRIED = action("dataset.release_retried", "Release {release} started again", {"release": ID})
EXPORTED = action(
    "dataset.exported",
    "Release {release} downloaded; {format}, clips: {clips}, SHA-256 {sha256}",
    {"release": ID, "format": _FORMAT, "clips": COUNT, "sha256": DIGEST},
    repeats=Repeats(apart=("clips",)),
)
REFUSED = action(
    "dataset.export_refused",
    "Download of release {release} refused; clips that may not be used: {clips}",
    {"release": ID, "format": _FORMAT, "clips": COUNT},
    repeats=Repeats(apart=("clips",)),
)
MARKED = action("dataset.clip_marked", "May not be used any more in release {release}: {reason}", _MARK)
CLEARED = action("dataset.clip_cleared", "May be used again in release {release}; ended: {reason}", _MARK)
DESTROYED = action(
    "dataset.files_destroyed",
    "Files of release {release} destroyed: {files}",
    {"release": ID, "files": _FILES},
)
LOST = action(
    "dataset.files_lost",
    "Files of release {release} are not there any more: {files}",
    {"release": ID, "files": _FILES},
)
ERASED = action(
    "dataset.clip_erased",
    "Erased from releases: {release_items}; files destroyed: {export_files}, notes of being left out: {exclusions}, "
    "requests to delete copies: {deletion_requests}",
    dict.fromkeys(("release_items", "export_files", "exclusions", "deletion_requests"), COUNT),
)
ITEM_ERASED = action(
    "dataset.item_erased", "Erased from release {release}; what stays is its commitment {commitment}", _ITEM
)
REISSUED = action(
    "dataset.manifest_reissued",
    "Manifest of release {release} committed to its items anew, SHA-256 {manifest}; formerly {formerly}",
    {"release": ID, "formerly": DIGEST, "manifest": DIGEST},
)
MANIFEST_READ = action(
    "dataset.manifest_read",
    "Manifest of release {release} read as it is since items were erased, SHA-256 {manifest}",
    {"release": ID, "manifest": DIGEST},
    repeats=Repeats(),
)
SUCCESSOR_REQUESTED = action(
    "dataset.successor_requested",
    "Release {number} of dataset {dataset} requested, which succeeds release {succeeds}",
    {"dataset": ID, "release": ID, "number": COUNT, "succeeds": ID},
)
DELETION_REQUESTED = action(
    "dataset.deletion_requested",
    "{person} asked to delete {commitment}, downloaded with release {release}",
    _ASKED,
)
DELETION_REMINDED = action(
    "dataset.deletion_reminded",
    "{person} reminded to delete {commitment}, downloaded with release {release}; reminders: {reminders}",
    {**_ASKED, "reminders": COUNT},
)
DELETION_CONFIRMED = action(
    "dataset.deletion_confirmed",
    "{person} answered the request to delete {commitment}, downloaded with release {release}: {statement}",
    {**_ASKED, "statement": one_of(DeletionStatement.choices)},
)
UNCONFIRMED = action(
    "dataset.deletion_unconfirmed",
    "Successor {release} not handed out; requests to delete that wait for too long: {requests}",
    {"release": ID, "format": _FORMAT, "requests": COUNT},
    repeats=Repeats(apart=("requests",)),
)
