import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from annotations.clips.models import Clip
from tests.factories import make_submitter, reference_of, small_video

pytestmark = pytest.mark.django_db


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
