"""Lines are written by acts that commit, while others ask."""

import threading

import pytest
from django.db import connection, transaction

from annotations.audit import journal
from annotations.audit.actors import WORKER
from annotations.audit.journal import Kind

pytestmark = pytest.mark.engines


def test_a_line_is_written_inside_a_transaction(fresh_database: str) -> None:
    with pytest.raises(RuntimeError):
        journal.record(Kind.KEY_REVOKED, WORKER, {"prefix": "0123456789ab"})


def test_an_act_that_is_under_way_is_waited_for(fresh_database: str) -> None:
    """Its line is in the file and its row is not committed yet: nobody calls that a database that was set back."""
    written, end = threading.Event(), threading.Event()

    def slowly() -> None:
        with transaction.atomic():
            journal.record(Kind.KEY_REVOKED, WORKER, {"prefix": "0123456789ab"})
            written.set()
            end.wait(30)
        connection.close()

    found: list[journal.Standing] = []

    def ask() -> None:
        found.append(journal.standing())
        connection.close()

    acting, asking = threading.Thread(target=slowly), threading.Thread(target=ask)
    acting.start()
    assert written.wait(30)
    asking.start()
    asking.join(0.5)
    assert found == []
    end.set()
    for thread in (acting, asking):
        thread.join(30)
    assert found == [journal.Standing()]
