"""The clients of log_acts.py, in processes with Django's settings.

python -m benchmarks.log_act_clients label|hold|extend CLIENTS PAIRS
"""

import contextlib
import json
import multiprocessing
import statistics
import subprocess
import sys
import threading
import time
import uuid
from bisect import bisect_right
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ctypes import c_int
from typing import Any

import django
from django.db import connections

django.setup()

from annotations.accounts.models import User  # noqa: E402
from annotations.audit import services as audit  # noqa: E402
from annotations.audit.actors import COMMAND_LINE  # noqa: E402
from annotations.audit.models import Checkpoint, LogEntry, TreeLeaf  # noqa: E402
from annotations.clips import services as clips  # noqa: E402
from annotations.clips.enums import HoldReason  # noqa: E402
from annotations.clips.models import Clip  # noqa: E402
from annotations.review import services as review  # noqa: E402
from benchmarks.queue_data import FRAMES, make_reviewer, prepare  # noqa: E402

TURN_SECONDS = 2.0
CLIPS = 6_000
STOP = -1
LABELS = {
    "verdict": "threat",
    "events": [{"id": "e1", "label": "person_arrives", "start": 0, "end": FRAMES - 1}],
    "tracks": [
        {
            "id": "t1",
            "label": "person",
            "keyframes": [
                {"frame": frame, "box": [300.0, 180.0, 300.0, 240.0], "outside": False, "occluded": False}
                for frame in (0, FRAMES // 2, FRAMES - 1)
            ],
        }
    ],
    "note": "",
}


def label(user: User, number: int) -> Callable[[], None]:
    """Claims the next clip and hands its labels in: two acts, two transactions."""

    def act() -> None:
        assignment = review.next_clip(user)
        if assignment is None:
            raise SystemExit("The queue is empty: make CLIPS larger.")
        review.submit(user, assignment.public_id, LABELS)

    return act


def hold(user: User, number: int) -> Callable[[], None]:
    """Places a hold on a clip and lifts it again: two acts with an entry and an event each."""
    clip = Clip.objects.order_by("pk")[number]

    def act() -> None:
        clips.place(clip, HoldReason.LEGAL, COMMAND_LINE)
        clips.release_hold(clip, HoldReason.LEGAL, COMMAND_LINE)

    return act


def extend(user: User, number: int) -> Callable[[], None]:
    """Extends the lease of a clip in hand: the lightest act that there is."""
    held = review.next_clip(user)
    if held is None:
        raise SystemExit("There is no clip to hold.")
    public_id = held.public_id

    def act() -> None:
        review.extend(user, public_id)

    return act


ACTS = {"label": label, "hold": hold, "extend": extend}


def client(kind: str, number: int, turn: Any, ready: Any, results: Any) -> None:
    """Acts until told to stop. Odd turns are with entries, even ones without; an act counts where it began."""
    act = ACTS[kind](User.objects.get(username=f"client-{number}"), number)
    done: dict[int, list[float]] = {}
    entries: list[tuple[str, float]] = []
    written: list[uuid.UUID] = []
    append = audit.append

    def noting(*arguments: Any, **named: Any) -> LogEntry:
        entry = append(*arguments, **named)
        written.append(entry.pk)
        return entry

    def nothing(*arguments: Any, **named: Any) -> LogEntry:
        return LogEntry()

    ready.release()
    while (now := turn.value) != STOP:
        audit.append = noting if now % 2 else nothing
        begun = time.perf_counter()
        act()
        done.setdefault(now, []).append(time.perf_counter() - begun)
        committed = time.time()
        entries += ((str(pk), committed) for pk in written)
        written.clear()
    results.put((done, entries))


@contextmanager
def sequencer() -> Iterator[None]:
    process = subprocess.Popen([sys.executable, "manage.py", "sequence"], stderr=sys.stderr)
    try:
        yield
    finally:
        process.terminate()
        process.wait(20)


class CheckpointPoller(threading.Thread):
    """Notes when each checkpoint can first be read."""

    def __init__(self) -> None:
        super().__init__()
        self.sizes: list[int] = []
        self.seen: list[float] = []
        self.stopped = threading.Event()

    def run(self) -> None:
        while not self.stopped.wait(0.01):
            size = Checkpoint.objects.order_by("-size").values_list("size", flat=True).first() or 0
            if size and (not self.sizes or size > self.sizes[-1]):
                self.sizes.append(size)
                self.seen.append(time.time())
        connections.close_all()


def measure(kind: str, clients: int, pairs: int) -> dict[str, Any]:
    prepare(CLIPS, 1, [])
    for number in range(clients):
        make_reviewer(f"client-{number}")
    context = multiprocessing.get_context("spawn")
    turn, ready, results = context.Value(c_int, 0), context.Semaphore(0), context.Queue()
    poller = CheckpointPoller()
    with sequencer():
        while not Checkpoint.objects.exists():
            time.sleep(0.1)
        poller.start()
        processes = [
            context.Process(target=client, args=(kind, number, turn, ready, results))
            for number in range(clients)
        ]
        for process in processes:
            process.start()
        for _ in processes:  # each has to load the site first
            ready.acquire()
        for now in range(1, 2 * pairs + 1):
            turn.value = now
            time.sleep(TURN_SECONDS)
        turn.value = STOP
        found = [results.get(timeout=60) for _ in processes]
        for process in processes:
            process.join()
        time.sleep(5)
        poller.stopped.set()
        poller.join()
    return {**rates(found, pairs), **latencies(found, poller)}


def rates(found: list[tuple[dict[int, list[float]], list[Any]]], pairs: int) -> dict[str, Any]:
    """Acts a second of all clients together, with and without entries, and the ratio of each pair of turns."""

    def rate(turns: range) -> float:
        taken = [seconds for done, _ in found for now in turns for seconds in done.get(now, [])]
        return len(found) * len(taken) / sum(taken) if taken else 0.0

    turns = range(1, 2 * pairs + 1)
    each = [rate(turns[n : n + 1]) for n in range(len(turns))]
    ratios = [a / b for a, b in zip(each[0::2], each[1::2], strict=True) if b]
    with_entries, alone = rate(turns[0::2]), rate(turns[1::2])
    return {
        "acts_per_s_with_entry": round(with_entries, 1),
        "acts_per_s_alone": round(alone, 1),
        "ratio": round(with_entries / alone, 3),
        "quartiles_of_pairs": [round(cut, 3) for cut in statistics.quantiles(ratios, n=4)],
    }


def latencies(found: list[tuple[Any, list[tuple[str, float]]]], poller: CheckpointPoller) -> dict[str, Any]:
    """From an act's commit, as its client saw it, to the moment when a signed checkpoint over it could be read."""
    committed = dict(pair for _, entries in found for pair in entries)
    waited = []
    for index, entry in TreeLeaf.objects.values_list("index", "entry").iterator():
        if str(entry) in committed:
            covering = bisect_right(poller.sizes, index)
            with contextlib.suppress(IndexError):
                waited.append(poller.seen[covering] - committed[str(entry)])
    cuts = statistics.quantiles(waited, n=1000, method="inclusive")
    return {
        "entries": len(committed),
        "sealed": len(waited),
        "commit_to_checkpoint_s": {
            name: round(cuts[n], 3) for name, n in (("p50", 499), ("p99", 989), ("p99.9", 998))
        },
        "checkpoints": len(poller.sizes),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))))
