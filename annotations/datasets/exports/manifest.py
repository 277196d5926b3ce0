"""The manifest: what a release holds, by digests, as canonical JSON (RFC 8785).

Layout 2 commits to each item by a salted digest, SHA-256(salt || item), and the release's digest is that of the
manifest with its commitments in the place of its items. So an item can be erased with its salt: nothing can be tried
against the commitment that stays, and the digest can still be recomputed. In layout 1 the release's digest is that of
the file, items and all.
"""

import hashlib
import secrets
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from annotations.audit.canonical import canonical, timestamp
from annotations.datasets.exports.base import Exporter, Part
from annotations.datasets.exports.source import FrozenRelease, LabeledClip

FORMAT = "clip-review-release"
COMMITTED = 2  # the layout of new releases
SALT = 32


class Manifest(Exporter):
    """Names every clip with the digests of its rendition and its labels; no labels, no pictures."""

    code = "manifest"
    label = _("Manifest (JSON)")
    suffix = "json"
    content_type = "application/json"
    version = 2
    carries = frozenset({Part.CLIPS})

    def __init__(self, file: Any, release: FrozenRelease) -> None:
        super().__init__(file, release)
        self._separator = b""

    def begin(self) -> None:
        self.file.write(head(self.release))

    def add(self, clip: LabeledClip) -> None:
        committed = self.release.manifest_version >= COMMITTED
        entry = told(clip.manifest, clip.salt) if committed else clip.manifest
        self.file.write(self._separator + canonical(entry))
        self._separator = b","

    def finish(self) -> None:
        self.file.write(tail(self.release))


def new_salt() -> bytes:
    return secrets.token_bytes(SALT)


def commitment(item: dict[str, Any], salt: bytes) -> str:
    """SHA-256(salt || item as canonical JSON), in hexadecimal."""
    return hashlib.sha256(salt + canonical(item)).hexdigest()


def told(item: dict[str, Any], salt: bytes) -> dict[str, Any]:
    """The item as a manifest of layout 2 has it, with what its commitment can be recomputed from."""
    return {"commitment": commitment(item, salt), "item": item, "salt": salt.hex()}


def digest(release: FrozenRelease, commitments: Iterable[str]) -> str:
    """The release's digest by layout 2: SHA-256 in hexadecimal of the manifest with these instead of its items."""
    return _digest(release, (f'"{each}"'.encode() for each in commitments))


def plain_digest(release: FrozenRelease, items: Iterable[dict[str, Any]]) -> str:
    """The release's digest by layout 1: SHA-256 in hexadecimal of the manifest with these items as they are."""
    return _digest(release, map(canonical, items))


def _digest(release: FrozenRelease, parts: Iterable[bytes]) -> str:
    found = hashlib.sha256(head(release))
    separator = b""
    for part in parts:
        found.update(separator + part)
        separator = b","
    found.update(tail(release))
    return found.hexdigest()


# Members of a canonical object stand in the order of their names: these before "items", the others after it.


def head(release: FrozenRelease) -> bytes:
    """The manifest up to its first item."""
    members = {
        "dataset": {"id": release.dataset_id, "name": release.dataset_name},
        "filters": release.filters,
        "format": f"{FORMAT}/{release.manifest_version}",
        "frozen_at": timestamp(release.frozen_at),
    }
    if release.formerly:
        members["formerly"] = {"format": f"{FORMAT}/1", "sha256": release.formerly}
    return canonical(members).removesuffix(b"}") + b',"items":['


def tail(release: FrozenRelease) -> bytes:
    """The manifest from its last item on."""
    members = {
        "project": {"id": release.project_id, "name": release.project_name},
        "release": {"id": release.id, "number": release.number},
        "requested_by": release.requested_by,
    }
    return b"]," + canonical(members).removeprefix(b"{")
