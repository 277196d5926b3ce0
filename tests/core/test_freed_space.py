"""Nothing of what was deleted is left in SQLite's files."""

from pathlib import Path

import pytest
from django.db import connection

from annotations.clips.models import Submission
from annotations.core import freed_space
from tests.engines import databases
from tests.engines.programs import wait_until
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


@pytest.mark.engines
def test_postgresql_vacuums_what_the_role_owns_and_passes_over_the_rest(fresh_database: str) -> None:
    if connection.vendor != "postgresql":
        freed_space.clear(["clips_submission"])
        return
    freed_space.clear(["clips_submission"])
    assert vacuumed("clips_submission") == 0, "review_app owns no table"
    databases.use(fresh_database.replace("review_app@", "review_owner@"))
    freed_space.clear(["clips_submission", "no_such_table"])
    wait_until(lambda: vacuumed("clips_submission") == 1, 60, "the vacuum")
    assert vacuumed("clips_clip") == 0


def vacuumed(table: str) -> int:
    """How often the table was vacuumed by somebody's command."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT vacuum_count FROM pg_stat_user_tables WHERE relname = %s", [table])
        return int(cursor.fetchone()[0])
