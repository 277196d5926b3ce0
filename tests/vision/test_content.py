"""Screening models: NudeNet's output, the operator's classifiers, and which pictures they are shown."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from av.video.reformatter import VideoReformatter

from annotations.vision.boxes import covered
from annotations.vision.content import LOWEST_SCORE, Classifier, ContentDetection, NudeNet, NudeNetFaces
from annotations.vision.errors import ModelError
from annotations.vision.limits import Limits
from annotations.vision.obscure import hidden_mask
from annotations.vision.screening import Screening
from annotations.vision.video import decode
from tests.vision import clips, onnx_models

BRIGHT = np.full((40, 60, 3), 230, np.uint8)


def labels(found: list[ContentDetection]) -> dict[str, float]:
    return {detection.label: round(detection.score, 2) for detection in found}


def test_a_classifier_reports_every_label_that_it_sees(tmp_path: Path) -> None:
    model = Classifier(onnx_models.brightness_classifier(tmp_path))
    assert labels(model.screen(BRIGHT)) == {"bright": 0.9}
    assert labels(model.screen(np.full((40, 60, 3), 128, np.uint8))) == {"dark": 0.5, "bright": 0.5}


def test_ignored_labels_are_not_reported(tmp_path: Path) -> None:
    model = Classifier(onnx_models.brightness_classifier(tmp_path, ignore=["bright"]))
    assert model.screen(BRIGHT) == []


@pytest.mark.parametrize(("activation", "score"), [("softmax", 0.69), ("sigmoid", 0.71)])
def test_activations_are_applied(tmp_path: Path, activation: str, score: float) -> None:
    model = Classifier(onnx_models.brightness_classifier(tmp_path, activation=activation))
    assert labels(model.screen(BRIGHT))["bright"] == pytest.approx(score, abs=0.011)


def test_colour_order_and_normalisation_follow_the_manifest(tmp_path: Path) -> None:
    form = {
        "width": 8,
        "height": 8,
        "scale": 1 / 255,
        "mean": [1, 0, 0],
        "deviation": [0.5, 1, 1],
        "color": "BGR",
    }
    model = Classifier(onnx_models.brightness_classifier(tmp_path, input=form))
    blue = np.zeros((8, 8, 3), np.uint8)
    blue[:, :, 2] = 255
    # Blue comes first: (1 - 1) / 0.5 = 0, and nothing else shines.
    assert labels(model.screen(blue)) == {"dark": 1.0}


@pytest.mark.parametrize("broken", [{"labels": ["one"]}, {"input": {}}, {"labels": None}])
def test_manifests_that_do_not_fit_are_refused(tmp_path: Path, broken: dict[str, object]) -> None:
    with pytest.raises(ModelError) as caught:
        Classifier(onnx_models.brightness_classifier(tmp_path, **broken)).screen(BRIGHT)
    assert caught.value.code == "bad_manifest"


def test_another_file_than_the_manifest_names_is_refused(tmp_path: Path) -> None:
    manifest = onnx_models.brightness_classifier(tmp_path)
    (tmp_path / "light.onnx").write_bytes(b"other")
    with pytest.raises(ModelError) as caught:
        Classifier(manifest)
    assert caught.value.code == "model_changed"


def test_nudenet_sees_nothing_in_an_empty_room_and_takes_any_shape() -> None:
    model = NudeNet()
    for width, height in ((320, 240), (240, 320), (480, 270), (64, 64)):
        assert model.screen(clips.background(width, height)) == []


def test_nudenet_reports_no_faces_in_screening_but_gives_them_as_an_opinion() -> None:
    model = NudeNet()
    assert all(not detection.label.startswith("FACE") for detection in model.screen(clips.portrait()))
    faces = NudeNetFaces(model)
    assert (faces.name, faces.sha256) == (model.name, model.sha256)
    (face,) = faces.detect(clips.portrait(), LOWEST_SCORE)
    assert covered(clips.FACE, hidden_mask([face.box], 512, 512)) > 0.9
    assert faces.detect(clips.portrait(), face.score + 0.01) == []
    assert faces.detect(clips.background(320, 240), LOWEST_SCORE) == []


def test_what_nudenet_screens_is_all_that_it_detects_but_what_is_never_reported() -> None:
    model = NudeNet()
    everything = model.detections(clips.portrait())
    reported = [found for found in everything if found.label not in NudeNet.unreported]
    assert len(everything) > len(reported)
    assert model.screen(clips.portrait()) == reported


class Counting:
    """Notes how often it was asked."""

    name, sha256 = "counting", "0" * 64

    def __init__(self) -> None:
        self.calls = 0

    def screen(self, picture: np.ndarray) -> list[ContentDetection]:
        self.calls += 1
        return [ContentDetection("seen", 0.9, (0, 0, 32, 32))]


@pytest.mark.parametrize(("speed", "times"), [(12, [0.0, 0.5, 1.0, 1.5]), (0, [0.0])])
def test_moving_pictures_are_screened_twice_a_second_and_still_ones_once(
    tmp_path: Path, speed: float, times: list[float]
) -> None:
    clips.scene(
        tmp_path / "a.mp4",
        frames=30,
        rate=15,
        people=[clips.walking(40, 120, 80, speed)],
        options={"crf": "10"},
    )
    model = Counting()
    scaler = VideoReformatter()
    with ThreadPoolExecutor(1) as pool:
        screening = Screening([model], pool, 15.0)
        for decoded in decode(str(tmp_path / "a.mp4"), Limits()):
            small = decoded.scaled(448, 320, scaler)
            screening.add(decoded.index, small, (320 / 448, 240 / 320))
        findings = screening.findings([n / 15 for n in range(30)])
    assert [round(finding["time"] * 2) / 2 for finding in findings] == times
    assert model.calls == len(times)
    # In displayed pixels.
    assert findings[0]["box"] == [0, 0, 22.9, 24]
