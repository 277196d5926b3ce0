"""Nothing of what was deleted is left in SQLite's files."""

from pathlib import Path

import pytest
from django.db import connection

from annotations.clips.models import Submission
from annotations.core import freed_space
from tests.factories import make_submitter

PLANTED = "planted-7f3a91c2-in-a-row-that-goes"


def files() -> bytes:
    """The database's file and its write-ahead log."""
    path = Path(str(connection.settings_dict["NAME"]))
    return b"".join(each.read_bytes() for each in (path, Path(f"{path}-wal")) if each.exists())


@pytest.mark.once
@pytest.mark.engines
def test_of_a_deleted_row_no_byte_is_left_in_the_files(fresh_database: str) -> None:
    submission = Submission.objects.create(submitter=make_submitter(), idempotency_key=PLANTED)
    assert PLANTED.encode() in files()
    submission.delete()
    freed_space.clear()
    assert PLANTED.encode() not in files()
