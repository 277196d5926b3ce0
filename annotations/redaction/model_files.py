"""The model files of the site: which a pass loads by the settings, and whether they are what they should be."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from annotations.vision import models as built_in
from annotations.vision.errors import ModelError
from annotations.vision.manifests import read_manifest

FETCHED = "fetched"
"""The folder inside MODELS_DIR for what `manage.py models fetch` brings."""


@dataclass(frozen=True)
class ModelEntry:
    """A model file and where it belongs.

    `setting` is what makes a pass load it ("": nothing has to, or can), `sha256` the digest that it must have
    ("": none is pinned).
    `problem` is an error's code, where the file's description cannot be read.
    """

    name: str
    role: str
    licence: str
    sha256: str
    path: Path
    setting: str
    in_use: bool
    problem: str = ""


@dataclass(frozen=True)
class FileCheck:
    """`code` is `ok`, `not_pinned` or an error's code; `sha256` the digest of the file as it is ("" when absent)."""

    entry: ModelEntry
    code: str
    sha256: str = ""

    @property
    def good(self) -> bool:
        return self.code in {"ok", "not_pinned"}


def entries() -> list[ModelEntry]:
    """Every model file of the site, those of packages first."""
    own = [*_operators_own()]
    used = {entry.path for entry in own}
    return [*_of_packages(), *own, *(entry for entry in _fetched() if entry.path not in used)]


def verify(entry: ModelEntry) -> FileCheck:
    """Reads the whole file."""
    if entry.problem:
        return FileCheck(entry, entry.problem)
    if not entry.path.is_file():
        return FileCheck(entry, "model_unavailable")
    found = built_in.digest(entry.path)
    if not entry.sha256:
        return FileCheck(entry, "not_pinned", found)
    return FileCheck(entry, "ok" if found == entry.sha256 else "model_changed", found)


def fetched_path(name: str) -> Path:
    """Where a file that was fetched lies."""
    return Path(settings.MODELS_DIR) / FETCHED / name


def _of_packages() -> Iterator[ModelEntry]:
    settings_of = {
        "face": ("REDACTION_DETECTOR", not settings.REDACTION_DETECTOR),
        "person": ("", True),
        "opinion": ("", True),
        "content": ("SCREENING_NUDENET", settings.SCREENING_NUDENET),
        "sample": ("", False),
    }
    for model in built_in.MODELS.values():
        setting, in_use = settings_of[model.role]
        path = Path(settings.MODELS_DIR) / model.package / model.file
        yield ModelEntry(model.name, model.role, model.licence, model.sha256, path, setting, in_use)


def _operators_own() -> Iterator[ModelEntry]:
    if settings.REDACTION_DETECTOR:
        yield _described(Path(settings.REDACTION_DETECTOR), "face", "REDACTION_DETECTOR")
    for manifest in settings.SCREENING_CLASSIFIERS:
        yield _described(Path(manifest), "content", "SCREENING_CLASSIFIERS")


def _described(file: Path, role: str, setting: str) -> ModelEntry:
    """The model that a manifest names, or a model file alone, whose digest is pinned only where it was fetched."""
    if role == "face" and file.suffix != ".json":
        pinned = next((entry.sha256 for entry in _fetched() if entry.path == file.absolute()), "")
        return ModelEntry("yunet", role, "", pinned, file.absolute(), setting, in_use=True)
    try:
        manifest = read_manifest(file)
    except ModelError as error:
        return ModelEntry(file.name, role, "", "", file.absolute(), setting, in_use=True, problem=error.code)
    licence = str(manifest.fields.get("licence", ""))
    path = manifest.model.absolute()
    return ModelEntry(manifest.name, role, licence, manifest.sha256, path, setting, in_use=True)


def _fetched() -> Iterator[ModelEntry]:
    for name, source in settings.MODEL_SOURCES.items():
        path = fetched_path(name).absolute()
        yield ModelEntry(name, "fetched", "", source.sha256, path, "MODEL_SOURCES", in_use=False)
