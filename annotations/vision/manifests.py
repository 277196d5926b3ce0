"""Manifests: small JSON files in which an operator describes a model file of their own."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import onnxruntime  # type: ignore[import-untyped]

from annotations.vision.errors import ModelError
from annotations.vision.models import digest
from annotations.vision.runtime import session


@dataclass(frozen=True)
class Manifest:
    """A manifest whose model file is there and is the one whose digest it names."""

    name: str
    sha256: str
    model: Path
    fields: dict[str, Any]

    def load(self) -> onnxruntime.InferenceSession:
        """The model, ready to run. Raises ModelError."""
        return session(str(self.model))


def read_manifest(path: Path) -> Manifest:
    """The manifest at `path`, its model file (`path` in it, relative to the manifest) verified.

    Raises ModelError: "bad_manifest", "model_unavailable" or "model_changed".
    """
    try:
        fields: dict[str, Any] = json.loads(path.read_text())
        manifest = Manifest(
            name=str(fields["name"]),
            sha256=str(fields["sha256"]),
            model=path.parent / str(fields["path"]),
            fields=fields,
        )
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise unreadable(path, error) from error
    if not manifest.model.is_file():
        raise ModelError(f"The model {manifest.name} has no file {manifest.model.name}.")
    if digest(manifest.model) != manifest.sha256:
        raise ModelError(f"The file of the model {manifest.name} is not the expected one.", "model_changed")
    return manifest


def unreadable(path: Path, error: Exception) -> ModelError:
    """The error for a manifest that lacks a field or has a wrong one."""
    return ModelError(f"The manifest {path.name} cannot be read: {error!r}", "bad_manifest")
