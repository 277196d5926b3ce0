"""The manifest: what a release holds, by digests, as canonical JSON (RFC 8785)."""

import hashlib
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from annotations.audit.canonical import canonical, timestamp
from annotations.datasets.exports.base import Exporter, Part
from annotations.datasets.exports.source import FrozenRelease, LabeledClip

FORMAT = "clip-review-release/1"


class Manifest(Exporter):
    """Names every clip with the digests of its rendition and its labels; no labels, no pictures."""

    code = "manifest"
    label = _("Manifest (JSON)")
    suffix = "json"
    content_type = "application/json"
    version = 1
    carries = frozenset({Part.CLIPS})

    def __init__(self, file: Any, release: FrozenRelease) -> None:
        super().__init__(file, release)
        self._separator = b""

    def begin(self) -> None:
        self.file.write(_head(self.release))

    def add(self, clip: LabeledClip) -> None:
        self.file.write(self._separator + canonical(clip.manifest))
        self._separator = b","

    def finish(self) -> None:
        self.file.write(_tail(self.release))


def digest(release: FrozenRelease, items: Iterable[dict[str, Any]]) -> str:
    """SHA-256 in hexadecimal of the manifest with these parts, one per clip, in the order of the clips."""
    found = hashlib.sha256(_head(release))
    separator = b""
    for item in items:
        found.update(separator + canonical(item))
        separator = b","
    found.update(_tail(release))
    return found.hexdigest()


# Members of a canonical object stand in the order of their names: these before "items", the others after it.


def _head(release: FrozenRelease) -> bytes:
    members = {
        "dataset": {"id": release.dataset_id, "name": release.dataset_name},
        "filters": release.filters,
        "format": FORMAT,
        "frozen_at": timestamp(release.frozen_at),
    }
    return canonical(members).removesuffix(b"}") + b',"items":['


def _tail(release: FrozenRelease) -> bytes:
    members = {
        "project": {"id": release.project_id, "name": release.project_name},
        "release": {"id": release.id, "number": release.number},
        "requested_by": release.requested_by,
    }
    return b"]," + canonical(members).removeprefix(b"{")
