"""One labeled clip as the export formats take it. Pure data: no rows, no storage."""

from dataclasses import dataclass
from typing import Any

from annotations.review.body import Body


@dataclass(frozen=True)
class LabeledClip:
    """`times` are the presentation times of the original's frames, in seconds, one per frame of the rendition;
    width and height are in pixels. `manifest` is the clip's part of the release's manifest.
    """

    clip: str
    width: int
    height: int
    times: list[float]
    body: Body
    manifest: dict[str, Any]
