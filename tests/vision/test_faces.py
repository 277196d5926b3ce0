"""What every face detector must do, whichever it is."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from annotations.vision.boxes import Box, overlap
from annotations.vision.errors import ModelError
from annotations.vision.faces import (
    CenterFace,
    FaceDetector,
    OnnxFaceDetector,
    RgbPicture,
    YuNet,
    working_size,
)
from tests.vision import clips, onnx_models


@pytest.fixture(scope="module")
def adapted(tmp_path_factory: pytest.TempPathFactory) -> OnnxFaceDetector:
    """An operator's own model: one that takes every very red place for a face."""
    return OnnxFaceDetector(onnx_models.red_spot_detector(tmp_path_factory.mktemp("models")))


@pytest.fixture(scope="module")
def centerface() -> CenterFace:
    return CenterFace()


@pytest.fixture(scope="module")
def exact() -> CenterFace:
    """The default detector as its file has it; the other is the form that this processor runs best."""
    return CenterFace(rounded=False)


@pytest.fixture(scope="module")
def yunet(tmp_path_factory: pytest.TempPathFactory) -> YuNet:
    """A model of YuNet's form, run and decoded by OpenCV, that takes red squares for faces."""
    return YuNet(onnx_models.like_yunet(tmp_path_factory.mktemp("yunet")))


@pytest.fixture(params=["centerface", "exact", "adapted", "yunet"])
def detector(request: pytest.FixtureRequest) -> FaceDetector:
    found: FaceDetector = request.getfixturevalue(request.param)
    return found


def with_face(detector: FaceDetector, x: float, y: float, height: float) -> tuple[RgbPicture, Box]:
    """A picture with what this detector takes for a face, and where."""
    picture = clips.background(320, 224)
    if not isinstance(detector, CenterFace):
        left, top, side = round(x - height / 2), round(y - height / 2), round(height)
        picture[top : top + side, left : left + side] = (255, 0, 0)
        return picture, (left, top, side, side)
    return picture, clips.paste_head(picture, x, y, height)


def test_finds_a_face_where_it_is(detector: FaceDetector) -> None:
    picture, box = with_face(detector, 160, 110, 64)
    (face,) = detector.detect(picture, 0.5)
    assert overlap(face.box, box) > 0.4
    assert 0.5 <= face.score <= 1


def test_finds_nothing_where_nothing_is(detector: FaceDetector) -> None:
    assert detector.detect(clips.background(320, 224), 0.3) == []
    assert detector.detect(np.zeros((224, 320, 3), np.uint8), 0.3) == []


def test_leaves_the_picture_as_it_is_and_answers_the_same_again(detector: FaceDetector) -> None:
    picture, _ = with_face(detector, 160, 110, 64)
    before = picture.copy()
    first = detector.detect(picture, 0.3)
    assert np.array_equal(picture, before)
    assert detector.detect(picture, 0.3) == first


def test_takes_any_multiple_of_its_step(detector: FaceDetector) -> None:
    step = detector.step
    for width, height in ((step, step), (3 * step, 5 * step), (10 * step, 7 * step)):
        for face in detector.detect(clips.background(width, height), 0.05):
            assert all(np.isfinite(face.box))


def test_takes_a_window_of_a_larger_picture(detector: FaceDetector) -> None:
    picture, box = with_face(detector, 160, 110, 64)
    window = picture[32:192, 64:256]
    assert not window.flags.c_contiguous
    (face,) = detector.detect(window, 0.5)
    assert overlap((face.box[0] + 64, face.box[1] + 32, *face.box[2:]), box) > 0.4


def test_a_higher_threshold_only_takes_away(detector: FaceDetector) -> None:
    picture, _ = with_face(detector, 160, 110, 64)
    many, few = detector.detect(picture, 0.1), detector.detect(picture, 0.6)
    assert {face.box for face in few} <= {face.box for face in many}
    assert all(face.score >= 0.6 for face in few)
    assert many == sorted(many, key=lambda face: -face.score)


def test_may_be_called_from_several_threads_at_once(detector: FaceDetector) -> None:
    pictures = [with_face(detector, x, 110, 64)[0] for x in range(80, 240, 10)]
    alone = [detector.detect(picture, 0.5) for picture in pictures]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda picture: detector.detect(picture, 0.5), pictures))
    assert together == alone


def test_names_itself_and_its_file(detector: FaceDetector) -> None:
    assert detector.name
    assert len(detector.sha256) == 64


def test_a_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"not a model")
    manifest = onnx_models.write_manifest(tmp_path, broken, name="broken")
    with pytest.raises(ModelError) as caught:
        OnnxFaceDetector(manifest)
    assert caught.value.code == "model_unusable"


def test_a_file_that_was_changed_is_refused(tmp_path: Path) -> None:
    manifest = onnx_models.red_spot_detector(tmp_path)
    (tmp_path / "red.onnx").write_bytes((tmp_path / "red.onnx").read_bytes() + b" ")
    with pytest.raises(ModelError) as caught:
        OnnxFaceDetector(manifest)
    assert caught.value.code == "model_changed"


@pytest.mark.parametrize("stride", [8, 16, 32])
def test_yunet_boxes_are_where_the_face_is_at_each_of_its_scales(stride: int, tmp_path: Path) -> None:
    """OpenCV's own decoding and ours, to the pixel: the square lies where one cell's window does."""
    side, corner = 8 * stride, stride * 9 // 2 - 4 * stride
    picture = np.full((320, 480, 3), 90, np.uint8)
    picture[corner : corner + side, corner + stride : corner + stride + side] = (255, 0, 0)
    (face,) = YuNet(onnx_models.like_yunet(tmp_path, stride)).detect(picture, 0.5)
    assert face.box == pytest.approx((corner + stride, corner, side, side), abs=0.01)
    assert face.score == pytest.approx(1, abs=0.01)


def test_yunet_gets_the_colours_in_their_order(tmp_path: Path) -> None:
    picture = np.full((320, 320, 3), 90, np.uint8)
    picture[64:128, 64:128] = (0, 0, 255)
    assert YuNet(onnx_models.like_yunet(tmp_path)).detect(picture, 0.1) == []


def test_a_yunet_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"not a model")
    with pytest.raises(ModelError) as caught:
        YuNet(broken)
    assert caught.value.code == "model_unusable"
    with pytest.raises(ModelError) as caught:
        YuNet(tmp_path / "absent.onnx")
    assert caught.value.code == "model_unavailable"


@pytest.mark.parametrize(
    "size", [(640, 480), (1920, 1080), (1080, 1920), (480, 270), (176, 144), (3840, 2160)]
)
def test_working_sizes_keep_the_shape_and_a_bounded_area(size: tuple[int, int]) -> None:
    width, height = working_size(*size, 32)
    assert width % 32 == height % 32 == 0
    assert width * height <= 1.15 * 960 * 544
    assert abs(width / height / (size[0] / size[1]) - 1) < 0.25
