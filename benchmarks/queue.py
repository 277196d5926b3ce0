"""How fast the review queue hands out clips and takes labels, over HTTP, printed as one JSON object.

    python benchmarks/queue.py --reviewers 20 --tasks 1000 [--wanted 2] [--think 5] [--database postgresql]
    python benchmarks/queue.py --reviewers 20 --base-url https://review.example --accounts FILE [--tasks 1000]

Without ``--base-url`` it makes a site of its own in a temporary folder, with accounts and queued clips, and serves it
by gunicorn as ``./workbench up`` does. With it, FILE has a line ``username:password`` for each reviewer, and the
labels go to that site's clips: use one that is made for it.

Each reviewer signs in through the form, then until the queue is empty (or ``--tasks`` labels were handed in) claims
the next clip, asks for its media token, saves a draft and hands in labels. Without ``--think`` nobody pauses, which
measures how much the site takes at most; with it, what reviewers who look at clips have to wait for. A *double
hand-out* is a clip given to more people than wanted, or twice to one.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# Run as a script, Python looks into this folder first, and would take this file for its own module `queue`.
sys.path[:] = [str(ROOT), *(entry for entry in sys.path if Path(entry).resolve() != ROOT / "benchmarks")]

import argparse  # noqa: E402
import http.client  # noqa: E402
import json  # noqa: E402
import random  # noqa: E402
import re  # noqa: E402
import statistics  # noqa: E402
import threading  # noqa: E402
import time  # noqa: E402
from collections import Counter, defaultdict  # noqa: E402
from contextlib import nullcontext  # noqa: E402
from dataclasses import dataclass, field  # noqa: E402
from http.cookies import SimpleCookie  # noqa: E402
from typing import Any  # noqa: E402
from urllib.parse import urlencode, urlsplit  # noqa: E402

from benchmarks.queue_site import Site  # noqa: E402

_HIDDEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


@dataclass
class Tally:
    """What all reviewers measured and were given."""

    tasks: int
    think: float
    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    handed: set[tuple[str, str, str]] = field(default_factory=set)  # assignment, clip, reviewer
    submitted: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def timed(self, name: str, seconds: float) -> None:
        with self.lock:
            self.seconds[name].append(seconds)

    def take(self) -> bool:
        """Whether there is another label to make."""
        with self.lock:
            self.tasks -= 1
            return self.tasks >= 0


class Reviewer:
    """A browser's worth of HTTP: one connection, its cookies, the token against forgery."""

    def __init__(self, base: str, username: str, password: str) -> None:
        parts = urlsplit(base)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self.origin = f"{parts.scheme}://{parts.netloc}"
        self.connection = kind(parts.netloc, timeout=60)
        self.username, self.password = username, password
        self.cookies: dict[str, str] = {}

    def sign_in(self) -> None:
        """Through the form, as a person does; RuntimeError when the site refuses."""
        _, page = self.request("GET", "/sign-in/")
        hidden = _HIDDEN.search(page.decode())
        form = {"username": self.username, "password": self.password}
        body = urlencode({**form, "csrfmiddlewaretoken": hidden.group(1) if hidden else ""})
        status, _ = self.request("POST", "/sign-in/", body, "application/x-www-form-urlencoded")
        if status != 302:
            raise RuntimeError(f"{self.username} could not sign in: {status}")
        self.connection.close()  # the server would, while the others sign in; the next request opens it again

    def request(
        self, method: str, path: str, body: str = "", kind: str = "application/json"
    ) -> tuple[int, bytes]:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if method != "GET":
            token = next((value for name, value in self.cookies.items() if "csrf" in name), "")
            headers |= {"Content-Type": kind, "X-CSRFToken": token, "Referer": f"{self.origin}/"}
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        content = response.read()
        for header in response.msg.get_all("Set-Cookie") or []:
            for name, morsel in SimpleCookie(header).items():
                self.cookies[name] = morsel.value
        return response.status, content

    def work(self, tally: Tally) -> None:
        """Labels until there is nothing left; what goes wrong is counted."""
        try:
            self.label(tally)
        except (OSError, http.client.HTTPException) as error:
            with tally.lock:
                tally.errors[type(error).__name__] += 1

    def label(self, tally: Tally) -> None:
        while tally.take():
            status, content = self.call(tally, "claim", "POST", "/api/v1/assignments/claim", {})
            if status != 200:
                return
            page = json.loads(content)
            with tally.lock:
                tally.handed.add((page["id"], page["clip"]["id"], self.username))
            if tally.think:
                self.connection.close()  # as after the sign-in
            time.sleep(tally.think * random.uniform(0.5, 1.5))  # noqa: S311
            body, urls = labels(page), page["urls"]
            self.call(tally, "media_token", "POST", urls["media_token"], {})
            draft = {"revision": page["draft"]["revision"], "body": body}
            self.call(tally, "draft", "PUT", urls["draft"], draft)
            status, _ = self.call(tally, "submit", "POST", urls["submit"], {"body": body})
            if status == 200:
                with tally.lock:
                    tally.submitted += 1

    def call(self, tally: Tally, name: str, method: str, path: str, body: Any) -> tuple[int, bytes]:
        start = time.monotonic()
        status, content = self.request(method, path, json.dumps(body))
        tally.timed(name, time.monotonic() - start)
        if status not in {200, 204}:
            with tally.lock:
                tally.errors[f"{name} {status}"] += 1
        return status, content


def labels(page: dict[str, Any]) -> dict[str, Any]:
    """A verdict, an event and a box through the clip, of the kind that a reviewer makes."""
    clip, schema = page["clip"], page["schema"]
    box = [clip["width"] / 4, clip["height"] / 4, clip["width"] / 4, clip["height"] / 3]
    keyframes = [
        {"frame": frame, "box": box, "outside": False, "occluded": False}
        for frame in sorted({0, clip["frames"] // 2, clip["frames"] - 1})
    ]
    return {
        "verdict": schema["verdicts"][0]["code"],
        "events": [{"id": "e1", "label": schema["events"][0]["code"], "start": 0, "end": clip["frames"] - 1}],
        "tracks": [{"id": "t1", "label": schema["tracks"][0]["code"], "keyframes": keyframes}],
        "note": "",
    }


def double_hand_outs(handed: set[tuple[str, str, str]], wanted: int) -> int:
    """Hand-outs beyond what a clip may have: more people than wanted, or one person with two assignments."""
    people = Counter(clip for _, clip, _ in handed)
    pairs = Counter((clip, person) for _, clip, person in handed)
    return sum(max(0, count - wanted) for count in people.values()) + sum(n - 1 for n in pairs.values())


def milliseconds(seconds: list[float]) -> dict[str, float]:
    """Percentiles of a list of durations."""
    if len(seconds) < 2:
        return {"count": len(seconds)}
    cuts = statistics.quantiles(seconds, n=100, method="inclusive")
    found = {"p50_ms": cuts[49], "p95_ms": cuts[94], "p99_ms": cuts[98], "max_ms": max(seconds)}
    return {"count": len(seconds), **{name: round(value * 1000, 1) for name, value in found.items()}}


def measure(base: str, accounts: list[tuple[str, str]], tasks: int, think: float) -> tuple[Tally, float]:
    """Everybody signs in, then all label at once; what they saw, and for how many seconds."""
    reviewers = [Reviewer(base, *account) for account in accounts]
    for reviewer in reviewers:
        reviewer.sign_in()
    tally = Tally(tasks, think)
    threads = [threading.Thread(target=reviewer.work, args=(tally,)) for reviewer in reviewers]
    start = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return tally, time.monotonic() - start


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--reviewers", type=int, default=10)
    parser.add_argument("--tasks", type=int, default=500, help="clips in the queue")
    parser.add_argument("--wanted", type=int, default=1, help="reviewers per clip")
    parser.add_argument("--think", type=float, default=0, help="mean seconds spent looking at a clip")
    parser.add_argument("--base-url", help="a running site, instead of one of its own")
    parser.add_argument("--accounts", type=Path, help="username:password per line, for --base-url")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--workers", type=int, default=1, help="processes of the web server of its own")
    parser.add_argument("--threads", type=int, default=12, help="threads of each of these processes")
    options = parser.parse_args()
    if bool(options.base_url) != bool(options.accounts):
        parser.error("--base-url and --accounts go together")
    site = None if options.base_url else Site(options)
    with site or nullcontext():
        accounts = site.accounts if site else _accounts(options.accounts)[: options.reviewers]
        tally, seconds = measure(
            options.base_url or (site.address if site else ""),
            accounts,
            # A queue of its own is worked through to its end; on a running site only so many labels are made.
            sys.maxsize if site else options.tasks * options.wanted,
            options.think,
        )
        kept = site.kept() if site else None
    result = {
        "reviewers": len(accounts),
        "tasks": options.tasks,
        "reviewers_per_clip": options.wanted,
        "think_seconds": options.think,
        "server": site.facts if site else {"base_url": options.base_url},
        "seconds": round(seconds, 2),
        "annotations": tally.submitted,
        "annotations_kept": kept,
        "annotations_per_minute": round(60 * tally.submitted / seconds, 1),
        "double_hand_outs": double_hand_outs(tally.handed, options.wanted),
        "errors": dict(tally.errors),
        **{name: milliseconds(tally.seconds[name]) for name in ("claim", "media_token", "draft", "submit")},
    }
    print(json.dumps(result))
    whole = kept in (None, tally.submitted)
    return 0 if whole and not result["double_hand_outs"] and not tally.errors else 1


def _accounts(path: Path) -> list[tuple[str, str]]:
    lines = [line.strip() for line in path.read_text().splitlines() if line.strip()]
    return [(name, password) for name, _, password in (line.partition(":") for line in lines)]


if __name__ == "__main__":
    sys.exit(main())
