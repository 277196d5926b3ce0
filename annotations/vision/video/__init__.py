"""Reading and writing video with PyAV: probing, decoding, timing, encoding, single frames."""

from annotations.vision.limits import Limits
from annotations.vision.video.decode import (
    DecodedFrame,
    decode,
    frame_at,
    read_frames,
    thumbnail,
)
from annotations.vision.video.encode import Encoder
from annotations.vision.video.picture import Picture
from annotations.vision.video.probe import Probe, probe
from annotations.vision.video.timing import Schedule, schedule

__all__ = [
    "DecodedFrame",
    "Encoder",
    "Limits",
    "Picture",
    "Probe",
    "Schedule",
    "decode",
    "frame_at",
    "probe",
    "read_frames",
    "schedule",
    "thumbnail",
]
