"""What a lead reads of a task: the reviewers' labels side by side, on one scale."""

from itertools import pairwise
from typing import Any

from django.urls import reverse

from annotations.clips import gate
from annotations.clips.enums import Purpose
from annotations.redaction.models import Rendition
from annotations.review import selectors
from annotations.review.body import Event, Track, in_words
from annotations.review.enums import AssignmentState, TaskState
from annotations.review.models import Annotation, ReviewTask
from annotations.review.schema import Labels, name_of
from annotations.review.sealed_words import notes_of

# The width of the timelines' drawing, in its own units.
SCALE = 1000


def present(task: ReviewTask) -> dict[str, Any]:
    """Facts and labels of a task. Of a held clip nothing is told but that it is held."""
    rendition = Rendition.objects.select_related("run").filter(clip=task.clip_id, current=True).first()
    viewable = rendition is not None and gate.allows(task.clip_id, Purpose.LABELING)
    annotations = list(selectors.annotations_of([task.pk])) if viewable else []
    notes = notes_of(annotations)
    sides = [_side(annotation, notes[annotation.pk].text) for annotation in annotations]
    decisions = task.adjudications.select_related("annotation__assignment__clip").order_by("-decided_at")
    return {
        "player": _player(task, rendition, annotations) if rendition and viewable else None,
        "settling": task.state == TaskState.SETTLING and viewable,
        "unwanted": task.state == TaskState.OPEN and not selectors.in_hands(task),
        "skips": selectors.skips([task.pk]).get(task.pk, 0),
        "task": task,
        "sides": sides,
        "agree": len({side["verdict_code"] for side in sides}) <= 1,
        "decisions": selectors.returned_with(decisions) if viewable else None,
        "scale": SCALE,
    }


def summaries(tasks: list[ReviewTask]) -> list[dict[str, Any]]:
    """One line per task for the list: the verdicts, whether they differ, how many people skipped it."""
    verdicts: dict[Any, list[str]] = {task.pk: [] for task in tasks}
    skips = selectors.skips(list(verdicts))
    for annotation in selectors.annotations_of(list(verdicts)):
        name = name_of(annotation.schema.labels["verdicts"], annotation.body["verdict"])
        verdicts[annotation.assignment.task_id].append(name)
    return [
        {
            "task": task,
            "verdicts": verdicts[task.pk],
            "agree": len(set(verdicts[task.pk])) <= 1,
            "skips": skips.get(task.pk, 0),
        }
        for task in tasks
    ]


def _player(task: ReviewTask, rendition: Rendition, annotations: list[Annotation]) -> dict[str, Any]:
    """What the page's script needs to show the clip with everybody's boxes on it."""
    return {
        "scale": SCALE,
        "clip": {
            "width": rendition.width,
            "height": rendition.height,
            "frame_rate": rendition.frame_rate,
            "frames": rendition.frames,
            "presentation_times": rendition.presentation_times,
            "zones": rendition.run.camera.get("zones", []),
        },
        "sides": [
            {"number": annotation.assignment.number, "tracks": annotation.body["tracks"]}
            for annotation in annotations
        ],
        "urls": {
            name: reverse(f"review:task_{name}", args=[task.public_id]) for name in ("media_token", "watched")
        },
    }


def _side(annotation: Annotation, note: str) -> dict[str, Any]:
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
        "note": note,
    }


def _event(event: Event, labels: Labels, rendition: Rendition) -> dict[str, Any]:
    return {
        "name": name_of(labels["events"], event["label"]),
        "id": event["id"],
        "attributes": in_words(Event, event),
        **_span(event["start"], event["end"], rendition),
    }


def _track(track: Track, labels: Labels, rendition: Rendition) -> dict[str, Any]:
    last = rendition.frames - 1
    visible: list[tuple[int, int]] = []
    for left, right in pairwise([*track["keyframes"], None]):
        if left is None or left["outside"]:
            continue
        span = (left["frame"], right["frame"] - 1 if right else last)
        if visible and visible[-1][1] + 1 == span[0]:
            span = (visible.pop()[0], span[1])
        visible.append(span)
    start = visible[0][0] if visible else track["keyframes"][0]["frame"]
    end = visible[-1][1] if visible else start
    return {
        "name": name_of(labels["tracks"], track["label"]),
        "id": track["id"],
        "attributes": in_words(Track, track),
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
        "frame": first,
        "x": round(x, 1),
        "width": round(max(SCALE * (last + 1) / frames - x, 2), 1),
    }
