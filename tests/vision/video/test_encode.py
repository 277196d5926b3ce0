"""What renditions are made of."""

from fractions import Fraction
from pathlib import Path

import av

from annotations.vision.video import Encoder, Picture, probe
from annotations.vision.video.encode import StreamFormat


def test_renditions_carry_pictures_and_nothing_else(tmp_path: Path) -> None:
    target = str(tmp_path / "out.mp4")
    encoder = Encoder(target, StreamFormat(64, 48, Fraction(10)))
    for level in range(40):
        picture = Picture.blank(64, 48)
        for plane in picture.planes:
            plane[:] = level * 5
        encoder.write(picture)
    encoder.close()
    data = Path(target).read_bytes()
    assert b"x264" not in data
    assert b"Lavf" not in data
    assert data.find(b"moov") < data.find(b"mdat")
    with av.open(target) as container:
        assert [stream.type for stream in container.streams] == ["video"]
        packets = [packet for packet in container.demux() if packet.size]
        assert [n for n, packet in enumerate(packets) if packet.is_keyframe] == [0, 15, 30]
        assert all(packet.pts == packet.dts for packet in packets)
        assert "creation_time" not in container.metadata
    assert probe(target).frames == 40
