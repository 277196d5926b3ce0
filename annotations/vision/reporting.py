"""The parts of a report that a whole pass and a repair have in common."""

from dataclasses import asdict, replace
from typing import cast

from annotations.vision.content import ContentModel
from annotations.vision.faces import FaceDetector
from annotations.vision.heads import PeopleDetector
from annotations.vision.job import Job
from annotations.vision.report import FACE, ModelReport, SourceReport, TrackReport
from annotations.vision.second_opinion import SecondModel
from annotations.vision.tracking import Track
from annotations.vision.video.probe import Probe


def source_report(facts: Probe, *, frames: int, constant_rate: bool) -> SourceReport:
    """The facts of a clip as probed, but for what only decoding tells."""
    undecodable = facts.undecodable + max(0, facts.frames - frames)
    decoded = replace(facts, frames=frames, constant_rate=constant_rate, undecodable=undecodable)
    return cast(SourceReport, asdict(decoded))


def model_report(model: FaceDetector | PeopleDetector | ContentModel | SecondModel, role: str) -> ModelReport:
    """A file that was run in 8 bits is another model than the file itself: its boxes and scores differ a little."""
    name = f"{model.name}-int8" if getattr(model, "rounded", False) else model.name
    return ModelReport(name=name, sha256=model.sha256, role=role)


def models_report(job: Job) -> list[ModelReport]:
    """Every model that a job uses, by what it is used for."""
    return [
        model_report(job.detector, "face"),
        *([model_report(job.people, "person")] if job.people is not None else []),
        *(model_report(model, "content") for model in job.screeners),
        *(model_report(opinion.model, "opinion") for opinion in job.opinions),
    ]


def track_report(track: Track, number: int, source: str, kind: str = FACE) -> TrackReport:
    """A track under this number; `source` is "detector" or "person"."""
    boxes = {str(frame): [round(value, 2) for value in box] for frame, box in track.boxes.items()}
    return TrackReport(id=number, boxes=boxes, score=round(track.score, 4), source=source, kind=kind)
