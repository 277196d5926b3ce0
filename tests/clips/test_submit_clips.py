import io
import os
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from annotations.clips.management.commands import submit_clips
from annotations.clips.models import Clip
from annotations.core.errors import Invalid
from tests.factories import make_submitter, reference_of, small_video

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def run(folder: Path, **options: str) -> str:
    out = io.StringIO()
    call_command("submit_clips", folder, stdout=out, **{"purpose": "training", **options})
    return out.getvalue()


def test_a_folder_is_submitted_once(tmp_path: Path) -> None:
    make_submitter()
    (tmp_path / "porch.mp4").write_bytes(small_video())
    (tmp_path / "notes.txt").write_text("not a clip")
    assert "received" in run(tmp_path)
    assert "is here already" in run(tmp_path)
    clip = Clip.objects.get()
    assert (reference_of(clip.owner), clip.consent.training, clip.consent.troubleshooting) == (
        "porch",
        True,
        False,
    )


def test_what_is_refused_is_named_and_the_rest_is_kept(tmp_path: Path) -> None:
    make_submitter()
    (tmp_path / "a.mp4").write_bytes(b"nonsense" * 200)
    (tmp_path / "b.mp4").write_bytes(small_video())
    with pytest.raises(CommandError, match="1 of 2"):
        run(tmp_path)
    assert Clip.objects.count() == 1


@pytest.mark.both
@pytest.mark.parametrize("submitters", [0, 2])
def test_the_submitter_must_be_clear(tmp_path: Path, submitters: int) -> None:
    for _ in range(submitters):
        make_submitter()
    with pytest.raises(CommandError, match="--submitter"):
        run(tmp_path)


def test_an_empty_folder_is_told(tmp_path: Path) -> None:
    make_submitter()
    with pytest.raises(CommandError, match="holds no video"):
        run(tmp_path)


def test_links_and_pipes_are_passed_over(tmp_path: Path) -> None:
    """A link may lead anywhere, and a pipe would be waited for without end."""
    make_submitter()
    folder, secret = tmp_path / "clips", tmp_path / "elsewhere.mp4"
    folder.mkdir()
    secret.write_bytes(small_video())
    (folder / "a.mp4").symlink_to(secret)
    os.mkfifo(folder / "b.mp4")
    (folder / "c.mp4").write_bytes(small_video())
    said = run(folder)
    assert "a.mp4: passed over, a link" in said
    assert "b.mp4: passed over, no file" in said
    assert Clip.objects.count() == 1


def test_what_became_a_link_or_a_pipe_meanwhile_is_neither_followed_nor_waited_for(tmp_path: Path) -> None:
    secret = tmp_path / "elsewhere.mp4"
    secret.write_bytes(small_video())
    (tmp_path / "a.mp4").symlink_to(secret)
    os.mkfifo(tmp_path / "b.mp4")
    with pytest.raises(OSError, match="symbolic links"):
        submit_clips._read(tmp_path / "a.mp4", io.BytesIO())
    with pytest.raises(Invalid, match="no_file"):
        submit_clips._read(tmp_path / "b.mp4", io.BytesIO())


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path, settings: Any) -> None:
    make_submitter()
    settings.CLIP_MAX_BYTES = 1000
    with (tmp_path / "a.mp4").open("wb") as file:
        file.truncate(1 << 40)  # more than any memory holds, on no disk
    out = io.StringIO()
    with pytest.raises(CommandError, match="1 of 1"):
        call_command("submit_clips", tmp_path, stdout=out, purpose="training")
    assert "too_large" in out.getvalue()
