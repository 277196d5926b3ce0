"""How long somebody who reveals a flagged clip waits until the log has sealed that, in a process with Django's
settings; `log_acts.py --act reveal` starts it.

python -m benchmarks.log_reveals CLIENTS REVEALS

Each reveal is the whole request, as the site answers it: the entry, its checkpoint, the address of the bytes. First
with nothing else going on, then while so many clients label without pause, then without a sequencer.
"""

import json
import multiprocessing
import random
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import c_int
from typing import Any

import django

django.setup()

from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402

from annotations.accounts import services as accounts  # noqa: E402
from annotations.accounts.enums import Role  # noqa: E402
from annotations.audit.actors import COMMAND_LINE  # noqa: E402
from annotations.audit.models import Checkpoint  # noqa: E402
from annotations.clips.models import Clip  # noqa: E402
from annotations.moderation import services as moderation  # noqa: E402
from benchmarks.log_act_clients import STOP, client, sequencer  # noqa: E402
from benchmarks.queue_data import make_reviewer, prepare  # noqa: E402

CLIPS = 20_000
# So that reveals fall at any moment of the sequencer's own pace.
PAUSE_SECONDS = 0.4


def reveal(lead: Client, address: str) -> tuple[float, Any]:
    """Seconds, and the answer."""
    begun = time.perf_counter()
    answer = lead.post(address, HTTP_HOST="127.0.0.1")
    return time.perf_counter() - begun, answer


def waits(lead: Client, address: str, times: int) -> dict[str, float]:
    """Percentiles of so many reveals."""
    chance, taken = random.Random(1), []  # noqa: S311
    for _ in range(times):
        time.sleep(chance.random() * PAUSE_SECONDS)
        seconds, answer = reveal(lead, address)
        if answer.status_code != 200:
            raise SystemExit(f"A reveal was answered {answer.status_code}: {answer.content[:200]!r}")
        taken.append(seconds)
    cuts = statistics.quantiles(taken, n=100, method="inclusive")
    return {"p50_s": round(cuts[49], 3), "p99_s": round(cuts[98], 3), "longest_s": round(max(taken), 3)}


@contextmanager
def labelling(clients: int) -> Iterator[None]:
    """So many processes label without pause."""
    context = multiprocessing.get_context("spawn")
    turn, ready, results = context.Value(c_int, 1), context.Semaphore(0), context.Queue()
    processes = [
        context.Process(target=client, args=("label", number, turn, ready, results))
        for number in range(clients)
    ]
    for process in processes:
        process.start()
    for _ in processes:  # each has to load the site first
        ready.acquire()
    try:
        yield
    finally:
        turn.value = STOP
        for _ in processes:
            results.get(timeout=60)
        for process in processes:
            process.join()


def measure(clients: int, reveals: int) -> dict[str, Any]:
    prepare(CLIPS, 1, [])
    for number in range(clients):
        make_reviewer(f"client-{number}")
    lead = Client()
    lead.force_login(accounts.create_user(COMMAND_LINE, "lead", None, Role.LEAD))
    clip = Clip.objects.order_by("-pk")[0]
    address = reverse("moderation:reveal", args=[moderation.flag(clip, "violence", COMMAND_LINE).pk])
    with sequencer():
        while not Checkpoint.objects.exists():
            time.sleep(0.1)
        idle = waits(lead, address, reveals)
        with labelling(clients):
            busy = waits(lead, address, reveals)
    seconds, refused = reveal(lead, address)
    said = {"status": refused.status_code, "code": refused.json()["code"], "after_s": round(seconds, 1)}
    return {"reveals": reveals, "idle": idle, "while_clients_label": busy, "without_a_sequencer": said}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure(int(sys.argv[1]), int(sys.argv[2]))))
