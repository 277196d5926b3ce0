"""What is known of a camera before any of its pictures is looked at.

Standard library only: the site reads this without loading what decodes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from annotations.vision.report import CameraReport

Point = tuple[float, float]
Polygon = tuple[Point, ...]
"""Corners as shares (0 to 1) of the displayed picture's width and height, from its top left corner."""

DIGITS = 6
"""Decimal places of a share: turning a polygon back and forth gives the same one."""


@dataclass(frozen=True)
class Camera:
    """How a camera hangs, what shape its pictures have, and what of them nobody may see.

    Its pictures are turned counter-clockwise by `quarter_turns`, beyond what the file says, to stand upright. `aspect`
    is the width of a whole picture over its height as the recorder means it, before it is turned; None leaves it to the
    file. `zones` are areas of the displayed picture that are always filled. `seen_turns` are the further
    turns counter-clockwise, in eighths, after which faces stood upright in earlier passes, the latest first: where to
    look first, and no more than that. `version` counts what was stated about the camera; 0 stands for nothing.
    """

    quarter_turns: int = 0
    aspect: Fraction | None = None
    zones: tuple[Polygon, ...] = ()
    seen_turns: tuple[int, ...] = ()
    version: int = 0

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> "Camera":
        """What `as_dict` gave; what is absent is not known. Raises ValueError, TypeError when it is nothing of the
        kind."""
        return cls(
            quarter_turns=int(value.get("quarter_turns", 0)) % 4,
            aspect=Fraction(value["aspect"]) if value.get("aspect") else None,
            zones=tuple(tuple((float(x), float(y)) for x, y in zone) for zone in value.get("zones", ())),
            seen_turns=tuple(int(turns) % 8 for turns in value.get("seen_turns", ())),
            version=int(value.get("version", 0)),
        )

    def as_dict(self) -> CameraReport:
        """As JSON keeps it; `aspect` is a fraction in text ("16/9") or null."""
        return CameraReport(
            quarter_turns=self.quarter_turns,
            aspect=str(self.aspect) if self.aspect else None,
            zones=[[list(point) for point in zone] for zone in self.zones],
            seen_turns=list(self.seen_turns),
            version=self.version,
        )

    def pixel_aspect(self, width: int, height: int) -> Fraction | None:
        """The width of a pixel over its height in a stored picture of this size; None when only the file knows."""
        return self.aspect * height / width if self.aspect else None

    def shown_as(self, other: "Camera") -> "Camera":
        """The same camera with its pictures turned and shaped as `other` has them, its zones on the same things."""
        turns = (other.quarter_turns - self.quarter_turns) % 4
        return replace(
            self,
            quarter_turns=other.quarter_turns,
            aspect=other.aspect,
            zones=tuple(turned(zone, turns) for zone in self.zones),
            seen_turns=tuple((seen - 2 * turns) % 8 for seen in self.seen_turns),
        )

    def hides_more_than(self, other: "Camera") -> bool:
        """Whether one of its zones is none of the other's, wherever the two have their tops."""
        return bool(set(self.shown_as(other).zones) - set(other.zones))


def turned(zone: Polygon, quarter_turns: int) -> Polygon:
    """The polygon on a picture that was turned counter-clockwise."""
    for _ in range(quarter_turns % 4):
        zone = tuple((y, round(1 - x, DIGITS)) for x, y in zone)
    return zone
