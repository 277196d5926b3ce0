"""The perceptual hashes of what a file shows, a video's key frames or one picture: for finding copies of known frames.

Not the fingerprint of a clip (`fingerprint`): that one follows time, and is made while the clip is analysed.
"""

import os

import av
from av.container import InputContainer

from annotations.vision.errors import VideoError
from annotations.vision.limits import ANY_SIZE, CONTAINERS, Limits
from annotations.vision.pdq import LEAST_QUALITY, pdq, without_letterbox
from annotations.vision.video.picture import luma_of

PICTURES = "png_pipe,jpeg_pipe,webp_pipe,bmp_pipe,tiff_pipe,gif"
"""Demuxers of single pictures."""
MOST_HASHES = 800
"""Of one file: a key frame a second for thirteen minutes."""


def picture_hashes(path: str, limits: Limits = ANY_SIZE) -> list[str]:
    """The PDQ hashes, in hexadecimal and without repetition, of the key frames that show enough for a hash.

    Raises VideoError: "not_a_video" for what is neither, "decoder_failed" for damage that stops the decoder, unless
    what decodes is taken, and "too_large", "too_long", "too_many_pixels" and "too_many_frames" beyond the limits.
    """
    if os.path.getsize(path) > limits.max_bytes:
        raise VideoError("too_large")
    options = {"format_whitelist": f"{CONTAINERS},{PICTURES}", "protocol_whitelist": "file"}
    try:
        container = av.open(path, "r", options=options, metadata_errors="replace")
    except (av.error.FFmpegError, ValueError, UnicodeError) as error:
        raise VideoError("not_a_video") from error
    with container:
        if not container.streams.video:
            raise VideoError("no_video_stream")
        if (container.duration or 0) / av.time_base > limits.max_seconds:
            raise VideoError("too_long")
        found: dict[str, None] = {}
        try:
            _add_hashes(container, limits, found)
        except av.error.FFmpegError as error:
            if not limits.accept_partial:
                raise VideoError("decoder_failed") from error
        return list(found)


def _add_hashes(container: InputContainer, limits: Limits, found: dict[str, None]) -> None:
    stream = container.streams.video[0]
    stream.codec_context.skip_frame = "NONKEY"
    for frame in container.decode(stream):
        if not limits.allows_size(frame.width, frame.height):
            raise VideoError("too_many_pixels")
        value, quality = pdq(without_letterbox(luma_of(frame.reformat(format="yuv420p"))))
        if quality >= LEAST_QUALITY:
            found[value.hex()] = None
        if len(found) > min(MOST_HASHES, limits.max_frames):
            raise VideoError("too_many_frames")
