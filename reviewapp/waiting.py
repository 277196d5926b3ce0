"""Tasks that wait while nothing is served (`reviewapp.readiness`)."""

from typing import Any

from celery import Task
from celery.exceptions import Ignore

from reviewapp.readiness import why_nothing_is_served

# What is done nevertheless: it hands nothing of clips out, and hides nothing anew. The program that may call out has no
# journal; what it sends is handed to it by tasks that wait.
DONE_ANYWAY = frozenset(
    {
        "reviewapp.replay_journal",
        "audit.finish_erasures",
        "audit.anchor",
        "oversight.anchor_log",
        "outgoing.send",
    }
)


class ReadyTask(Task):  # type: ignore[type-arg]
    """A task that a worker lets go while nothing is served: rows are the truth, and sweeps wake it again afterwards."""

    def before_start(self, task_id: str, args: Any, kwargs: Any) -> None:
        if self.name not in DONE_ANYWAY and why_nothing_is_served():
            raise Ignore
