"""A picture as three planes (YUV 4:2:0, 8 bits), the form in which clips are decoded and encoded.

Working on planes spares the trip through RGB: what is not hidden reaches the encoder untouched.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from av.video.frame import VideoFrame
from av.video.plane import VideoPlane
from numpy.typing import NDArray

from annotations.vision.video.source import Geometry

Plane = NDArray[np.uint8]

PLANAR_FORMATS = frozenset({"yuv420p", "yuvj420p"})
"""Pixel formats whose planes are taken as they are."""


@dataclass(frozen=True)
class Picture:
    """`luma` is height x width; `blue` and `red` are half that in both directions. Sides are even.

    The planes are views of the memory of `frame`, which carries no side data of the original.
    """

    frame: VideoFrame
    luma: Plane
    blue: Plane
    red: Plane

    @classmethod
    def blank(cls, width: int, height: int) -> "Picture":
        """An uninitialised picture; both sides must be even."""
        frame = VideoFrame(width, height, "yuv420p")
        return cls(frame, *(view(plane) for plane in frame.planes))

    @classmethod
    def from_frame(cls, frame: VideoFrame, geometry: Geometry) -> "Picture":
        """Copy a decoded frame, turned and mirrored, into a picture of the displayed size.

        An odd last row or column is cut off; a frame of another size (the stream changed it midway, or
        its pixels are not square) is scaled.
        """
        width, height, turns = geometry.width, geometry.height, geometry.quarter_turns
        across, down = (height, width) if turns % 2 else (width, height)
        fits = frame.width - across in (0, 1) and frame.height - down in (0, 1)
        if not fits:
            frame = frame.reformat(across, down, "yuv420p", interpolation="BICUBIC")
        elif frame.format.name not in PLANAR_FORMATS:
            frame = frame.reformat(format="yuv420p")
        picture = cls.blank(width, height)
        for target, plane in zip(picture.planes, frame.planes, strict=True):
            source = view(plane)
            shape = target.shape[::-1] if turns % 2 else target.shape
            turned = np.rot90(source[: shape[0], : shape[1]], turns)
            np.copyto(target, turned[:, ::-1] if geometry.mirrored else turned)
        return picture

    @property
    def planes(self) -> tuple[Plane, Plane, Plane]:
        """Luma, blue and red."""
        return self.luma, self.blue, self.red

    @property
    def width(self) -> int:
        """In pixels."""
        return int(self.luma.shape[1])

    @property
    def height(self) -> int:
        """In pixels."""
        return int(self.luma.shape[0])


def view(plane: VideoPlane) -> Plane:
    """The pixels of a plane, height x width, in place."""
    rows = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
    return rows[: plane.height, : plane.width]


def luma_of(frame: VideoFrame) -> Plane:
    """The brightness of a frame in YUV 4:2:0, height x width, in place."""
    return view(frame.planes[0])


def rgb_of(frame: VideoFrame) -> Plane:
    """A frame in YUV 4:2:0 as height x width x 3, RGB (BT.601, limited range: detectors do not mind which)."""
    packed = np.asarray(frame.to_ndarray(), np.uint8)
    return np.asarray(cv2.cvtColor(packed, cv2.COLOR_YUV2RGB_I420), np.uint8)
