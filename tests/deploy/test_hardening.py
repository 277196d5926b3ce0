"""What holds a program that was taken over, or runs away, in its container: compose.yaml as Compose would read it."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
UNITS = {"m": 2**20, "g": 2**30}
UPLOAD = 200_000_000
"""Bytes of the largest clip, which the web server takes in memory."""

every_service = pytest.mark.parametrize("name", SERVICES)


def size(value: str) -> int:
    return int(value[:-1]) * UNITS[value[-1]]


def user_of(name: str) -> str:
    """As whom a service runs: as it says, or as its image does."""
    told = re.findall(r"^USER (\S+)$", (DEPLOY / "Dockerfile").read_text(), re.M)
    return str(
        SERVICES[name].get("user") or (told[-1] if SERVICES[name]["image"] == "clip-review" else "root")
    )


@every_service
def test_no_program_has_or_gains_rights_of_the_system(name: str) -> None:
    service = SERVICES[name]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert user_of(name).split(":")[0] not in {"root", "0"}
    assert {"privileged", "cap_add", "devices", "pid", "ipc", "userns_mode", "network_mode"}.isdisjoint(
        service
    )


@every_service
def test_no_program_can_change_what_it_runs(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["tmpfs"]
    for mount in service.get("volumes", []):
        source = mount.split(":")[0]
        assert source in COMPOSE["volumes"] or mount.endswith(":ro"), mount


@every_service
def test_no_program_takes_the_machine_from_the_others(name: str) -> None:
    service = SERVICES[name]
    assert 0 < size(service["mem_limit"]) <= 6 * UNITS["g"]
    assert 0 < service["pids_limit"] <= 1024
    assert 0 < service["cpus"] <= 2, "Docker refuses more processors than a machine has."
    assert service["logging"]["options"] == {"max-size": "20m", "max-file": "5"}


def test_the_web_server_may_hold_as_many_uploads_as_it_takes_at_once() -> None:
    command = re.search(r"^CMD .*--workers\", \"(\d+)\", \"--threads\", \"(\d+)\"", _dockerfile(), re.M)
    assert command
    assert int(command[1]) * int(command[2]) * UPLOAD < size(SERVICES["web"]["mem_limit"])


@every_service
def test_every_program_that_stays_says_whether_it_works(name: str) -> None:
    service = SERVICES[name]
    assert ("healthcheck" in service) is (service["restart"] == "unless-stopped")
    assert (name == "migrate") is (service["restart"] == "on-failure")


def test_nobody_reaches_docker() -> None:
    assert "docker.sock" not in (DEPLOY / "compose.yaml").read_text()


def test_only_what_speaks_to_others_has_a_way_out() -> None:
    assert [name for name, service in SERVICES.items() if "outside" in service["networks"]] == [
        "worker-outside",
        "nginx",
    ]
    assert COMPOSE["networks"]["inside"] == {"internal": True}


def test_no_secret_is_written_down_in_the_files() -> None:
    for name, service in SERVICES.items():
        for variable, value in service.get("environment", {}).items():
            if re.search("PASSWORD|AUTH|_URL$", variable) and "://" not in str(value):
                assert str(value).startswith("${"), (name, variable)
            assert not re.search(r"://[^$/]*:[^$]", str(value)), (name, variable)


def _dockerfile() -> str:
    return (DEPLOY / "Dockerfile").read_text()
