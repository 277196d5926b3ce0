"""Frames of a clip in the order in which they are shown."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import av
import cv2
import numpy as np
from av.video.frame import PictureType, VideoFrame
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

from annotations.vision.camera import Camera, Polygon
from annotations.vision.errors import VideoError
from annotations.vision.limits import ANY_SIZE, Limits
from annotations.vision.video.conversion import Conversion, copy_colours, decoded_frames
from annotations.vision.video.picture import PLANAR_FORMATS, Picture, view
from annotations.vision.video.source import Geometry, open_source, prepare
from annotations.vision.video.zones import fill


@dataclass(frozen=True)
class DecodedFrame:
    """Frame `index` (from 0, in display order), its time stamp in seconds if it has one, and its pixels."""

    index: int
    time: float | None
    frame: VideoFrame
    geometry: Geometry
    nominal_rate: Fraction | None

    @classmethod
    def of(cls, index: int, frame: VideoFrame, conversion: Conversion) -> "DecodedFrame":
        """What the decoder gave as number `index`, without what privacy zones hide.

        Raises VideoError when its size is not accepted.
        """
        time = frame.time if conversion.has_times else None
        shown, geometry = conversion.shown(frame)
        decoded = cls(index, time, shown, geometry, conversion.nominal_rate)
        return decoded.without(conversion.camera.zones)

    def picture(self) -> Picture:
        """The planes as displayed, in memory of their own."""
        return Picture.from_frame(self.frame, self.geometry)

    def as_it_is(self) -> Picture | None:
        """The decoder's own memory as a picture, not to be written to; None when it is not in the form of one."""
        geometry, frame = self.geometry, self.frame
        fits = (frame.width, frame.height) == (geometry.width, geometry.height)
        if not geometry.is_as_stored or not fits or frame.format.name != "yuv420p":
            return None
        frame.pict_type = PictureType.NONE  # or the encoder would make key frames where the original has them
        return Picture(frame, *(view(plane) for plane in frame.planes))

    def compact(self) -> "DecodedFrame":
        """The frame in no more memory than its displayed picture takes: one that is larger is converted."""
        geometry, frame = self.geometry, self.frame
        across, down = geometry.stored_size
        fits = frame.width - across in (0, 1) and frame.height - down in (0, 1)
        return self if fits and frame.format.name in PLANAR_FORMATS else self._displayed()[0]

    def without(self, zones: Sequence[Polygon]) -> "DecodedFrame":
        """The frame as displayed with these zones filled. The decoder's own memory, which later frames refer to, stays
        as it is."""
        if not zones:
            return self
        displayed, picture = self._displayed()
        fill(picture, zones)
        return displayed

    def _displayed(self) -> tuple["DecodedFrame", Picture]:
        """The frame turned and scaled as it is displayed, in memory of its own, and its planes."""
        picture = self.picture()
        copy_colours(self.frame, picture.frame)
        geometry = replace(self.geometry, quarter_turns=0, mirrored=False)
        return replace(self, frame=picture.frame, geometry=geometry), picture

    def scaled(self, width: int, height: int, scaler: VideoReformatter) -> VideoFrame:
        """The displayed picture scaled to `width` x `height` (both even), YUV 4:2:0, 8 bits.

        `scaler` is kept by the caller for all frames: setting one up costs more than scaling.
        """
        geometry = replace(self.geometry, width=width, height=height)
        small = scaler.reformat(self.frame, *geometry.stored_size, "yuv420p", interpolation="BILINEAR")
        return small if geometry.is_as_stored else Picture.from_frame(small, geometry).frame

    def rgb(self) -> NDArray[np.uint8]:
        """The displayed picture, height x width x 3, RGB."""
        small = self.scaled(self.geometry.width, self.geometry.height, VideoReformatter())
        return np.asarray(small.to_ndarray(format="rgb24"), np.uint8)


def decode(
    path: str,
    limits: Limits,
    threads: int | None = None,
    *,
    key_frames_only: bool = False,
    camera: Camera = Camera(),  # noqa: B008 - frozen
) -> Iterator[DecodedFrame]:
    """Every frame of the clip, or its key frames (then `index` counts those), as what is known of its camera says: what
    lies in a privacy zone does not leave this function.

    Raises VideoError: "decoder_failed" on damage that stops the decoder (unless what decodes of a damaged file is
    taken), "too_many_frames" when packets hold more frames than they announced.
    """
    with open_source(path) as (container, stream):
        prepare(stream, limits, threads or available_cores())
        if key_frames_only:
            stream.codec_context.skip_frame = "NONKEY"
        conversion = Conversion(container, stream, limits, camera)
        try:
            for index, frame in enumerate(decoded_frames(container, stream, tolerant=limits.accept_partial)):
                if index >= limits.max_frames:
                    raise VideoError("too_many_frames")
                yield DecodedFrame.of(index, frame, conversion)
        except av.error.FFmpegError as error:
            raise VideoError("decoder_failed") from error


def read_frames(path: str, indices: Iterable[int]) -> dict[int, NDArray[np.uint8]]:
    """The frames of these numbers as BGR pictures (height x width x 3). Numbers beyond the end are absent."""
    wanted = set(indices)
    found: dict[int, NDArray[np.uint8]] = {}
    for decoded in decode(path, ANY_SIZE):
        if decoded.index in wanted:
            found[decoded.index] = np.ascontiguousarray(decoded.rgb()[:, :, ::-1])
            if len(found) == len(wanted):
                break
    return found


def frame_at(path: str, index: int) -> NDArray[np.uint8]:
    """One frame as a BGR picture. Raises IndexError when the clip is shorter."""
    frames = read_frames(path, [index])
    if index not in frames:
        raise IndexError(index)
    return frames[index]


def thumbnail(path: str, index: int = 0, width: int = 320) -> bytes:
    """One frame as a JPEG of at most this width."""
    picture = frame_at(path, index)
    height = max(1, round(picture.shape[0] * width / picture.shape[1]))
    if picture.shape[1] > width:
        picture = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA).astype(np.uint8)
    encoded, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 80])
    if not encoded:
        raise VideoError("decoder_failed")
    return bytes(data)


def available_cores() -> int:
    """Cores that this process may use, at most 4: more threads only cost memory on clips of this size."""
    return min(4, len(os.sched_getaffinity(0)))


def half_the_cores() -> int:
    """Threads for each of several stages that run beside each other: with more they get into each other's way."""
    return max(1, available_cores() // 2)
