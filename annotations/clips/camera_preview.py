"""A drawing of privacy zones on an empty grid. Pure: no picture of the camera takes part."""

from dataclasses import dataclass
from fractions import Fraction

from annotations.vision.camera import Camera

LONG_SIDE = 640
_STEPS = 10
_USUAL = Fraction(16, 9)


@dataclass(frozen=True)
class Line:
    """A line of the grid: where it lies, what share of the picture that is, and whether it is down or across."""

    at: float
    share: str
    down: bool


@dataclass(frozen=True)
class Zone:
    """`points` as SVG has them, and where its number stands."""

    number: int
    points: str
    x: float
    y: float


@dataclass(frozen=True)
class Preview:
    """The drawing, in units of which the longer side has `LONG_SIDE`."""

    width: int
    height: int
    lines: list[Line]
    zones: list[Zone]


def preview(camera: Camera, stored: Fraction | None) -> Preview:
    """`stored` is the shape of the pictures as they are recorded, where a clip has told it."""
    shape = camera.aspect or stored or _USUAL
    if camera.quarter_turns % 2:
        shape = 1 / shape
    width, height = (LONG_SIDE, LONG_SIDE / shape) if shape > 1 else (LONG_SIDE * shape, LONG_SIDE)
    size = round(width), round(height)
    lines = [
        Line(round(side * step / _STEPS, 1), f"{step / _STEPS:g}", down)
        for side, down in ((size[0], True), (size[1], False))
        for step in range(1, _STEPS)
    ]
    return Preview(*size, lines, [_zone(number, zone, size) for number, zone in enumerate(camera.zones, 1)])


def _zone(number: int, corners: tuple[tuple[float, float], ...], size: tuple[int, int]) -> Zone:
    spots = [(x * size[0], y * size[1]) for x, y in corners]
    middle = [sum(values) / len(spots) for values in zip(*spots, strict=True)]
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
    return Zone(number, points, round(middle[0], 1), round(middle[1], 1))
