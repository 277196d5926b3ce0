"""What an operator is told when the site starts."""

import logging
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core import checks

from annotations.vision import landlock
from tests.engines.forking import ROOT
from tests.vision.lack_of_landlock import answer_without_landlock


def found() -> list[tuple[int, str]]:
    return [(each.level, str(each.id)) for each in checks.run_checks(tags=[checks.Tags.security])]


def test_a_system_with_landlock_has_nothing_to_tell(caplog: pytest.LogCaptureFixture) -> None:
    assert landlock.version() >= 1
    assert found() == []
    with caplog.at_level(logging.WARNING):
        apps.get_app_config("redaction").ready()
    assert caplog.records == []


@pytest.mark.parametrize(
    ("accepted", "level", "name"),
    [(False, logging.ERROR, "redaction.E001"), (True, logging.WARNING, "redaction.W001")],
)
def test_a_system_without_landlock_is_named_by_a_check_and_in_the_log(
    accepted: bool,
    level: int,
    name: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    settings: Any,
) -> None:
    answer_without_landlock(monkeypatch)
    settings.DECODE_WITHOUT_LANDLOCK = accepted
    assert found() == [(level, name)]
    with caplog.at_level(logging.WARNING):
        apps.get_app_config("redaction").ready()
    assert [(record.levelno, "no Landlock" in record.getMessage()) for record in caplog.records] == [
        (level, True)
    ]


@pytest.mark.parametrize(
    ("accepted", "level", "name"),
    [(False, logging.ERROR, "redaction.E002"), (True, logging.WARNING, "redaction.W002")],
)
def test_a_site_without_a_second_opinion_is_named_by_a_check_and_in_the_log(
    accepted: bool, level: int, name: str, tmp_path: Path, caplog: pytest.LogCaptureFixture, settings: Any
) -> None:
    settings.MODELS_DIR = tmp_path
    settings.REDACT_WITHOUT_SECOND_OPINION = accepted
    assert found() == [(level, name)]
    with caplog.at_level(logging.WARNING):
        apps.get_app_config("redaction").ready()
    assert [
        (record.levelno, "No model is installed" in record.getMessage()) for record in caplog.records
    ] == [(level, True)]


@pytest.mark.parametrize(
    ("files", "screening", "named"),
    [
        (["human-models/blazeface-back.bin", "human-models/blazeface-back.json"], False, []),
        (["human-models/blazeface-back.bin"], True, ["redaction.E002"]),
        (["nudenet/320n.onnx"], True, []),
        (["nudenet/320n.onnx"], False, ["redaction.E002"]),
    ],
    ids=["BlazeFace", "BlazeFace without its graph", "NudeNet", "NudeNet, which is not to be used"],
)
def test_one_model_is_a_second_opinion(
    files: list[str], screening: bool, named: list[str], tmp_path: Path, settings: Any
) -> None:
    for file in files:
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).touch()
    settings.MODELS_DIR, settings.SCREENING_NUDENET = tmp_path, screening
    assert [name for _, name in found()] == named


def test_other_processes_do_not_read_the_memory_of_the_site() -> None:
    """Nor does a debugger of the same user: `PR_GET_DUMPABLE` of a program that has loaded the site."""
    code = "import ctypes, django; django.setup(); print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "0\n"
