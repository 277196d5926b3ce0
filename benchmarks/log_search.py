"""What searching the log costs: each filter, what officers combine, and what is meant to be hard.

    python benchmarks/log_search.py --entries 5000000        # makes a PostgreSQL server and its entries, then measures
    python benchmarks/log_search.py --url postgresql://...   # measures a database that log_data.py has filled
    python benchmarks/log_search.py --url sqlite:///...

Prints for each search the median and the 95th percentile in milliseconds, of the search itself in its own process and
of the whole page over HTTP (gunicorn, signed in as an officer: each page writes its entry first). A search that was
stopped says how far it came. Then how long it takes to look for a word in 4,900 encrypted reasons. With `--export` also
how long the whole log takes to leave, and the memory that this takes.

It adds an officer's account and its own page views to the database that it measures: use one that is made for it.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# Run as a script, Python looks into this folder first, and would take `queue.py` there for the standard library's.
sys.path[:] = [str(ROOT), *(entry for entry in sys.path if Path(entry).resolve() != ROOT / "benchmarks")]

import argparse  # noqa: E402
import json  # noqa: E402
import secrets  # noqa: E402
import socket  # noqa: E402
import statistics  # noqa: E402
import subprocess  # noqa: E402
import tempfile  # noqa: E402
import time  # noqa: E402
from contextlib import ExitStack  # noqa: E402
from typing import Any  # noqa: E402

from benchmarks.log_data import settings  # noqa: E402
from benchmarks.queue import Reviewer  # noqa: E402
from tests.engines.postgresql import OWNER, PostgreSQL  # noqa: E402

USERNAME = f"search-{secrets.token_hex(4)}"  # new each time: a database may be measured again


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--url", help="a filled database; without it one is made")
    parser.add_argument("--entries", type=int, default=5_000_000, help="how many to make")
    parser.add_argument("--repeat", type=int, default=20)
    parser.add_argument("--export", action="store_true", help="take out everything, too")
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="log-search-")))
        folder.chmod(0o711)
        url = options.url or _filled(stack, folder, options.entries)
        environment = settings(url, folder)
        password = secrets.token_urlsafe(12)
        _run(environment, "ready", USERNAME, password)
        found = json.loads(_run(environment, "measure", str(options.repeat)))
        address = _serve(stack, folder, environment)
        officer = Reviewer(address, USERNAME, password)
        officer.sign_in()
        print(f"{'search':34} {'p50':>7} {'p95':>7}   {'page p50':>8} {'p95':>7}  entries")
        for each in found:
            _line(each, _pages(officer, each["address"], options.repeat))
        print(_run(environment, "words", "4900").strip())
        for kind in ("jsonl", "csv") if options.export else ():
            print(_run(environment, "export", kind).strip())
    return 0


def _filled(stack: ExitStack, folder: Path, entries: int) -> str:
    server = PostgreSQL(folder / "postgresql")
    stack.callback(server.stop)
    server.start()
    with server.admin() as connection:
        connection.execute(f"CREATE DATABASE bench OWNER {OWNER}")
    url = server.url("bench", OWNER)
    fill = [sys.executable, str(ROOT / "benchmarks" / "log_data.py"), "--url", url, "--migrate"]
    subprocess.run([*fill, "--entries", str(entries)], check=True)
    return url


def _run(environment: dict[str, str], *arguments: str) -> str:
    command = [sys.executable, "-m", "benchmarks.log_queries", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout


def _serve(stack: ExitStack, folder: Path, environment: dict[str, str]) -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    bind = [
        "--bind",
        f"127.0.0.1:{port}",
        "--no-control-socket",
        "--worker-class",
        "gthread",
        "--threads",
        "4",
    ]
    with (folder / "web.log").open("wb") as log:
        command = [sys.executable, "-m", "gunicorn", "reviewapp.wsgi", *bind]
        web = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    stack.callback(web.wait)
    stack.callback(web.terminate)
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return f"http://127.0.0.1:{port}"
        time.sleep(0.1)
    raise RuntimeError((folder / "web.log").read_text())


def _pages(officer: Reviewer, address: str, repeat: int) -> list[float]:
    seconds = []
    for number in range(repeat + 1):
        begin = time.perf_counter()
        status, _ = officer.request("GET", address)
        if status != 200:
            raise RuntimeError(f"{address} answered {status}")
        if number:  # the first one warms up
            seconds.append(time.perf_counter() - begin)
    return seconds


def _line(search: dict[str, Any], pages: list[float]) -> None:
    figures = [value for seconds in (search["seconds"], pages) for value in _milliseconds(seconds)]
    to = search["searched_to"]
    told = f"{search['entries']}" + (f", searched back to {to[:10]}" if to else "")
    print(
        f"{search['search']:34} {figures[0]:7.1f} {figures[1]:7.1f}   {figures[2]:8.1f} {figures[3]:7.1f}  {told}"
    )


def _milliseconds(seconds: list[float]) -> tuple[float, float]:
    cuts = statistics.quantiles(seconds, n=20, method="inclusive")
    return cuts[9] * 1000, cuts[18] * 1000


if __name__ == "__main__":
    sys.exit(main())
