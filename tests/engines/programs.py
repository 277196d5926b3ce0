"""The product's own programs, run for a test over its database, broker and folders."""

import contextlib
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from celery import current_app
from django.conf import settings
from kombu import pools

from reviewapp.settings import environment
from tests.engines.databases import only_one
from tests.engines.forking import ROOT, Forker, Program
from tests.engines.postgresql import free_port


def wait_until(true: Callable[[], bool], seconds: float, what: str = "it") -> None:
    """Returns as soon as `true()` holds; AssertionError after so many seconds."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"{what} did not happen within {seconds} s"
        time.sleep(0.1)


def broker_url(folder: Path) -> str:
    """A broker of the test's own: a folder, or a number of its own on the run's Redis."""
    if settings.TEST_DATABASE != "postgresql":
        return f"filesystem://{folder / 'broker'}"
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    return os.environ["TEST_REDIS_URL"].removesuffix("/0") + f"/{int(worker) + 1}"


@contextmanager
def own_process_sends_to(url: str) -> Iterator[None]:
    """Lets the test's own process reach the broker, which starts empty."""
    before = current_app.conf.broker_url, current_app.conf.broker_transport_options
    _connect(*environment.broker(url))
    with current_app.connection_for_write() as connection:
        for queue in ("default", "redact", "celery"):
            # A queue that nobody has declared yet cannot be emptied, and is empty.
            with contextlib.suppress(*connection.channel_errors):
                connection.default_channel.queue_purge(queue)  # type: ignore[attr-defined]
    try:
        yield
    finally:
        _connect(*before)


def _connect(url: str, options: dict[str, Any]) -> None:
    """Celery keeps its connections for the life of a process: they are dropped as after a fork."""
    pools.reset()
    current_app.conf.update(broker_url=url, broker_transport_options=options)
    current_app._after_fork()  # type: ignore[attr-defined]


@cache
def forker() -> Forker:
    """Starts the programs of all tests of this process; `stop_forker` ends it."""
    return Forker()


def stop_forker() -> None:
    if forker.cache_info().currsize:
        forker().stop()
        forker.cache_clear()


class Programs:
    """Starts web servers, workers and beat, each in a process group of its own, and ends them all."""

    def __init__(self, folder: Path, database: str, broker: str, **variables: str) -> None:
        self.folder = folder
        self.variables = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "reviewapp.settings.test",
            "TEST_DATABASE": settings.TEST_DATABASE,
            "DATABASE_URL": database,
            "BROKER_URL": broker,
            "VAR_DIR": str(folder),
            "SUBJECT_STORE_URL": settings.SUBJECT_STORE_URL,
            "MODELS_DIR": str(settings.MODELS_DIR),
            "PYTHONUNBUFFERED": "1",
            **variables,
        }
        self._started: list[Program] = []

    def start(self, name: str, *arguments: str) -> Program:
        """Starts `python ARGUMENTS`; its output goes to NAME.log in the test's folder."""
        with (self.folder / f"{name}.log").open("ab") as log:
            process = forker().start(arguments, self.variables, log)
        self._started.append(process)
        return process

    def web(self, port: int = 0) -> str:
        """A served site, with hashed static files as in production; its address."""
        self.variables["STATIC_DIR"] = str(_collected_static_files())
        port = port or free_port()
        address = f"http://127.0.0.1:{port}"
        process = self.start(
            "web",
            *("-m", "gunicorn", "reviewapp.wsgi", "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread"),
            *("--threads", "8", "--no-control-socket", "--graceful-timeout", "2"),
        )

        def answers() -> bool:
            assert process.poll() is None, (self.folder / "web.log").read_text()
            with contextlib.suppress(urllib.error.URLError, OSError):
                return bool(urllib.request.urlopen(f"{address}/healthz", timeout=5).status == 200)  # noqa: S310
            return False

        wait_until(answers, 60, "the site's start")
        return address

    def worker(self, queues: str = "default,redact", name: str = "worker") -> Program:
        """A Celery worker that takes one task at a time."""
        return self.start(
            name,
            *("-m", "celery", "--app", "reviewapp", "worker", "--queues", queues, "--concurrency", "1"),
            *("--hostname", f"{name}@test", "--without-gossip", "--without-mingle", "--loglevel", "INFO"),
        )

    def beat(self) -> Program:
        return self.start("beat", "-m", "celery", "--app", "reviewapp", "beat", "--pidfile", "")

    def sequencer(self) -> Program:
        return self.start("sequencer", "manage.py", "sequence")

    def kill(self, process: Program) -> None:
        """`kill -9` of the program and of every process in its group, in the middle of what they do."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def log(self, name: str) -> str:
        path = self.folder / f"{name}.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def stop(self) -> None:
        for process in self._started:
            process.terminate()
        for process in self._started:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(10)
            self.kill(process)


def _collected_static_files() -> Path:
    """The static files as a site serves them, collected once for all processes of the run."""
    folder = Path(os.environ["TEST_ENGINES"])
    static = folder / "static"
    with only_one(folder):
        if not (static / "staticfiles.json").exists():
            subprocess.run(
                [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0"],
                cwd=ROOT,
                check=True,
                env={
                    **os.environ,
                    "DJANGO_SETTINGS_MODULE": "reviewapp.settings.test",
                    "STATIC_DIR": str(static),
                    "BROKER_URL": "",
                },
            )
    return static
