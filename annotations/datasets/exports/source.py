"""What an exporter is given. Pure data: no rows, no storage."""

import datetime
from dataclasses import dataclass
from typing import Any

from annotations.review.body import Body


@dataclass(frozen=True)
class FrozenRelease:
    """What all clips of a release have in common.

    `tracks` maps the code of each track label to its name, in the order in which formats number them. People are
    pseudonyms; `manifest_sha256` is empty while the manifest is being made for the first time.
    `manifest_version` is that of the manifest's layout (`exports.manifest`), and `formerly` the digest of a manifest of
    the first layout that this one took the place of, else empty.
    """

    id: str
    number: int
    dataset_id: str
    dataset_name: str
    project_id: str
    project_name: str
    filters: dict[str, Any]
    requested_by: str
    frozen_at: datetime.datetime
    manifest_sha256: str
    tracks: dict[str, str]
    manifest_version: int = 2
    formerly: str = ""


@dataclass(frozen=True)
class LabeledClip:
    """One clip with its accepted labels.

    `times` are the presentation times of the original's frames, in seconds, one per frame of the rendition;
    width and height are in pixels. `manifest` is the clip's part of the release's manifest, and `salt` what its
    commitment was made with (empty in manifests of the first layout). The note in `body` is for people inside: no
    format carries it.
    """

    public_id: str
    width: int
    height: int
    times: list[float]
    body: Body
    manifest: dict[str, Any]
    salt: bytes = b""


@dataclass(frozen=True)
class Picture:
    """One frame of a rendition, faces hidden, as a JPEG: `frame` counts from 0, width and height are in pixels."""

    frame: int
    width: int
    height: int
    jpeg: bytes
