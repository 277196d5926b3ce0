"""What the API answers about the machine pass."""

from typing import Literal, TypedDict


class ProgressAnswer(TypedDict):
    """How far a clip is (`redaction.progress.Progress`)."""

    id: str
    state: Literal["waiting", "running", "done", "held", "rejected"]
    stage: str
    percent: int
    code: str
