"""Drawn places that a home camera looks at. Each is a BGR picture of the size asked for."""

import cv2
import numpy as np
from numpy.typing import NDArray

from reviewapp.samples.figure import Picture


def porch(width: int, height: int) -> Picture:
    """A house front by day: clapboard, door, window, lawn, and a path towards the camera."""
    picture = _gradient(width, height, (232, 206, 168), (240, 226, 206))
    noise = _noise(width, height, 1)
    horizon = round(height * 0.62)
    wall = _rows(picture, 0, horizon, (196, 205, 208))
    wall[:] = _tinted(wall, noise[:horizon], 3)
    for y in range(0, horizon, max(8, height // 30)):
        cv2.line(picture, (0, y), (width, y), (170, 180, 184), 1, cv2.LINE_AA)
    lawn = _rows(picture, horizon, height, (74, 134, 104))
    lawn[:] = _tinted(lawn, noise[horizon:], 16)
    path = [(0.47, 0.62), (0.60, 0.62), (0.86, 1.0), (0.24, 1.0)]
    _polygon(picture, path, (168, 176, 180))
    for level in (0.68, 0.76, 0.87):
        y = round(height * level)
        cv2.line(picture, (round(width * 0.3), y), (round(width * 0.8), y), (150, 158, 162), 1, cv2.LINE_AA)
    _door(picture, 0.48, 0.2, 0.59, 0.62, (70, 60, 120))
    _window(picture, 0.1, 0.18, 0.34, 0.44)
    _window(picture, 0.72, 0.18, 0.93, 0.44)
    for x in (0.08, 0.17, 0.27, 0.36, 0.7, 0.8, 0.9):
        _bush(picture, x, 0.63, 0.05, (52, 104, 70))
    return picture


def driveway(width: int, height: int) -> Picture:
    """A driveway at dusk: garage, street, a lamp, a hedge."""
    picture = _gradient(width, height, (96, 62, 48), (110, 120, 168))
    noise = _noise(width, height, 2)
    street = round(height * 0.42)
    ground = _rows(picture, street, height, (58, 52, 50))
    ground[:] = _tinted(ground, noise[street:], 5)
    _polygon(picture, [(0.0, 0.4), (1.0, 0.36), (1.0, 0.47), (0.0, 0.5)], (70, 64, 62))
    _polygon(picture, [(0.0, 0.5), (0.3, 0.49), (0.08, 1.0), (0.0, 1.0)], (38, 58, 44))
    _polygon(picture, [(0.68, 0.08), (1.0, 0.0), (1.0, 0.72), (0.68, 0.56)], (64, 66, 76))
    _polygon(picture, [(0.74, 0.2), (0.97, 0.15), (0.97, 0.68), (0.74, 0.57)], (92, 94, 104))
    for step in np.linspace(0.28, 0.6, 5):
        start, end = (
            (round(width * 0.74), round(height * step)),
            (round(width * 0.97), round(height * step * 1.1)),
        )
        cv2.line(picture, start, end, (70, 72, 80), 1, cv2.LINE_AA)
    for x in np.linspace(0.02, 0.62, 14):
        _bush(picture, float(x), 0.4, 0.035, (34, 44, 36))
    lamp = (round(width * 0.36), round(height * 0.14))
    cv2.line(picture, lamp, (lamp[0], street), (30, 30, 34), max(2, width // 240), cv2.LINE_AA)
    glow = np.zeros_like(picture)
    cv2.circle(glow, lamp, height // 16, (150, 205, 245), -1, cv2.LINE_AA)
    return cv2.addWeighted(picture, 1, cv2.GaussianBlur(glow, (0, 0), height / 12), 2, 0)


def living_room(width: int, height: int) -> Picture:
    """A living room by lamplight: sofa, shelf, picture, rug."""
    picture = _gradient(width, height, (150, 172, 190), (128, 152, 172))
    floor = round(height * 0.7)
    boards = _rows(picture, floor, height, (70, 104, 142))
    boards[:] = _tinted(boards, _noise(width, height, 3)[floor:], 6)
    for x in range(-width, 2 * width, width // 12):
        cv2.line(
            picture, (width // 2 + (x - width // 2) // 2, floor), (x, height), (58, 88, 122), 1, cv2.LINE_AA
        )
    _polygon(picture, [(0.22, 0.86), (0.78, 0.86), (0.92, 1.0), (0.08, 1.0)], (96, 84, 150))
    _polygon(picture, [(0.12, 0.46), (0.5, 0.46), (0.5, 0.78), (0.12, 0.78)], (120, 104, 84))
    _polygon(picture, [(0.1, 0.62), (0.52, 0.62), (0.54, 0.82), (0.08, 0.82)], (138, 120, 96))
    _polygon(picture, [(0.72, 0.12), (0.96, 0.12), (0.96, 0.74), (0.72, 0.74)], (64, 86, 110))
    colours = [(84, 96, 176), (150, 120, 70), (90, 150, 120), (70, 110, 190), (140, 140, 150)]
    for row in range(3):
        for book in range(9):
            left = 0.735 + book * 0.024
            top = 0.16 + row * 0.19 + (book * 7 % 3) * 0.01
            box = [
                (left, top),
                (left + 0.018, top),
                (left + 0.018, 0.29 + row * 0.19),
                (left, 0.29 + row * 0.19),
            ]
            _polygon(picture, box, colours[(book * 2 + row) % len(colours)])
    _polygon(picture, [(0.2, 0.1), (0.42, 0.1), (0.42, 0.34), (0.2, 0.34)], (60, 70, 84))
    _polygon(picture, [(0.215, 0.125), (0.405, 0.125), (0.405, 0.315), (0.215, 0.315)], (190, 178, 148))
    _polygon(
        picture,
        [(0.215, 0.25), (0.29, 0.19), (0.34, 0.23), (0.405, 0.2), (0.405, 0.315), (0.215, 0.315)],
        (110, 140, 96),
    )
    return picture


def hallway(width: int, height: int) -> Picture:
    """A hallway seen from above the door, in the grey of an infrared camera."""
    picture = _gradient(width, height, (120, 120, 120), (88, 88, 88))
    _polygon(picture, [(0.0, 0.0), (0.3, 0.12), (0.3, 0.66), (0.0, 1.0)], (104, 104, 104))
    _polygon(picture, [(1.0, 0.0), (0.7, 0.12), (0.7, 0.66), (1.0, 1.0)], (96, 96, 96))
    _polygon(picture, [(0.3, 0.66), (0.7, 0.66), (1.0, 1.0), (0.0, 1.0)], (70, 70, 70))
    _door(picture, 0.43, 0.2, 0.57, 0.66, (136, 136, 136))
    _polygon(picture, [(0.06, 0.3), (0.2, 0.32), (0.2, 0.78), (0.06, 0.9)], (84, 84, 84))
    _polygon(picture, [(0.08, 0.34), (0.185, 0.355), (0.185, 0.74), (0.08, 0.85)], (74, 74, 74))
    return cv2.GaussianBlur(picture, (0, 0), 0.8)


def grained(picture: Picture, frame: int, strength: float) -> Picture:
    """The picture with a sensor's noise; `strength` is the standard deviation in grey levels."""
    cv2.setRNGSeed(frame + 1)
    coarse = np.empty((picture.shape[0] // 2, picture.shape[1] // 2), np.float32)
    cv2.randn(coarse, np.zeros(1), np.full(1, strength))
    noise = cv2.resize(coarse, (picture.shape[1], picture.shape[0]), interpolation=cv2.INTER_LINEAR)
    return cv2.add(picture, cv2.merge([noise] * 3), dtype=cv2.CV_8U)


def parcel(picture: Picture, x: float, y: float, size: float) -> None:
    """A cardboard box standing on (x, y)."""
    left, top = round(x - size / 2), round(y - size * 0.7)
    right, bottom = round(x + size / 2), round(y)
    cv2.rectangle(picture, (left, top), (right, bottom), (96, 146, 186), -1, cv2.LINE_AA)
    lid = np.array(
        [
            (left, top),
            (right, top),
            (round(right - size * 0.1), round(top - size * 0.2)),
            (round(left + size * 0.1), round(top - size * 0.2)),
        ]
    )
    cv2.fillPoly(picture, [lid], (116, 168, 206), cv2.LINE_AA)
    cv2.line(
        picture,
        (round(x), round(top - size * 0.2)),
        (round(x), bottom),
        (150, 196, 222),
        max(2, round(size / 12)),
        cv2.LINE_AA,
    )


def car(picture: Picture, x: float, y: float, length: float) -> None:
    """A car seen from the side, its wheels on the height y, with its lights on."""
    unit = length / 10

    def at(right: float, up: float) -> tuple[int, int]:
        return round(x + right * unit), round(y - up * unit)

    body = [
        at(-5, 0.6),
        at(-5, 1.6),
        at(-3.2, 1.9),
        at(-2, 3),
        at(1.6, 3),
        at(3, 1.9),
        at(4.8, 1.6),
        at(5, 0.6),
    ]
    cv2.fillPoly(picture, [np.array(body)], (92, 66, 56), cv2.LINE_AA)
    access = [at(-2.8, 1.9), at(-1.8, 2.8), at(1.4, 2.8), at(2.6, 1.9)]
    cv2.fillPoly(picture, [np.array(access)], (118, 104, 96), cv2.LINE_AA)
    for wheel in (-3.1, 3.0):
        cv2.circle(picture, at(wheel, 0.6), round(unit * 0.9), (22, 22, 24), -1, cv2.LINE_AA)
        cv2.circle(picture, at(wheel, 0.6), round(unit * 0.45), (110, 110, 112), -1, cv2.LINE_AA)
    cv2.circle(picture, at(4.8, 1.3), round(unit * 0.4), (190, 236, 255), -1, cv2.LINE_AA)


def _gradient(width: int, height: int, top: tuple[int, int, int], bottom: tuple[int, int, int]) -> Picture:
    share = np.linspace(0, 1, height)[:, None, None]
    column = np.array(top) * (1 - share) + np.array(bottom) * share
    return np.repeat(column, width, axis=1).astype(np.uint8)


def _noise(width: int, height: int, seed: int) -> NDArray[np.float64]:
    return np.random.default_rng(seed).normal(0, 1, (height, width, 1))


def _tinted(area: Picture, noise: NDArray[np.float64], strength: float) -> Picture:
    return np.clip(area + noise * strength, 0, 255).astype(np.uint8)


def _rows(picture: Picture, top: int, bottom: int, colour: tuple[int, int, int]) -> Picture:
    picture[top:bottom] = colour
    return picture[top:bottom]


def _polygon(picture: Picture, points: list[tuple[float, float]], colour: tuple[int, int, int]) -> None:
    height, width = picture.shape[:2]
    cv2.fillPoly(
        picture, [np.array([(round(x * width), round(y * height)) for x, y in points])], colour, cv2.LINE_AA
    )


def _door(
    picture: Picture, left: float, top: float, right: float, bottom: float, colour: tuple[int, int, int]
) -> None:
    _polygon(
        picture,
        [
            (left - 0.012, top - 0.02),
            (right + 0.012, top - 0.02),
            (right + 0.012, bottom),
            (left - 0.012, bottom),
        ],
        (226, 230, 232),
    )
    _polygon(picture, [(left, top), (right, top), (right, bottom), (left, bottom)], colour)
    inset, middle = (right - left) * 0.15, (top + bottom) / 2
    darker = tuple(int(value * 0.8) for value in colour)
    for upper, lower in ((top + 0.03, middle - 0.02), (middle + 0.02, bottom - 0.03)):
        box = [(left + inset, upper), (right - inset, upper), (right - inset, lower), (left + inset, lower)]
        _polygon(picture, box, (darker[0], darker[1], darker[2]))
    height, width = picture.shape[:2]
    knob = (round((right - inset / 2) * width), round(middle * height))
    cv2.circle(picture, knob, max(2, width // 220), (120, 200, 220), -1, cv2.LINE_AA)


def _window(picture: Picture, left: float, top: float, right: float, bottom: float) -> None:
    _polygon(picture, [(left, top), (right, top), (right, bottom), (left, bottom)], (236, 238, 238))
    edge = 0.012
    _polygon(
        picture,
        [
            (left + edge, top + 0.02),
            (right - edge, top + 0.02),
            (right - edge, bottom - 0.02),
            (left + edge, bottom - 0.02),
        ],
        (128, 112, 96),
    )
    middle = (left + right) / 2
    _polygon(
        picture,
        [
            (left + edge, top + 0.02),
            (middle, top + 0.02),
            (left + 0.05, bottom - 0.02),
            (left + edge, bottom - 0.02),
        ],
        (150, 136, 120),
    )
    _polygon(
        picture,
        [(middle - 0.004, top), (middle + 0.004, top), (middle + 0.004, bottom), (middle - 0.004, bottom)],
        (236, 238, 238),
    )


def _bush(picture: Picture, x: float, y: float, radius: float, colour: tuple[int, int, int]) -> None:
    height, width = picture.shape[:2]
    for offset, raised, shade in ((-0.5, 0.0, 0.85), (0.5, 0.0, 0.92), (0.0, 0.5, 1.0)):
        centre = (round((x + offset * radius) * width), round(y * height - raised * radius * width))
        cv2.circle(
            picture,
            centre,
            round(radius * width * 0.7),
            tuple(int(c * shade) for c in colour),
            -1,
            cv2.LINE_AA,
        )
