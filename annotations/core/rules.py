"""The life of a stage run, as `runs` moves it."""

from annotations.core.models import RunState
from annotations.core.transitions import Transition, TransitionTable

RUNS = TransitionTable(
    "run",
    initial=[RunState.QUEUED],
    final=[RunState.DONE, RunState.FAILED],
    transitions=[
        Transition(RunState.QUEUED, "claim", RunState.RUNNING, "worker"),
        Transition(RunState.RUNNING, "claim", RunState.RUNNING, "worker after the lease"),
        Transition(RunState.RUNNING, "release", RunState.QUEUED, "worker"),
        Transition(RunState.RUNNING, "finish", RunState.DONE, "worker"),
        Transition(RunState.RUNNING, "give up", RunState.FAILED, "worker"),
    ],
)
