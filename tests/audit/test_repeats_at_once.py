"""Several processes count the same act at once: none is lost, and the bound holds."""

import threading

import pytest
from django.db import connections, transaction

from annotations.audit import repeats
from annotations.audit.actors import Actor
from annotations.audit.models import LogEntry, Series
from annotations.rights import log

READER = Actor("o-somebody", "owner")
THREADS, READS = 4, 25


@pytest.mark.engines
def test_what_is_done_at_once_is_counted_to_the_last(fresh_database: str) -> None:
    begin = threading.Barrier(THREADS)

    def read() -> None:
        try:
            begin.wait(60)
            for _ in range(READS):
                with transaction.atomic():
                    repeats.tell(log.RECEIPT_SERVED, READER, subject="o-somebody")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=read) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Series.objects.get().count == THREADS * READS
    assert LogEntry.objects.filter(action="privacy.receipt_served").count() == repeats.SINGLY
    assert LogEntry.objects.filter(action="audit.repeated").count() == 4  # at 10, 20, 40 and 80
