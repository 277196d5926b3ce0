"""The figures of *Operations* for programs that watch the site, in the text format of Prometheus (version 0.0.4)."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from annotations.accounts.selectors import keys_ending_soon
from annotations.audit.integrity.status import integrity
from annotations.clips.intake import has_second_opinion
from annotations.clips.models import Clip
from annotations.core import clock
from annotations.core.models import Outbox, RunState
from annotations.redaction.models import RedactionRun
from reviewapp.operations import held_by_reason, stuck

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True)
class Gauge:
    """A figure that goes up and down; `by` names the label of its values, if there are several."""

    name: str
    means: str
    value: float = 0
    by: str = ""
    values: dict[str, int] = field(default_factory=dict)

    def lines(self) -> Iterator[str]:
        name = f"clip_review_{self.name}"
        yield f"# HELP {name} {self.means}"
        yield f"# TYPE {name} gauge"
        if not self.by:
            yield f"{name} {self.value:g}"
        for label, value in self.values.items():
            yield f'{name}{{{self.by}="{label}"}} {value}'


class Metrics(APIView):
    """`GET`: how the site stands, for programs that watch it. Numbers only, of no clip and no person."""

    @extend_schema(responses={(200, "text/plain"): OpenApiTypes.STR})
    def get(self, request: Request) -> HttpResponse:
        lines = [line for gauge in _gauges() for line in gauge.lines()]
        return HttpResponse("\n".join([*lines, ""]), content_type=CONTENT_TYPE)


def _gauges() -> Iterator[Gauge]:
    runs, log = RedactionRun.objects, integrity()
    yield Gauge("clips", "Clips that are known.", Clip.objects.count())
    yield Gauge(
        "clips_held", "Clips that are not in the queue, by reason.", by="reason", values=held_by_reason()
    )
    yield Gauge("runs_waiting", "Machine passes that wait.", runs.filter(state=RunState.QUEUED).count())
    yield Gauge("runs_going", "Machine passes that go on.", runs.filter(state=RunState.RUNNING).count())
    yield Gauge("runs_to_decide", "Machine passes that need a decision of an operator.", stuck().count())
    yield Gauge("events_waiting", "Events to deliver.", Outbox.objects.filter(delivered_at=None).count())
    yield Gauge("log_entries_waiting", "Entries of the log to seal.", log.unsequenced)
    seconds = (clock.now() - log.oldest).total_seconds() if log.oldest else 0
    yield Gauge("log_oldest_waiting_seconds", "How long the oldest of them has waited.", seconds)
    yield Gauge("second_opinion", "1 when a model doubts what the machine pass hid.", has_second_opinion())
    yield Gauge("api_keys_ending", "API keys that end within two weeks.", keys_ending_soon().count())
