"""The two commands as a newcomer meets them. The environment is there already: what is tested is what they do."""

import os
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings

from reviewapp.settings.programs import LOG, NEEDS, SECRETS
from tests.engines.forking import ROOT
from tests.engines.postgresql import free_port
from tests.engines.programs import wait_until
from tests.factories import small_video

pytestmark = [pytest.mark.once, pytest.mark.timeout(400)]
WORKBENCH = ROOT / "workbench"


def workbench(*arguments: str, var: Path | None = None) -> subprocess.CompletedProcess[str]:
    variables = {**os.environ, "VAR_DIR": str(var)} if var else dict(os.environ)
    return subprocess.run(
        [WORKBENCH, *arguments], env=variables, capture_output=True, text=True, timeout=120, check=False
    )


class Up:
    """`./workbench up` with its data in `var`."""

    def __init__(self, var: Path, *options: str | Path, **given: str) -> None:
        self.var, self.port = var, free_port()
        self.output = var.with_suffix(".out")
        # The settings of the tests' own process must not reach it.
        variables = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [WORKBENCH, "up", "--port", str(self.port), *options],
                env={**variables, **given, "VAR_DIR": str(var), "MODELS_DIR": str(settings.MODELS_DIR)},
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def said(self) -> str:
        return self.output.read_text()

    def ready(self) -> bool:
        assert self.process.poll() is None, self.said()
        return "Ready:" in self.said()

    def count(self, query: str) -> int:
        with closing(sqlite3.connect(f"file:{self.var / 'site.sqlite3'}?mode=ro", uri=True)) as database:
            found: int = database.execute(query).fetchone()[0]
            return found

    def processes(self) -> list[str]:
        """The command lines of every process that was started with this `var`, children of children included."""
        return [command for command, _ in self.started()]

    def started(self) -> list[tuple[str, dict[str, str]]]:
        """The same, each with its environment."""
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                pairs = (process / "environ").read_text().split("\0")
                command = (process / "cmdline").read_text().replace("\0", " ")
            except OSError:
                continue  # it ended meanwhile, or is somebody else's
            variables = dict(pair.split("=", 1) for pair in pairs if "=" in pair)
            if variables.get("VAR_DIR") == str(self.var):
                found.append((command, variables))
        return found


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Up]]:
    """Starts the site with these options; it ends with the test."""
    started: list[Up] = []

    def start(*options: str | Path, **given: str) -> Up:
        started.append(Up(tmp_path / "var", *options, **given))
        return started[-1]

    yield start
    for up in started:
        up.process.terminate()
        up.process.wait(60)


@pytest.mark.long
def test_a_newcomer_sees_clips_redacted_queued_and_one_flagged(start: Callable[..., Up]) -> None:
    up = start()
    wait_until(up.ready, 180, "the site's start")
    wait_until(
        lambda: up.count("SELECT count(*) FROM review_reviewtask") == 3, 150, "three clips in the queue"
    )
    wait_until(lambda: up.count("SELECT count(*) FROM moderation_flag") == 1, 60, "one clip flagged")
    assert up.count("SELECT count(*) FROM clips_clip") == 4
    assert up.count("SELECT count(*) FROM clips_consent WHERE NOT training") == 1
    assert not list((up.var / "demo").rglob("*.mp4")), "the site alone has them"


@pytest.mark.slow
def test_a_site_starts_with_its_people_and_clips_and_starts_again_over_them(
    start: Callable[..., Up], tmp_path: Path
) -> None:
    """With a short clip: the samples' passes take most of a minute of processor time."""
    folder = tmp_path / "clips"
    folder.mkdir()
    (folder / "short.mp4").write_bytes(small_video())
    up = start("--clips", folder)
    wait_until(up.ready, 180, "the site's start")
    with urllib.request.urlopen(f"http://127.0.0.1:{up.port}/healthz") as answer:
        assert answer.status == 200
    for name in ("carla", "lea", "milo", "paula", "omar", "API key"):
        assert name in up.said()
    sign_ins = up.var / "demo" / "sign-ins.txt"
    names = ("secret_key", "receipt_keys", "vault_keys", "subject_keys", "journal_keys")
    keys = [up.var / "keys" / name for name in names]
    for secret in (sign_ins, *keys):
        assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert stat.S_IMODE(up.var.stat().st_mode) == 0o700
    for kept in (up.var / "site.sqlite3", *(up.var / "log").iterdir()):
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600, kept
    wait_until(lambda: up.count("SELECT count(*) FROM review_reviewtask") == 1, 60, "the clip in the queue")
    # The log is sealed, by the one program that was given its keys.
    wait_until(lambda: up.count("SELECT count(*) FROM audit_pending") == 0, 30, "every entry in the tree")
    assert up.count("SELECT count(*) FROM audit_checkpoint") > 0
    for secret in (up.var / "keys" / "log").iterdir():
        assert stat.S_IMODE(secret.stat().st_mode) == 0o600, secret
    up.process.send_signal(signal.SIGINT)
    assert up.process.wait(60) == 0
    assert up.processes() == []
    # Again, over what is there: the same people, no clip twice.
    before = sign_ins.read_text()
    given = {f"{name}_FILE".upper(): str(up.var / "keys" / name) for name in names}
    again = start("--clips", folder, **given)
    wait_until(again.ready, 120, "the site's second start")
    held = programs_by_what_they_were_given(again)
    assert set(held) == set(NEEDS) - {"migrate", "command", "log-command"}
    for name, secrets in held.items():
        assert secrets == NEEDS[name] & {*given, LOG}, name
        assert "reviewapp.E002" not in (up.var / "log" / f"{name}.log").read_text()
    assert sign_ins.read_text() == before
    assert again.count("SELECT count(*) FROM clips_clip") == 1
    # However it ends, nothing stays behind.
    again.process.kill()
    again.process.wait()
    wait_until(lambda: again.processes() == [], 30, "the end of every process")


def programs_by_what_they_were_given(up: Up) -> dict[str, set[str]]:
    """The variables of secrets that all processes of each program have, by the program's name."""
    held: dict[str, set[str]] = {}
    for _, variables in up.started():
        if name := variables.get("PROGRAM"):
            held.setdefault(name, set()).update(set(SECRETS) & set(variables))
    return held


def test_a_port_that_is_taken_is_told_at_once(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        refused = workbench("up", "--port", str(taken.getsockname()[1]), var=tmp_path)
    assert refused.returncode == 1
    assert "--port" in refused.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_system_that_cannot_confine_decoders_is_told_with_what_to_do(tmp_path: Path) -> None:
    without_landlock = [sys.executable, "-m", "tests.vision.without_landlock"]
    variables = {**os.environ, "VAR_DIR": str(tmp_path / "var"), "MODELS_DIR": str(settings.MODELS_DIR)}
    variables.pop("DJANGO_SETTINGS_MODULE")
    refused = subprocess.run(
        [*without_landlock, str(WORKBENCH), "up", "--port", str(free_port())],
        env=variables,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert refused.returncode == 1
    assert "redaction.E001" in refused.stderr
    assert "DECODE_WITHOUT_LANDLOCK=1" in refused.stderr


def test_a_folder_of_clips_that_does_not_exist_is_told_at_once(tmp_path: Path) -> None:
    refused = workbench("up", "--clips", str(tmp_path / "nowhere"), var=tmp_path)
    assert refused.returncode == 1
    assert "is not a folder" in refused.stderr


def test_an_unknown_part_is_refused_with_the_names_of_those_that_exist() -> None:
    refused = workbench("test", "everything")
    assert refused.returncode == 1
    listed = workbench("test", "--list").stdout.split("\n")
    assert {"sqlite", "postgresql", "browser"} <= set(listed)
    assert ", ".join(filter(None, listed)) in refused.stderr


@pytest.fixture
def script() -> Any:
    """The script as a module."""
    loader = SourceFileLoader("workbench_script", str(WORKBENCH))
    specification = spec_from_loader(loader.name, loader)
    assert specification
    module = module_from_spec(specification)
    loader.exec_module(module)
    return module


def test_every_part_runs_and_one_that_fails_fails_the_command(
    script: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    commands = {"first": ["false"], "second": ["true"]}
    assert script.run(commands, dict(os.environ)) == 1
    lines = [line.split() for line in capsys.readouterr().out.split("== summary")[1].splitlines() if line]
    assert [(line[0], line[-1]) for line in lines[:2]] == [("FAILED", "first"), ("passed", "second")]
    assert script.run({"second": ["true"]}, dict(os.environ)) == 0


def test_what_did_not_succeed_is_tried_again(script: Any, tmp_path: Path) -> None:
    stamp, outcomes = tmp_path / "made" / ".digest", [False, True, True]

    def once() -> None:
        script.once(stamp, ["README.md"], "Trying", lambda: outcomes.pop(0))

    once()
    assert not stamp.exists()
    once()
    once()
    assert stamp.exists()
    assert outcomes == [True]


def test_what_cannot_be_installed_is_named_and_fails(script: Any, capsys: pytest.CaptureFixture[str]) -> None:
    script.SYSTEM_PACKAGES = {"no-such-server": ["/usr/bin/no-such-server"]}
    script.os = SimpleNamespace(geteuid=lambda: 1000, environ=os.environ)
    with pytest.raises(SystemExit, match=r"apt-get install .*no-such-server"):
        script.install_system_packages()


def test_every_part_names_a_program_that_exists(script: Any) -> None:
    parts = {**script.PARTS, **script.QUICK, **script.LONG}
    for name, command in parts.items():
        assert Path(command[0]).exists(), name
    assert set(script.ENVIRONMENTS) <= set(parts)


def test_lanes_are_chosen_by_name_beside_parts(script: Any) -> None:
    assert script.chosen([]) == script.PARTS
    assert script.chosen(["quick"]) == script.QUICK
    assert list(script.chosen(["lint", "long"])) == ["lint", *script.LONG]


def test_checks_that_run_side_by_side_tell_what_they_found(
    script: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    commands = {"lint": ["sh", "-c", "echo found this; exit 1"], "types": ["echo", "all well"]}
    assert script.run(commands, dict(os.environ)) == 1
    told = capsys.readouterr().out
    assert told.index("== lint\nfound this") < told.index("== types\nall well")


def test_what_a_part_could_not_find_out_is_told_in_the_summary(
    script: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert script.run({"advisories": ["echo", "note: nobody could be asked"]}, dict(os.environ)) == 0
    assert "note: nobody could be asked" in capsys.readouterr().out.split("== summary")[1]


def test_the_bill_of_materials_is_written(tmp_path: Path) -> None:
    target = tmp_path / "bill.json"
    done = workbench("sbom", str(target))
    assert done.returncode == 0, done.stderr
    assert '"bomFormat": "CycloneDX"' in target.read_text()


def test_no_process_that_drives_a_browser_runs_other_tests(script: Any) -> None:
    columns = {name: command for name, command in {**script.PARTS, **script.LONG}.items() if "-n" in command}
    assert len(columns) == 6
    for name, command in columns.items():
        assert (("--ignore", "tests/browser") in pairwise(command)) != name.endswith("browser"), name
