"""The frames of a clip and of its rendition, and which show the same."""

from collections.abc import Sequence
from dataclasses import dataclass

from annotations.vision.boxes import Box, as_box
from annotations.vision.report import MissedFace


@dataclass(frozen=True)
class Timeline:
    """What is known of a clip: its frames, frames a second, and the original frame that each frame of the rendition
    shows (None: the same)."""

    frames: int
    rate: float
    frame_map: Sequence[int] | None

    @classmethod
    def of(cls, times: Sequence[float], frame_map: Sequence[int] | None) -> "Timeline":
        """From what a report tells: presentation times in seconds, and the map."""
        return cls(len(times), (len(times) - 1) / times[-1] if len(times) > 1 else 1.0, frame_map)

    def original(self, shown: int) -> int:
        """The original frame that a frame of the rendition shows."""
        return self.frame_map[shown] if self.frame_map is not None else shown

    def drawn(self, faces: Sequence[MissedFace]) -> dict[int, list[Box]]:
        """The boxes that were drawn on the rendition, by original frame."""
        boxes: dict[int, list[Box]] = {}
        for face in faces:
            boxes.setdefault(self.original(face["frame"]), []).append(as_box(face["box"]))
        return boxes

    def shown(self) -> list[int]:
        """The original frame of every frame of the rendition."""
        return list(self.frame_map) if self.frame_map is not None else list(range(self.frames))
