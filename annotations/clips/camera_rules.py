"""What may be stated about a camera. Pure."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from annotations.accounts.enums import Role
from annotations.core.errors import Invalid
from annotations.core.who import Refusal, by
from annotations.vision.camera import DIGITS, Camera, Polygon

MOST_ZONES = 16
LEAST_CORNERS, MOST_CORNERS = 3, 32
LEAST_AREA = 0.0001
"""Share of the picture below which a zone hides nothing that anybody could see."""
MOST_ASPECT = 4
"""How many times as wide as high, or as high as wide, a picture may be said to be."""

Spot = tuple[int, int]
Whole = Sequence[Spot]
"""A polygon in whole numbers."""
_SCALE = 10**DIGITS

SETS_CAMERA = by(
    Role.OPERATOR,
    Role.SUBMITTER,
    refusal=Refusal("operator_or_submitter_only", "Operators and submitters say what is known of a camera."),
)


def stated_camera(statement: Any) -> Camera:
    """What a program or a form states: `{"quarter_turns": 0 to 3, "aspect": "16:9" or null, "zones": [[[x, y], ...],
    ...]}`; what is left out is not known. A statement is whole: it replaces the one before.

    Raises Invalid `camera_invalid`, `orientation_invalid`, `aspect_invalid`, `too_many_zones`, `zone_invalid`,
    `zone_corners`, `zone_outside`, `zone_too_small` or `zone_crosses_itself`.
    """
    if not isinstance(statement, Mapping) or set(statement) - {"quarter_turns", "aspect", "zones"}:
        raise Invalid(
            "camera_invalid", "What is known of a camera is an object of quarter_turns, aspect and zones."
        )
    zones = statement.get("zones", [])
    if not _is_list(zones):
        raise Invalid("zone_invalid", "The zones are a list, each a list of corners [x, y].")
    if len(zones) > MOST_ZONES:
        raise Invalid("too_many_zones", f"A camera has at most {MOST_ZONES} privacy zones.")
    return Camera(
        quarter_turns=_turns(statement.get("quarter_turns", 0)),
        aspect=_aspect(statement.get("aspect")),
        zones=tuple(_zone(number, zone) for number, zone in enumerate(zones, 1)),
    )


def says_the_same(one: Camera, other: Camera) -> bool:
    """Whether the two statements are the same, whatever their versions."""
    return (one.quarter_turns, one.aspect, one.zones) == (other.quarter_turns, other.aspect, other.zones)


def aspect_in_words(aspect: Fraction | None) -> str:
    """As it is stated ("16:9"); empty when it is left to the file."""
    return f"{aspect.numerator}:{aspect.denominator}" if aspect else ""


def as_stated(camera: Camera) -> dict[str, Any]:
    """As `stated_camera` takes it, with its version."""
    return {
        "version": camera.version,
        "quarter_turns": camera.quarter_turns,
        "aspect": aspect_in_words(camera.aspect) or None,
        "zones": camera.as_dict()["zones"],
    }


def _turns(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 3:
        raise Invalid(
            "orientation_invalid",
            "quarter_turns is 0, 1, 2 or 3: how often a picture is turned to the left by a quarter to stand upright.",
        )
    return value


def _aspect(value: Any) -> Fraction | None:
    if value is None or value == "":
        return None
    wide, colon, high = value.partition(":") if isinstance(value, str) else ("", "", "")
    whole = all(part.isascii() and part.isdigit() and len(part) <= 4 for part in (wide, high))
    if not colon or not whole or not int(wide) or not int(high):
        raise Invalid("aspect_invalid", "The shape is given as width to height in whole numbers, like 16:9.")
    aspect = Fraction(int(wide), int(high))
    if not Fraction(1, MOST_ASPECT) <= aspect <= MOST_ASPECT:
        raise Invalid("aspect_invalid", f"One side is at most {MOST_ASPECT} times as long as the other.")
    return aspect


def _zone(number: int, corners: Any) -> Polygon:
    if not _is_list(corners):
        raise Invalid("zone_invalid", f"Zone {number} is not a list of corners [x, y].")
    if not LEAST_CORNERS <= len(corners) <= MOST_CORNERS:
        raise Invalid(
            "zone_corners",
            f"Zone {number} has {LEAST_CORNERS} to {MOST_CORNERS} corners, not {len(corners)}.",
        )
    zone = tuple(_corner(number, corner) for corner in corners)
    if abs(_area(_whole(zone))) < LEAST_AREA:
        raise Invalid(
            "zone_too_small", f"Zone {number} has no area: its corners lie on a line or on one spot."
        )
    if _crosses_itself(_whole(zone)):
        raise Invalid(
            "zone_crosses_itself", f"Zone {number} crosses or touches itself: make two zones of it."
        )
    return zone


def _corner(number: int, corner: Any) -> tuple[float, float]:
    if not _is_list(corner) or len(corner) != 2 or not all(map(_is_number, corner)):
        raise Invalid("zone_invalid", f"Zone {number}: a corner is two numbers, [x, y].")
    if not all(0 <= value <= 1 for value in corner):  # false for what is no number, too
        raise Invalid(
            "zone_outside",
            f"Zone {number}: corners are shares from 0 to 1 of the picture's width and height.",
        )
    x, y = (round(float(value), DIGITS) + 0.0 for value in corner)
    return x, y


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _whole(zone: Polygon) -> Whole:
    """In whole numbers, in which it is certain what lies on a line."""
    return [(round(x * _SCALE), round(y * _SCALE)) for x, y in zone]


def _area(zone: Whole) -> float:
    """As a share of the picture, with a sign that tells which way round it goes (the shoelace formula)."""
    return float(sum(a[0] * b[1] - b[0] * a[1] for a, b in _sides(zone)) / 2 / _SCALE**2)


def _crosses_itself(zone: Whole) -> bool:
    """Whether two sides meet anywhere but in the corner in which one follows on the other."""
    if len(set(zone)) < len(zone):
        return True
    sides = _sides(zone)
    for number, (a, b) in enumerate(sides):
        for c, d in sides[number + 1 :]:
            if b == c:
                meet = _goes_back(a, b, d)
            elif d == a:
                meet = _goes_back(c, d, b)
            else:
                meet = _cross(a, b, c, d)
            if meet:
                return True
    return False


def _sides(zone: Whole) -> list[tuple[Spot, Spot]]:
    return list(zip(zone, [*zone[1:], zone[0]], strict=True))


def _turn(a: Spot, b: Spot, c: Spot) -> int:
    """To which side the way from a over b to c turns: 1, -1, or 0 for straight on or back."""
    area = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
    return (area > 0) - (area < 0)


def _goes_back(a: Spot, b: Spot, c: Spot) -> bool:
    """Whether the way from b to c lies upon the one from a to b."""
    ahead = (b[0] - a[0]) * (c[0] - b[0]) + (b[1] - a[1]) * (c[1] - b[1])
    return _turn(a, b, c) == 0 and ahead < 0


def _cross(a: Spot, b: Spot, c: Spot, d: Spot) -> bool:
    """Whether the sides from a to b and from c to d have a point in common."""
    if _turn(a, b, c) * _turn(a, b, d) < 0 and _turn(c, d, a) * _turn(c, d, b) < 0:
        return True
    return any(
        _turn(one, other, spot) == 0 and _between(one, other, spot)
        for one, other, spot in ((a, b, c), (a, b, d), (c, d, a), (c, d, b))
    )


def _between(a: Spot, b: Spot, spot: Spot) -> bool:
    """Whether a spot on the line through a and b lies between the two."""
    return all(min(a[i], b[i]) <= spot[i] <= max(a[i], b[i]) for i in (0, 1))
