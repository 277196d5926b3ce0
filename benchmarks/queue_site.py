"""A site for the queue's benchmark: a database of its own, reviewers, queued clips, and gunicorn in front."""

import argparse
import base64
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.engines.postgresql import PostgreSQL

ROOT = Path(__file__).resolve().parents[1]
PREPARE = [sys.executable, "-m", "benchmarks.queue_data"]
START_SECONDS = 30


class Site:
    """Use as a context: inside, `address` answers and `accounts` can sign in; after it nothing is left."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.accounts = [(f"reviewer-{n}", secrets.token_urlsafe(12)) for n in range(options.reviewers)]
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self._stack = ExitStack()
        self._environment: dict[str, str] = {}

    @property
    def facts(self) -> dict[str, Any]:
        """What was measured, for the reader of the figures."""
        database = {"sqlite": "SQLite, synchronous FULL", "postgresql": "PostgreSQL, fsync off"}
        return {
            "database": database[self.options.database],
            "gunicorn": f"gthread, {self.options.workers} x {self.options.threads}",
            "cores": os.cpu_count(),
        }

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            folder = Path(tempfile.mkdtemp(prefix="queue-benchmark-"))
            stack.callback(shutil.rmtree, folder, ignore_errors=True)
            folder.chmod(0o711)
            self._environment = self._settings(folder)
            if self.options.database == "postgresql":
                server = PostgreSQL(folder / "postgresql")
                stack.callback(server.stop)
                server.start()
                self._environment["DATABASE_URL"] = server.url("postgres", "postgres")
            self._run("prepare", str(self.options.tasks), str(self.options.wanted), self._lines())
            stack.enter_context(_Served(self._command(), self._environment, folder / "web.log"))
            self._wait()
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def kept(self) -> int:
        """How many labels the database holds."""
        return int(self._run("count"))

    def _lines(self) -> str:
        return "\n".join(f"{name}:{password}" for name, password in self.accounts)

    def _settings(self, folder: Path) -> dict[str, str]:
        keys = folder / "keys"
        keys.mkdir(mode=0o700)
        (keys / "secret_key").write_text(secrets.token_urlsafe(48))
        for name in ("receipt_keys", "outgoing_keys", "vault_keys", "subject_keys", "journal_keys"):
            (keys / name).write_text(f"b1:{base64.b64encode(secrets.token_bytes(32)).decode()}")
        return {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "reviewapp.settings.dev",
            # All of it, so that nothing of a real installation in the caller's environment is ever touched.
            "VAR_DIR": str(folder),
            "SECRET_KEY_FILE": str(keys / "secret_key"),
            "RECEIPT_KEYS_FILE": str(keys / "receipt_keys"),
            "OUTGOING_KEYS_FILE": str(keys / "outgoing_keys"),
            "VAULT_KEYS_FILE": str(keys / "vault_keys"),
            "SUBJECT_KEYS_FILE": str(keys / "subject_keys"),
            "JOURNAL_KEYS_FILE": str(keys / "journal_keys"),
            "JOURNAL_FILE": str(folder / "journal" / "journal.jsonl"),
            "SUBJECT_STORE_URL": f"sqlite:///{folder / 'subjects' / 'keys.sqlite3'}",
            "DATABASE_URL": f"sqlite:///{folder / 'site.sqlite3'}",
            "BROKER_URL": f"filesystem://{folder / 'broker'}",
            "REVIEW_RATE_LIMITS": "0",
            "DATABASE_POOL_SIZE": str(self.options.threads),
        }

    def _run(self, *arguments: str) -> str:
        done = subprocess.run(
            [*PREPARE, *arguments],
            cwd=ROOT,
            env=self._environment,
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout

    def _command(self) -> list[str]:
        bind = ["--bind", f"127.0.0.1:{self.port}", "--no-control-socket"]
        size = ["--workers", str(self.options.workers), "--threads", str(self.options.threads)]
        return [sys.executable, "-m", "gunicorn", "reviewapp.wsgi", "--worker-class", "gthread", *bind, *size]

    def _wait(self) -> None:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            try:
                with urllib.request.urlopen(f"{self.address}/healthz", timeout=2):  # noqa: S310 (our own address)
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        raise RuntimeError("The web server did not start.")


class _Served:
    """A program that runs while the context is open."""

    def __init__(self, command: list[str], environment: dict[str, str], log: Path) -> None:
        self.command, self.environment, self.log = command, environment, log

    def __enter__(self) -> None:
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                self.command, cwd=ROOT, env=self.environment, stdout=log, stderr=log
            )

    def __exit__(self, *error: object) -> None:
        self.process.terminate()
        self.process.wait(timeout=20)
