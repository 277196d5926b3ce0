"""What hides a face is made without the face."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from annotations.vision.boxes import Box
from annotations.vision.obscure import Hiding, Rectangle, hidden_boxes, hidden_mask, obscure, region
from annotations.vision.report import TrackReport
from annotations.vision.video import Picture
from tests.vision import clips

SIDES = st.integers(16, 140).map(lambda half: half * 2)


@st.composite
def boxes_in(draw: st.DrawFn, width: int, height: int) -> list[Box]:
    """Boxes of faces and of other kinds, of any shape, some over the border, some over each other, some outside."""
    found: list[Box] = []
    for _ in range(draw(st.integers(1, 4))):
        box = (
            draw(st.floats(-40, width + 20)),
            draw(st.floats(-40, height + 20)),
            draw(st.floats(1, width * 0.9)),
            draw(st.floats(1, height * 0.9)),
        )
        found.append(Rectangle(*box) if draw(st.booleans()) else box)
    return found


def noise(width: int, height: int, seed: int) -> Picture:
    random = np.random.default_rng(seed)
    picture = Picture.blank(width, height)
    for plane in picture.planes:
        plane[:] = random.integers(0, 256, plane.shape)
    return picture


def copy(picture: Picture) -> Picture:
    twin = Picture.blank(picture.width, picture.height)
    for target, plane in zip(twin.planes, picture.planes, strict=True):
        target[:] = plane
    return twin


def replace_hidden(picture: Picture, boxes: list[Box], content: Picture) -> None:
    mask = hidden_mask(boxes, picture.width, picture.height)
    for target, plane, hidden in zip(
        picture.planes, content.planes, (mask, mask[::2, ::2], mask[::2, ::2]), strict=True
    ):
        target[hidden] = plane[hidden]


@pytest.mark.parametrize("effect", ["blur", "fill"])
@settings(max_examples=150, deadline=None)
@given(data=st.data(), width=SIDES, height=SIDES, seed=st.integers(0, 2**32 - 1))
def test_hidden_pixels_change_no_bit_of_the_result(
    effect: Hiding, data: st.DataObject, width: int, height: int, seed: int
) -> None:
    boxes = data.draw(boxes_in(width, height))
    original = noise(width, height, seed)
    results = []
    for content in (original, noise(width, height, seed + 1), Picture.blank(width, height)):
        picture = copy(original)
        replace_hidden(picture, boxes, content)
        obscure(picture, boxes, effect)
        results.append(picture)
    for other in results[1:]:
        assert all(np.array_equal(a, b) for a, b in zip(results[0].planes, other.planes, strict=True))


@pytest.mark.parametrize("effect", ["blur", "fill"])
def test_another_persons_face_changes_no_bit(effect: Hiding) -> None:
    boxes: list[Box] = [(100, 60, 60, 80), (150, 90, 40, 50)]
    results = []
    for face_height in (0, 60, 90):
        picture = noise(320, 240, 1)
        face = Picture.blank(320, 240)
        rgb = clips.background(320, 240)
        if face_height:
            clips.paste_head(rgb, 130, 100, face_height)
        for plane in face.planes:
            plane[:] = rgb[: plane.shape[0], : plane.shape[1], 0]
        replace_hidden(picture, boxes, face)
        obscure(picture, boxes, effect)
        results.append(picture)
    for other in results[1:]:
        assert all(np.array_equal(a, b) for a, b in zip(results[0].planes, other.planes, strict=True))


@settings(max_examples=60, deadline=None)
@given(data=st.data(), width=SIDES, height=SIDES)
def test_what_is_not_hidden_stays_as_it_was(data: st.DataObject, width: int, height: int) -> None:
    boxes = data.draw(boxes_in(width, height))
    original = noise(width, height, 5)
    picture = copy(original)
    obscure(picture, boxes, "blur")
    mask = hidden_mask(boxes, width, height)
    for before, after, hidden in zip(
        original.planes, picture.planes, (mask, mask[::2, ::2], mask[::2, ::2]), strict=True
    ):
        assert np.array_equal(before[~hidden], after[~hidden])


def test_the_head_is_hidden_with_room_to_spare() -> None:
    box: Box = (100.0, 80.0, 40.0, 50.0)
    mask = hidden_mask([box], 320, 240)
    assert mask[80:130, 100:140].all()
    _, y, width, height = region(box)
    assert width >= 1.5 * 40
    assert height >= 1.8 * 50
    assert y + height / 2 < 105


def test_what_is_no_face_is_hidden_as_a_rectangle_with_a_small_margin() -> None:
    mask = hidden_mask([Rectangle(100.0, 80.0, 100.0, 50.0)], 320, 240)
    assert mask[76:134, 94:206].all()
    assert mask.sum() == 58 * 112
    assert region(Rectangle(10.0, 10.0, 20.0, 20.0)) == (6.0, 6.0, 28.0, 28.0)


def test_the_kind_of_a_track_says_its_shape() -> None:
    track = TrackReport(id=1, boxes={"3": [1.0, 2.0, 30.0, 40.0]}, score=1.0, source="person")
    (before_kinds,) = hidden_boxes(track).values()
    (face,) = hidden_boxes({**track, "kind": "face"}).values()
    (plate,) = hidden_boxes({**track, "kind": "licence_plate"}).values()
    assert region(before_kinds) == region(face) != region(plate)
    assert isinstance(plate, Rectangle)


def test_small_faces_are_hidden_by_at_least_24_pixels() -> None:
    _, _, width, height = region((50, 50, 3, 4))
    assert (width, height) == (24, 24)


def test_colours_never_mix_hidden_and_visible_pixels() -> None:
    mask = hidden_mask([(31.3, 17.8, 21.1, 27.9)], 120, 90)
    blocks = mask.reshape(45, 2, 60, 2)
    assert (blocks.any(axis=(1, 3)) == blocks.all(axis=(1, 3))).all()


def test_blur_is_smooth_and_joins_its_surroundings() -> None:
    picture = Picture.blank(200, 160)
    picture.luma[:] = np.linspace(40, 200, 200).astype(np.uint8)
    picture.blue[:] = picture.red[:] = 128
    smooth = picture.luma.astype(int)
    picture.luma[50:110, 80:120] = np.random.default_rng(1).integers(0, 256, (60, 40))
    obscure(picture, [(80, 50, 40, 60)], "blur")
    assert np.abs(picture.luma.astype(int) - smooth).max() < 30
    assert np.abs(np.diff(picture.luma.astype(int), axis=1)).max() < 16


def test_a_picture_that_is_hidden_altogether_becomes_grey() -> None:
    picture = noise(64, 48, 3)
    obscure(picture, [(-100, -100, 300, 300)], "blur")
    assert len({int(value) for value in np.unique(picture.luma)}) == 1
