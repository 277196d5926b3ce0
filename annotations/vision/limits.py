"""What is accepted as a clip, and which containers and codecs are opened at all."""

from dataclasses import dataclass

CONTAINERS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mpegvideo,flv,asf,ogg,h264,hevc,m4v,ivf,mjpeg"
)
"""Demuxers that may read untrusted bytes. Playlist formats (HLS, DASH, concat) are left out on purpose: they open other
files and addresses."""
BARE_STREAMS = frozenset({"h264", "hevc", "m4v", "mpegvideo", "mjpeg"})
"""Those whose files are coded pictures and nothing else: no time stamps, and rates that nobody recorded."""
CODECS = frozenset(
    {
        "h264", "hevc", "av1", "libdav1d", "vp8", "vp9", "libvpx", "libvpx-vp9", "mpeg4", "mpeg2video",
        "mpeg1video", "mjpeg", "h263", "h263p", "theora", "flv", "wmv1", "wmv2", "wmv3", "vc1", "msmpeg4v2",
        "msmpeg4", "prores", "libaom-av1", "msmpeg4v3", "libtheora",
    }
)  # fmt: skip

MAXIMUM_RATE = 240.0
"""Frames a second. There is no lowest rate: a time-lapse is bounded by the seconds that it lasts."""
MINIMUM_SIDE = 16
"""Pixels."""


@dataclass(frozen=True)
class Limits:
    """Bounds on a clip, and what its submitter allows or says of it.

    Sizes are numbers of pixels, whatever the shape: a picture of more than `rendition_pixels` is scaled down to that
    while it is decoded, one of more than `max_pixels` is refused. The work on a clip grows with its pictures: as many
    as a minute at 60 a second has, and a little. With `accept_partial` what decodes of a damaged or cut file is taken.
    `frame_rate` is in frames a second, for files without time stamps; others tell their own.
    """

    max_seconds: float = 60.0
    max_bytes: int = 200_000_000
    max_pixels: int = 8_900_000
    rendition_pixels: int = 2_400_000
    max_frames: int = 3_700
    accept_partial: bool = False
    frame_rate: float | None = None

    def allows_size(self, width: int, height: int) -> bool:
        """Whether a picture of this size is taken, scaled down or not."""
        return width * height <= self.max_pixels


ANY_SIZE = Limits(
    max_seconds=float("inf"),
    max_bytes=1 << 62,
    max_pixels=8192 * 8192,
    rendition_pixels=8192 * 8192,
    max_frames=1 << 62,
)
"""For files that we made ourselves, whose size was accepted before, and for a person's own file on the command line."""
