"""Who acts. The log copies this; it never refers to a row that may change or go."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Actor:
    """`pseudonym` is random and stays the same for one person; `role` is the one that they acted in."""

    pseudonym: str
    role: str


WORKER = Actor("system-worker", "worker")
SEQUENCER = Actor("system-sequencer", "worker")
ANONYMOUS = Actor("anonymous", "anonymous")
COMMAND_LINE = Actor("system-command", "operator")
