"""The perceptual hashes of what a file shows, a video's key frames or one picture: for finding copies of known frames.

Not the fingerprint of a clip (`fingerprint`): that one follows time, and is made while the clip is analysed.
"""

import av

from annotations.vision.errors import VideoError
from annotations.vision.limits import CONTAINERS
from annotations.vision.pdq import LEAST_QUALITY, pdq, without_letterbox
from annotations.vision.video.picture import luma_of

PICTURES = "png_pipe,jpeg_pipe,webp_pipe,bmp_pipe,tiff_pipe,gif"
"""Demuxers of single pictures."""
MOST_PIXELS = 8192 * 8192
MOST_HASHES = 800
"""Of one file: a key frame a second for thirteen minutes."""


def picture_hashes(path: str) -> list[str]:
    """The PDQ hashes, in hexadecimal and without repetition, of the key frames that show enough for a hash.

    Raises VideoError: "not_a_video" for what is neither, "decoder_failed" for damage that stops the decoder,
    "too_many_pixels" and "too_many_frames" beyond the bounds.
    """
    options = {"format_whitelist": f"{CONTAINERS},{PICTURES}", "protocol_whitelist": "file"}
    try:
        container = av.open(path, "r", options=options, metadata_errors="replace")
    except (av.error.FFmpegError, ValueError, UnicodeError) as error:
        raise VideoError("not_a_video") from error
    with container:
        if not container.streams.video:
            raise VideoError("no_video_stream")
        try:
            return _hashes(container)
        except av.error.FFmpegError as error:
            raise VideoError("decoder_failed") from error


def _hashes(container: av.container.InputContainer) -> list[str]:
    stream = container.streams.video[0]
    stream.codec_context.skip_frame = "NONKEY"
    found: dict[str, None] = {}
    for frame in container.decode(stream):
        if frame.width * frame.height > MOST_PIXELS:
            raise VideoError("too_many_pixels")
        value, quality = pdq(without_letterbox(luma_of(frame.reformat(format="yuv420p"))))
        if quality >= LEAST_QUALITY:
            found[value.hex()] = None
        if len(found) > MOST_HASHES:
            raise VideoError("too_many_frames")
    return list(found)
