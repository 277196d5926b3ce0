"""What a lead reads of a task: the reviewers' labels side by side, on one scale."""

from itertools import pairwise
from typing import Any

from annotations.redaction.models import Rendition

from . import selectors
from .body import Event, Track
from .enums import AssignmentState
from .models import Annotation, ReviewTask
from .schema import Labels, name_of

# The width of the timelines' drawing, in its own units.
SCALE = 1000


def present(task: ReviewTask) -> dict[str, Any]:
    """Facts and labels of a task."""
    annotations = list(selectors.annotations_of([task.pk]))
    sides = [_side(annotation) for annotation in annotations]
    return {
        "task": task,
        "sides": sides,
        "agree": len({side["verdict_code"] for side in sides}) <= 1,
        "decisions": task.adjudications.select_related("annotation__assignment__reviewer").order_by(
            "-decided_at"
        ),
        "scale": SCALE,
    }


def summaries(tasks: list[ReviewTask]) -> list[dict[str, Any]]:
    """One line per task for the list: the verdicts in short, and whether they differ."""
    verdicts: dict[Any, list[str]] = {task.pk: [] for task in tasks}
    for annotation in selectors.annotations_of([task.pk for task in tasks]):
        name = name_of(annotation.schema.labels["verdicts"], annotation.body["verdict"])
        verdicts[annotation.assignment.task_id].append(name)
    return [
        {"task": task, "verdicts": verdicts[task.pk], "agree": len(set(verdicts[task.pk])) <= 1}
        for task in tasks
    ]


def _side(annotation: Annotation) -> dict[str, Any]:
    labels: Labels = annotation.schema.labels
    body, rendition = annotation.body, annotation.rendition
    assignment = annotation.assignment
    return {
        "annotation": annotation,
        "number": assignment.number,
        "reviewer": assignment.reviewer.pseudonym if assignment.reviewer else "",
        "state": assignment.get_state_display(),
        "open": assignment.state == AssignmentState.SUBMITTED,
        "verdict": name_of(labels["verdicts"], body["verdict"]),
        "verdict_code": body["verdict"],
        "events": [_event(event, labels, rendition) for event in body["events"]],
        "tracks": [_track(track, labels, rendition) for track in body["tracks"]],
        "note": body["note"],
    }


def _event(event: Event, labels: Labels, rendition: Rendition) -> dict[str, Any]:
    return {
        "name": name_of(labels["events"], event["label"]),
        "id": event["id"],
        **_span(event["start"], event["end"], rendition),
    }


def _track(track: Track, labels: Labels, rendition: Rendition) -> dict[str, Any]:
    last = rendition.frames - 1
    ends = [*track["keyframes"], None]
    visible = [
        (left["frame"], right["frame"] - 1 if right else last)
        for left, right in pairwise(ends)
        if left is not None and not left["outside"]
    ]
    start = visible[0][0] if visible else track["keyframes"][0]["frame"]
    end = visible[-1][1] if visible else start
    return {
        "name": name_of(labels["tracks"], track["label"]),
        "id": track["id"],
        "keyframes": len(track["keyframes"]),
        "bars": [_span(first, final, rendition) for first, final in visible],
        **_span(start, end, rendition),
    }


def _span(first: int, last: int, rendition: Rendition) -> dict[str, Any]:
    """Frames `first` to `last` as seconds of the original and as a bar of the drawing."""
    times, frames = rendition.presentation_times, rendition.frames
    x = SCALE * first / frames
    return {
        "from": times[first],
        "to": times[last],
        "seek": (first + 0.5)
        / rendition.frame_rate,  # the middle of the frame: its edge may show the one before
        "x": round(x, 1),
        "width": round(max(SCALE * (last + 1) / frames - x, 2), 1),
    }
