"""The Celery application. Workers run `celery -A reviewapp worker`, beat runs `celery -A reviewapp beat`."""

import os
from typing import Any

from celery import Celery
from celery.signals import task_postrun, task_prerun

from annotations.core import causes

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reviewapp.settings.production")

# By its name: it is imported with the first task, when there are models.
app = Celery("reviewapp", task_cls="reviewapp.waiting:ReadyTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@task_prerun.connect
def _begin(task_id: str, task: Any, **_: Any) -> None:
    """What the task writes names the request or the event that it goes back to, or else the task itself."""
    causes.begin(task.request.get(causes.MESSAGE_HEADER) or task_id)


@task_postrun.connect
def _end(**_: Any) -> None:
    causes.end()
