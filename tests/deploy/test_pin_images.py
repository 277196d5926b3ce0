"""Images are pinned by digest, or named as not pinned yet; the command that pins them writes what Docker tells."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.pin_images import FILES, images, pinned, unpinned

SCRIPT = Path(__file__).resolve().parents[2] / "deploy" / "pin_images.py"
DIGEST = f"sha256:{'a1' * 32}"
NOT_YET = {"nginx:1.26", "postgres:15", "python:3.11-slim-bookworm", "redis:7"}
"""No registry could be asked where this was written. Run the command where Docker runs, and empty this."""


def test_every_image_has_a_tag_of_a_version() -> None:
    found = [image for file in FILES for image in images(file.read_text())]
    assert found
    assert [image for image in found if ":" not in image or image.endswith(":latest")] == []


def test_no_image_but_those_that_are_known_lacks_a_digest() -> None:
    assert {image for file in FILES for image in unpinned(file.read_text())} == NOT_YET


def test_a_pinned_file_keeps_everything_else() -> None:
    text = (
        "services:\n  one:\n    image: redis:7\n  two:\n    image: clip-review\nFROM python:3.11 AS builder\n"
    )
    done = pinned(text, {"redis:7": DIGEST, "python:3.11": DIGEST})
    assert done == text.replace("redis:7", f"redis:7@{DIGEST}").replace(
        "python:3.11", f"python:3.11@{DIGEST}"
    )
    assert unpinned(done) == []
    assert pinned(done, {"redis:7": DIGEST}) == done


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """The script beside copies of the files that it changes."""
    folder = tmp_path / "deploy"
    folder.mkdir()
    for file in (SCRIPT, *FILES):
        (folder / file.name).write_text(file.read_text())
    return folder


def run(folder: Path, *arguments: str, says: str = DIGEST) -> subprocess.CompletedProcess[str]:
    """The command, with a `docker` of which only the answer is known."""
    docker = folder / "docker"
    docker.write_text(f"#!/bin/sh\necho {says}\n")
    docker.chmod(0o755)
    return subprocess.run(
        [sys.executable, folder / SCRIPT.name, *arguments],
        env={**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_pins_all_and_then_nothing_is_left(copied: Path) -> None:
    before = run(copied, "--check")
    assert before.returncode == 1
    assert "redis:7" in before.stdout
    assert run(copied).returncode == 0
    after = run(copied, "--check")
    assert (after.returncode, after.stdout) == (0, "note: images not pinned by digest: none\n")
    assert f"FROM python:3.11-slim-bookworm@{DIGEST} AS builder" in (copied / "Dockerfile").read_text()


def test_what_is_no_digest_is_not_written(copied: Path) -> None:
    before = (copied / "compose.yaml").read_text()
    assert run(copied, says="unauthorized").returncode != 0
    assert (copied / "compose.yaml").read_text() == before
