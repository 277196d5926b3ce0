"""`kill -9` of whoever looks through the log, at any time: no alert is lost, none doubled, nothing counted twice."""

import contextlib
import random
import time
from collections import Counter

import pytest
from django.db import transaction

from annotations.accounts import log as accounts
from annotations.accounts.enums import Role
from annotations.audit import services as audit
from annotations.audit.actors import Actor
from annotations.audit.models import LogEntry, TreeLeaf
from annotations.core import ids
from annotations.oversight import services
from annotations.oversight.enums import AlertKind
from annotations.oversight.models import Alert, AlertScanProgress, ViewingTally
from annotations.redaction import log as redaction
from tests.engines.forked import forked
from tests.factories import make_leaves

KILLS, PEOPLE, ACTS = 30, 40, 6

pytestmark = [pytest.mark.engines, pytest.mark.slow, pytest.mark.timeout(300)]


def scan_slowly() -> None:
    """In parcels that divide what belongs together, again and again, until it is killed."""
    while True:
        services.scan_for_alerts(60, batch=7)
        time.sleep(0.01)


def test_killed_at_any_time_nothing_is_lost_or_counted_twice(fresh_database: str) -> None:
    chance = random.Random(7)
    officer = Actor("p-officer2", Role.PRIVACY_OFFICER)
    for kind in AlertKind.values:
        values = {"views_an_hour": ACTS - 1} if kind == AlertKind.VOLUME else {}
        on = kind in {AlertKind.VOLUME, AlertKind.REFUSALS}
        services.change_alert_rule(kind, values, enabled=on, version=0, actor=officer)
    people = [Actor(f"p-person{number:02}", Role.CONTRACTOR) for number in range(PEOPLE)]
    acts = [person for person in people for _ in range(ACTS)]
    chance.shuffle(acts)
    with transaction.atomic():
        for person in acts:
            audit.append(accounts.REFUSED, person, data={"method": "GET", "route": "operations"})
            audit.append(
                redaction.GRANTED,
                person,
                clip=ids.random_id(),
                purpose="labeling",
                data={"rendition": str(ids.random_id()), "seconds": 60},
            )
        make_leaves()
    leaves, killed_midway = TreeLeaf.objects.count(), 0
    for _ in range(KILLS):
        process = forked(scan_slowly)
        process.join(chance.random() * 0.4)
        process.kill()
        process.join()
        with contextlib.suppress(AlertScanProgress.DoesNotExist):
            killed_midway += AlertScanProgress.objects.get().position < leaves
    while services.scan_for_alerts():
        pass
    assert killed_midway
    assert AlertScanProgress.objects.get().position == leaves
    kinds = Counter(Alert.objects.values_list("kind", "measured"))
    assert kinds == {(kind, ACTS): PEOPLE for kind in (AlertKind.VOLUME, AlertKind.REFUSALS)}
    assert LogEntry.objects.filter(action="alert.raised").count() == 2 * PEOPLE
    assert set(ViewingTally.objects.values_list("views", flat=True)) == {ACTS}
