"""Several workers scan through the log at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from annotations.accounts import log as accounts
from annotations.accounts.enums import Role
from annotations.audit import services as audit
from annotations.audit.actors import Actor
from annotations.audit.models import LogEntry, TreeLeaf
from annotations.oversight import services
from annotations.oversight.models import Alert, AlertScanProgress
from tests.factories import make_leaves

pytestmark = pytest.mark.engines


def test_workers_that_look_at_once_raise_each_alert_once(fresh_database: str) -> None:
    people = [Actor(f"p-person{number}", Role.LEAD) for number in range(8)]
    with transaction.atomic():
        for person in people:
            for _ in range(6):
                audit.append(accounts.REFUSED, person, data={"method": "GET", "route": "operations"})
        make_leaves()
    leaves = TreeLeaf.objects.count()

    def scan(_: int) -> int:
        try:
            return services.scan_for_alerts(20, batch=7)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        raised = sum(pool.map(scan, range(4)))
    while services.scan_for_alerts(20, batch=7):
        pass
    assert Alert.objects.count() == len(people)
    assert raised <= len(people)
    assert LogEntry.objects.filter(action="alert.raised").count() == len(people)
    assert AlertScanProgress.objects.get().position == leaves
    assert set(Alert.objects.values_list("measured", flat=True)) == {6}
