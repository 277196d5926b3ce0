from contextlib import suppress

from celery import shared_task

from annotations.audit import journal
from annotations.audit.actors import WORKER
from reviewapp import alarms, dispatch
from reviewapp.backups.replay import NotReplayed, replay


@shared_task(name="reviewapp.deliver_events")
def deliver_events() -> None:
    dispatch.deliver_events()


@shared_task(name="reviewapp.sweep")
def sweep() -> None:
    dispatch.sweep()


@shared_task(name="reviewapp.replay_journal")
def replay_journal() -> None:
    """For what a transaction that did not commit left there, and for a database that was set back under the site."""
    if journal.standing().code == journal.AHEAD:
        with suppress(NotReplayed):  # it has told the program's log which lines, and keeps the site closed
            replay(WORKER)


@shared_task(name="reviewapp.sound_alarms")
def sound_alarms() -> None:
    alarms.sound()


@shared_task(name="reviewapp.prune")
def prune() -> None:
    dispatch.prune()
