"""The flow as a whole: every event has its tasks, every task exists and has its sweep."""

import datetime
import importlib
import inspect
import pkgutil
from types import ModuleType

import pytest

import annotations
from annotations.core.events import publish
from annotations.core.models import Outbox
from reviewapp import dispatch
from reviewapp.celery import app
from reviewapp.pipeline import DELIVERIES, SWEEPS
from reviewapp.settings import base


def event_modules() -> list[ModuleType]:
    contexts = [module.name for module in pkgutil.iter_modules(annotations.__path__) if module.name != "core"]
    names = [f"annotations.{context}.events" for context in contexts]
    return [importlib.import_module(name) for name in names if importlib.util.find_spec(name)]


def test_every_event_that_a_context_declares_is_delivered() -> None:
    declared = {
        value
        for module in event_modules()
        for name, value in vars(module).items()
        if name.isupper() and isinstance(value, str) and "." in value
    }
    assert declared == set(DELIVERIES)


def test_every_task_exists_with_the_arguments_that_it_is_sent() -> None:
    app.loader.import_default_modules()
    for sweep in SWEEPS:
        assert list(inspect.signature(app.tasks[sweep.task].run).parameters) == [sweep.argument]
    for entry in base.CELERY_BEAT_SCHEDULE.values():
        assert entry["task"] in app.tasks


def test_every_delivered_task_has_a_sweep() -> None:
    delivered = {task for tasks in DELIVERIES.values() for task in tasks}
    assert delivered == {sweep.task for sweep in SWEEPS}


@pytest.mark.django_db
def test_the_selectors_of_all_sweeps_are_valid_queries() -> None:
    for sweep in SWEEPS:
        assert list(sweep.rows(datetime.timedelta(0))[:1]) == []


@pytest.mark.django_db
def test_events_are_delivered_once_marked_and_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[tuple[str, dict[str, str]]] = []
    monkeypatch.setattr(app, "send_task", lambda name, kwargs, **_: sent.append((name, kwargs)))
    publish("redaction.requested", run="1")
    publish("redaction.requested", run="2")
    assert dispatch.deliver_events() == 2
    assert sent == [("redaction.redact", {"run": "1"}), ("redaction.redact", {"run": "2"})]
    assert dispatch.deliver_events() == 0


@pytest.mark.django_db
def test_an_event_stays_undelivered_when_the_broker_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*arguments: object, **options: object) -> None:
        raise ConnectionError("no broker")

    monkeypatch.setattr(app, "send_task", away)
    publish("redaction.requested", run="1")
    with pytest.raises(ConnectionError):
        dispatch.deliver_events()
    assert Outbox.objects.filter(delivered_at=None).count() == 1


@pytest.mark.engines
def test_events_belong_to_a_transaction(fresh_database: str) -> None:
    with pytest.raises(RuntimeError, match="transaction"):
        publish("redaction.requested", run="1")
