"""The life of a stage run, as `runs` moves it."""

from annotations.core.models import RunState
from annotations.core.transitions import Transition, TransitionTable
from annotations.core.who import THE_SITE

RUNS = TransitionTable(
    "run",
    initial=[RunState.QUEUED],
    final=[RunState.DONE, RunState.FAILED],
    transitions=[
        Transition(RunState.QUEUED, "claim", RunState.RUNNING, THE_SITE),
        Transition(RunState.RUNNING, "claim after the lease", RunState.RUNNING, THE_SITE),
        Transition(RunState.RUNNING, "release", RunState.QUEUED, THE_SITE),
        Transition(RunState.RUNNING, "finish", RunState.DONE, THE_SITE),
        Transition(RunState.RUNNING, "give up", RunState.FAILED, THE_SITE),
    ],
)
