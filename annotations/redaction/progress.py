"""How far a clip is on its way through the machine pass, in words that do not change. Reads only."""

import uuid
from dataclasses import dataclass
from typing import Literal

from annotations.accounts.models import User
from annotations.clips.models import Clip
from annotations.core.errors import Missing
from annotations.core.models import RunState
from annotations.redaction.answers import ProgressAnswer
from annotations.redaction.enums import Stage
from annotations.redaction.models import Outcome, RedactionRun
from annotations.vision.errors import VIDEO_ERRORS


@dataclass(frozen=True)
class Progress:
    """`state` is waiting, running, done, held (people look after it) or rejected (the file cannot be read).

    `stage` is the pass's own (`enums.Stage`) and `percent` how much of it is done; `code` says why a clip
    is held or rejected.
    """

    id: str
    state: Literal["waiting", "running", "done", "held", "rejected"]
    stage: str = ""
    percent: int = 0
    code: str = ""

    def as_dict(self) -> ProgressAnswer:
        return {
            "id": self.id,
            "state": self.state,
            "stage": self.stage,
            "percent": self.percent,
            "code": self.code,
        }


def progress_of(public_id: uuid.UUID, submitter: User | None = None) -> Progress:
    """The progress of a clip. Missing when it does not exist or is not by this `submitter`; None stands for any."""
    clips = Clip.objects.filter(public_id=public_id)
    if submitter:
        clips = clips.filter(submitter=submitter)
    clip = clips.first()
    if clip is None:
        raise Missing("not_found", "There is no such clip among yours.")
    run = RedactionRun.objects.filter(clip=clip).order_by("-created_at", "-id").first()
    return _told(str(public_id), run)


def _told(name: str, run: RedactionRun | None) -> Progress:
    if run is None or run.state == RunState.QUEUED:
        return Progress(name, "waiting")
    if run.state == RunState.RUNNING:
        return Progress(name, "running", run.stage or Stage.START.value, run.progress)
    if run.state == RunState.DONE and run.outcome == Outcome.VERIFIED:
        return Progress(name, "done", percent=100)
    if run.state == RunState.DONE:
        return Progress(name, "held", run.stage, 100, "redaction_unverified")
    rejected = run.failure_code in VIDEO_ERRORS
    return Progress(name, "rejected" if rejected else "held", run.stage, run.progress, run.failure_code)
