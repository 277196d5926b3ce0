"""A new rendition of new groups and copied ones: exact, clean, and without a trace of what was hidden since."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from annotations.vision.boxes import Box
from annotations.vision.obscure import Hiding, obscure
from annotations.vision.video import Encoder, Picture
from annotations.vision.video.encode import StreamFormat
from annotations.vision.video.splice import (
    NotSpliceable,
    Splicer,
    frames_of,
    groups_of,
    layout,
    parameter_sets,
)
from tests.vision.test_obscure import boxes_in, copy, noise, replace_hidden

WIDTH, HEIGHT = 160, 96


def scene(number: int, seed: int = 0) -> Picture:
    """Smooth structure that moves on with each frame, so that prediction has something to do."""
    picture = Picture.blank(WIDTH, HEIGHT)
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    picture.luma[:] = (
        120 + 80 * np.sin((columns + 3 * number + seed) / 9) * np.cos(rows / (7 + seed % 5))
    ).astype(np.uint8)
    picture.blue[:] = 110 + number % 20
    picture.red[:] = 140 - number % 20
    return picture


def write(path: Path, pictures: Sequence[Picture], rate: Fraction = Fraction(15)) -> None:
    encoder = Encoder(str(path), StreamFormat(WIDTH, HEIGHT, rate))
    for picture in pictures:
        encoder.write(copy(picture))
    encoder.close()


def splice(earlier: Path, target: Path, pictures: Sequence[Picture], changed: set[int]) -> list[int]:
    """The key frames that were announced."""
    keys: list[int] = []
    splicer = Splicer(str(earlier), str(target), changed, on_key_frame=lambda index, *_: keys.append(index))
    for frame in splicer.awaited:
        splicer.write(copy(pictures[frame]))
    splicer.close()
    return keys


def coded(path: Path) -> list[bytes]:
    with av.open(str(path)) as container:
        return [bytes(packet) for packet in container.demux(video=0) if packet.size]


def decoded(path: Path) -> list[np.ndarray]:
    with av.open(str(path)) as container:
        container.streams.video[0].codec_context.options = {"err_detect": "explode"}
        return [frame.to_ndarray() for frame in container.decode(video=0)]


def times(path: Path) -> list[tuple[object, ...]]:
    with av.open(str(path)) as container:
        return [
            (packet.pts, packet.dts, packet.duration, packet.time_base, packet.is_keyframe)
            for packet in container.demux(video=0)
            if packet.size
        ]


@pytest.mark.parametrize(
    "rate",
    [Fraction(15), Fraction(30000, 1001), Fraction(10), Fraction(60), Fraction(5, 301), Fraction(2593, 100)],
)
@pytest.mark.parametrize("frames", [1, 14, 15, 16, 31, 75])
def test_it_is_as_if_everything_had_been_coded(tmp_path: Path, rate: Fraction, frames: int) -> None:
    before, after, whole = tmp_path / "before.mp4", tmp_path / "after.mp4", tmp_path / "whole.mp4"
    write(before, [scene(n) for n in range(frames)], rate)
    new = [scene(n, seed=50) for n in range(frames)]
    write(whole, new, rate)
    changed = {0} | ({frames // 15} if frames % 15 else set())
    keys = splice(before, after, new, changed)
    assert keys == [15 * group for group in sorted(changed)]
    assert times(after) == times(whole) == times(before)
    assert layout(str(after)) == layout(str(whole)) == layout(str(before))
    data = after.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")
    assert b"x264" not in data
    assert b"Lavf" not in data


def test_copied_groups_are_the_same_bits_and_new_ones_the_new_pictures(tmp_path: Path) -> None:
    before, after = tmp_path / "before.mp4", tmp_path / "after.mp4"
    old, new = [scene(n) for n in range(100)], [scene(n, seed=50) for n in range(100)]
    write(before, old)
    changed = {1, 2, 5}
    splice(before, after, new, changed)
    pictures, earlier = decoded(after), decoded(before)
    assert len(pictures) == 100
    for number, (packet, was, shown, formerly) in enumerate(
        zip(coded(after), coded(before), pictures, earlier, strict=True)
    ):
        if number // 15 in changed:
            assert packet != was
            difference = np.abs(shown[:HEIGHT].astype(int) - new[number].luma).mean()
            assert difference < 4
        else:
            assert packet == was
            assert np.array_equal(shown, formerly)


def test_nothing_of_a_replaced_group_stays_in_the_file(tmp_path: Path) -> None:
    before, after = tmp_path / "before.mp4", tmp_path / "after.mp4"
    write(before, [noise(WIDTH, HEIGHT, n) for n in range(45)])
    splice(before, after, [scene(n) for n in range(45)], {1})
    data = after.read_bytes()
    for number, packet in enumerate(coded(before)):
        # Any sixteen bytes of noise as coded are found again only where they were copied.
        assert (packet[40:56] in data) == (number // 15 != 1)


@pytest.mark.parametrize("effect", ["blur", pytest.param("fill", marks=pytest.mark.long)])
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data(), seed=st.integers(0, 2**32 - 1), frames=st.integers(16, 47))
def test_hidden_pixels_change_no_byte_of_the_file(
    tmp_path: Path, effect: Hiding, data: st.DataObject, seed: int, frames: int
) -> None:
    boxes: dict[int, list[Box]] = {
        frame: data.draw(boxes_in(WIDTH, HEIGHT))
        for frame in data.draw(st.sets(st.integers(0, frames - 1), min_size=1, max_size=5))
    }
    earlier = tmp_path / "earlier.mp4"
    write(earlier, [scene(n, seed % 100) for n in range(frames)])
    changed = groups_of(boxes)
    files = []
    for content in (0, 1, 2):
        pictures = []
        for frame in range(frames):
            picture = scene(frame, seed % 100)
            if frame in boxes:
                hidden = (picture, noise(WIDTH, HEIGHT, seed), Picture.blank(WIDTH, HEIGHT))[content]
                replace_hidden(picture, boxes[frame], hidden)
                obscure(picture, boxes[frame], effect)
            pictures.append(picture)
        target = tmp_path / f"{content}.mp4"
        splice(earlier, target, pictures, changed)
        files.append(target.read_bytes())
    assert files[0] == files[1] == files[2]
    kept = [packet for n, packet in enumerate(coded(earlier)) if n // 15 not in changed]
    assert kept == [packet for n, packet in enumerate(coded(tmp_path / "0.mp4")) if n // 15 not in changed]


def test_a_file_of_open_or_other_groups_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=15, options={"g": "12", "bf": "2"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for number in range(40):
            container.mux(stream.encode(scene(number).frame))
        container.mux(stream.encode())
    with pytest.raises(NotSpliceable):
        layout(str(path))


def test_other_settings_are_noticed(tmp_path: Path) -> None:
    path = tmp_path / "other.mp4"
    encoder = Encoder(str(path), StreamFormat(WIDTH, HEIGHT, Fraction(15)))
    encoder._stream.codec_context.options = {**encoder._stream.codec_context.options, "refs": "3"}
    for number in range(40):
        encoder.write(scene(number))
    encoder.close()
    with pytest.raises(NotSpliceable, match="other settings"):
        splice(path, tmp_path / "new.mp4", [scene(n) for n in range(40)], {1})


@pytest.mark.parametrize("content", [b"", b"not a video", b"\x00\x00\x00\x18ftypmp42" + bytes(64)])
def test_what_is_no_rendition_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.mp4"
    path.write_bytes(content)
    with pytest.raises(NotSpliceable):
        layout(str(path))


def test_a_cut_off_rendition_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cut.mp4"
    write(path, [noise(WIDTH, HEIGHT, n) for n in range(40)])
    path.write_bytes(path.read_bytes()[:-2000])
    with pytest.raises(NotSpliceable):
        layout(str(path))


def test_too_few_pictures_are_an_error(tmp_path: Path) -> None:
    write(tmp_path / "before.mp4", [scene(n) for n in range(40)])
    splicer = Splicer(str(tmp_path / "before.mp4"), str(tmp_path / "after.mp4"), {1})
    splicer.write(scene(15))
    with pytest.raises(ValueError, match="15 pictures"):
        splicer.close()


def test_groups_and_frames() -> None:
    assert groups_of([0, 14, 15, 44]) == {0, 1, 2}
    assert frames_of({2, 0}, 33) == [*range(15), 30, 31, 32]


def test_both_forms_of_parameter_sets_read_the_same() -> None:
    sequence, picture = b"\x67\x64\x00\x0a\xac", b"\x68\xee\x3c\x80"
    plain = b"\x00\x00\x00\x01" + sequence + b"\x00\x00\x01" + picture
    counted = b"\x01\x64\x00\x0a\xff\xe1\x00\x05" + sequence + b"\x01\x00\x04" + picture
    assert parameter_sets(plain) == parameter_sets(counted) == (sequence, picture)
