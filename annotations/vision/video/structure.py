"""Whether a container's own bookkeeping fits inside the file: how a truncated file is recognised.

libavformat reads what is there of a cut-off file without complaint; the outermost boxes of a file do
not lie about how much there should be.
"""

import os
from typing import BinaryIO

MP4_MARKS = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"styp", b"moof", b"sidx")
EBML_MARK = b"\x1a\x45\xdf\xa3"
SEGMENT_MARK = b"\x18\x53\x80\x67"


def is_cut_off(path: str) -> bool:
    """True when an MP4, Matroska or RIFF file announces more bytes than it has, or an MP4 has no index."""
    with open(path, "rb") as stream:
        size = stream.seek(0, os.SEEK_END)
        stream.seek(0)
        head = stream.read(12)
        if head[4:8] in MP4_MARKS:
            return _mp4_is_cut_off(stream, size)
        if head[:4] == EBML_MARK:
            return _matroska_is_cut_off(stream, size)
        if head[:4] == b"RIFF":
            return int.from_bytes(head[4:8], "little") + 8 > size + 1
    return False


def _mp4_is_cut_off(stream: BinaryIO, size: int) -> bool:
    position, has_index, has_data = 0, False, False
    while position + 8 <= size:
        stream.seek(position)
        header = stream.read(16)
        length, kind = int.from_bytes(header[:4], "big"), header[4:8]
        if length == 1 and len(header) == 16:
            length = int.from_bytes(header[8:16], "big")
        elif length == 0:
            length = size - position
        has_index = has_index or kind == b"moov"
        has_data = has_data or kind == b"mdat"
        if length < 8:
            return False  # damaged rather than cut off
        position += length
    return position > size or (has_data and not has_index)


def _matroska_is_cut_off(stream: BinaryIO, size: int) -> bool:
    stream.seek(4)
    header_length, _ = _vint(stream)
    if header_length is None:
        return False
    stream.seek(header_length, os.SEEK_CUR)
    if stream.read(4) != SEGMENT_MARK:
        return stream.tell() >= size
    segment_length, _ = _vint(stream)
    return segment_length is not None and stream.tell() + segment_length > size


def _vint(stream: BinaryIO) -> tuple[int | None, int]:
    """An EBML variable-length integer and its width; None stands for "unknown"."""
    first = stream.read(1)
    if not first or not first[0]:
        return None, 0
    width = 9 - first[0].bit_length()
    value = int.from_bytes(bytes([first[0] & (0xFF >> width)]) + stream.read(width - 1), "big")
    unknown = (1 << (7 * width)) - 1
    return (None if value == unknown else value), width
