"""The whole site on one machine, its programs side by side, as `./workbench up` starts them."""

import argparse
import contextlib
import fcntl
import http.client
import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from reviewapp.settings import programs as secrets
from reviewapp.supervisor import Program, Supervisor

HOST = "127.0.0.1"


def programs(port: int, var: Path) -> list[Program]:
    """The programs. Two workers, so that small tasks never wait behind a redaction; a third one alone may call out."""
    celery = [sys.executable, "-m", "celery", "--app", "reviewapp"]
    worker = [
        *celery,
        "worker",
        "--concurrency",
        "1",
        "--without-gossip",
        "--without-mingle",
        "--loglevel",
        "INFO",
    ]
    return [
        Program(
            "web",
            [
                *(sys.executable, "-m", "gunicorn", "reviewapp.wsgi"),
                *(
                    "--bind",
                    f"{HOST}:{port}",
                    "--worker-class",
                    "gthread",
                    "--workers",
                    "1",
                    "--threads",
                    "12",
                ),
                *("--graceful-timeout", "3", "--worker-tmp-dir", str(var), "--no-control-socket"),
            ],
        ),
        Program("worker-redact", [*worker, "--queues", "redact", "--hostname", "redact@local"]),
        Program("worker", [*worker, "--queues", "default", "--hostname", "default@local"]),
        Program("worker-outside", [*worker, "--queues", "outside", "--hostname", "outside@local"]),
        Program("beat", [*celery, "beat", "--pidfile", "", "--loglevel", "INFO"]),
        # It alone is given the keys of the log.
        Program(
            "sequencer",
            [sys.executable, "manage.py", "sequence"],
            {"AUDIT_KEYS_DIR": str(var / "keys" / "log")},
        ),
    ]


def shared(variables: Mapping[str, str]) -> dict[str, str]:
    """What every program is given: no secret, and nobody's name."""
    return {name: value for name, value in variables.items() if name not in {*secrets.SECRETS, "PROGRAM"}}


def given_its_own(program: Program, variables: Mapping[str, str]) -> Program:
    """The program under its name, with those of the secrets that the table says it needs."""
    own = {name: variables[name] for name in secrets.NEEDS[program.name] if name in variables}
    return replace(program, variables={**own, **program.variables, "PROGRAM": program.name})


class Answers:
    """Asks the site whether it is ready, and says why not, each reason once."""

    def __init__(self, port: int, say: Callable[[str], None]) -> None:
        self.port = port
        self.say = say
        self._said: set[str] = set()

    def ready(self) -> bool:
        connection = http.client.HTTPConnection(HOST, self.port, timeout=2)
        with contextlib.closing(connection):
            try:
                connection.request("GET", "/readyz")
                response = connection.getresponse()
                reasons = json.loads(response.read())["reasons"]
            except (OSError, http.client.HTTPException, ValueError):
                return False
        for reason in reasons:
            if reason["code"] not in self._said:
                self._said.add(reason["code"])
                self.say(f"Not ready: {reason['message']}")
        return response.status == 200


def main() -> int:
    parser = argparse.ArgumentParser(prog="workbench up")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--var", type=Path, required=True)
    parser.add_argument("--sign-ins", type=Path, required=True, help="file to print when the site is ready")
    options = parser.parse_args()
    address = f"http://{HOST}:{options.port}/"

    def say(text: str) -> None:
        print(text, flush=True)  # noqa: T201

    with (options.var / "up.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"The site in {options.var} is running already. Stop that one first.")
            return 1
        given = [given_its_own(each, os.environ) for each in programs(options.port, options.var)]
        supervisor = Supervisor(given, options.var / "log", shared(os.environ), say)
        return supervisor.run(
            ready=Answers(options.port, say).ready,
            announce=lambda: say(
                f"\nReady: {address}\n\n{options.sign_ins.read_text()}\n"
                f"What the programs say is in {options.var / 'log'}. Ctrl-C stops everything."
            ),
        )


if __name__ == "__main__":
    sys.exit(main())
