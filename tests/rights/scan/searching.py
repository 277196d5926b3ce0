"""A scan of the test's own stores."""

import tempfile
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages

from annotations.core import clock
from annotations.rights.scan.expected import NOTHING_KEPT, Kept
from annotations.rights.scan.probe import Kind, Probe, Value
from annotations.rights.scan.report import Report
from annotations.rights.scan.scan import Choices, scan
from annotations.vision.confined import DecodeOptions
from annotations.vision.limits import ANY_SIZE

STORES = ("vault", "renditions", "exports")
DECODING = DecodeOptions(limits=ANY_SIZE, timeout_s=60)


def own_places(folder: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every place that a scan looks at beside the database and the storages lies in the test's folder."""
    settings.VAR_DIR = folder / "var"
    settings.MODELS_DIR = folder / "models"
    settings.CELERY_BEAT_SCHEDULE_FILENAME = str(folder / "var" / "beat-schedule")
    for name in ("var/log", "models", "temporary"):
        (folder / name).mkdir(parents=True)
    for storage in STORES:
        Path(storages[storage].path("")).mkdir(parents=True, exist_ok=True)
    for name, value in settings.CELERY_BROKER_TRANSPORT_OPTIONS.items():
        if "folder" in name:
            Path(value).mkdir(parents=True, exist_ok=True)
    monkeypatch.setattr(tempfile, "tempdir", str(folder / "temporary"))


def searched(
    values: Sequence[Value],
    *,
    also: Sequence[Path] = (),
    without: Collection[str] = (),
    kept: Kept = NOTHING_KEPT,
) -> Report:
    """What a scan for these values finds."""
    choices = Choices(also=also, without=without, kept=kept, decoding=DECODING)
    told: list[str] = []
    return scan(Probe.of(values), choices, clock.now(), told.append)


def places(report: Report) -> set[tuple[str, str]]:
    """The stores and places of what was found."""
    return {(place.store, place.where) for place, _ in report.findings}


def words(text: str) -> list[Value]:
    return [Value(Kind.WORDS, text)]
