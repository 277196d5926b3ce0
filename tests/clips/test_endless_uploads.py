"""An upload that never ends is broken off, whatever length it announced, and nothing of it is kept."""

from typing import Any

import pytest
from django.test import Client

from annotations.accounts import services as accounts
from annotations.clips.models import Clip
from tests.factories import make_submitter
from tests.open_files import open_files

pytestmark = pytest.mark.django_db
LIMIT = 3_000_000
PREAMBLE = (
    b'--b\r\nContent-Disposition: form-data; name="file"; filename="endless.mp4"\r\n'
    b"Content-Type: video/mp4\r\n\r\n"
)


class Endless:
    """A request's body that goes on and on; counts what was read of it."""

    def __init__(self) -> None:
        self.given = 0

    def read(self, size: int = -1) -> bytes:
        assert 0 < size < 10_000_000, "the whole body at once"
        assert self.given < 20 * LIMIT, "it is read without end"
        piece = PREAMBLE if self.given == 0 else b"\0" * size
        self.given += len(piece)
        return piece

    readline = read

    def close(self) -> None:
        """As the handler expects of a body."""


@pytest.mark.parametrize(("path", "status"), [("/api/v1/clips", 413), ("/nowhere", 404)])
def test_an_upload_without_end_is_broken_off(path: str, status: int, settings: Any) -> None:
    settings.CLIP_MAX_BYTES = LIMIT
    submitter = make_submitter()
    key = accounts.create_key(submitter.actor, submitter)
    body, before = Endless(), open_files("/memfd:")
    answer = Client().request(
        PATH_INFO=path,
        REQUEST_METHOD="POST",
        CONTENT_TYPE="multipart/form-data; boundary=b",
        CONTENT_LENGTH=str(10**15),
        HTTP_AUTHORIZATION=f"Bearer {key}",
        **{"wsgi.input": body},
    )
    assert answer.status_code == status
    assert body.given <= 2 * LIMIT + 2_000_000
    assert open_files("/memfd:") == before
    assert not Clip.objects.exists()
