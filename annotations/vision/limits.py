"""What is accepted as a clip, and which containers and codecs are opened at all."""

from dataclasses import dataclass

CONTAINERS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mpegvideo,flv,asf,ogg,h264,hevc,m4v,ivf,mjpeg"
)
"""Demuxers that may read untrusted bytes. Playlist formats (HLS, DASH, concat) are left out on purpose: they open other
files and addresses."""
CODECS = frozenset(
    {
        "h264", "hevc", "av1", "libdav1d", "vp8", "vp9", "libvpx", "libvpx-vp9", "mpeg4", "mpeg2video",
        "mpeg1video", "mjpeg", "h263", "h263p", "theora", "flv", "wmv1", "wmv2", "wmv3", "vc1", "msmpeg4v2",
        "msmpeg4", "prores", "libaom-av1", "msmpeg4v3", "libtheora",
    }
)  # fmt: skip

MINIMUM_RATE, MAXIMUM_RATE = 1.0, 240.0
"""Frames a second."""
MINIMUM_SIDE = 16
"""Pixels."""


@dataclass(frozen=True)
class Limits:
    """Bounds on a clip: seconds, bytes, the size of a landscape picture (portrait fits turned), and pictures.

    The work on a clip grows with its pictures: as many as a minute at 60 a second has, and a little.
    """

    max_seconds: float = 60.0
    max_bytes: int = 200_000_000
    max_width: int = 1920
    max_height: int = 1080
    max_frames: int = 3_700

    def allows_size(self, width: int, height: int) -> bool:
        """Whether a picture of this size fits, in either orientation."""
        long_side, short_side = max(width, height), min(width, height)
        return long_side <= max(self.max_width, self.max_height) and short_side <= min(
            self.max_width, self.max_height
        )


ANY_SIZE = Limits(
    max_seconds=float("inf"), max_bytes=1 << 62, max_width=8192, max_height=8192, max_frames=1 << 62
)
"""For files that we made ourselves, whose size was accepted before, and for a person's own file on the command line."""
