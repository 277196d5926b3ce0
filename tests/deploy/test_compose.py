"""The production column as Compose and Docker would read it (neither runs here)."""

import base64
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.core.management import get_commands

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = ("migrate", "web", "worker-redact", "worker", "beat", "sequencer", "worker-outside")
VALUES = {
    "SITE_HOST": "review.example.org",
    "POSTGRES_PASSWORD": "one",
    "OWNER_DATABASE_PASSWORD": "two",
    "APP_DATABASE_PASSWORD": "three",
    "SEQUENCER_DATABASE_PASSWORD": "five",
    "AUDIT_WITNESSES": "",
    "REDIS_PASSWORD": "four",
    "SUBJECTS_DATABASE_PASSWORD": "five",
    "SECRETS_DIR": "/secrets",
    "TLS_DIR": "/tls",
    "DECODE_WITHOUT_LANDLOCK": "0",
    "REDACT_WITHOUT_SECOND_OPINION": "0",
    "CONTROLLER_NAME": "Porch Watch B.V.",
    "CONTROLLER_CONTACT": "privacy@porch.example",
    "OFFICER_CONTACT": "dpo@porch.example",
    "TRANSFER_SAFEGUARD": "",
    "ALLOWED_NETWORKS": "contractor 192.0.2.0/24 2001:db8:7::/48",
}
VARIABLE = re.compile(r"\$\{(\w+)(?::\?[^}]*)?\}")


def filled(value: str) -> str:
    return VARIABLE.sub(lambda match: VALUES[match[1]], value)


def environment(service: str, tmp_path: Path) -> dict[str, str]:
    """What the service's programs find in their environment, with files in place of its secrets and volumes."""
    (tmp_path / "secret_key").write_text("s3cret-" + "x" * 60)
    for name in ("vault_keys", "subject_keys", "journal_keys"):
        (tmp_path / name).write_text("k1:" + base64.b64encode(b"k" * 32).decode())
    variables = {name: filled(value) for name, value in SERVICES[service]["environment"].items()}
    image = dict(re.findall(r"(\w+)=(\S+)", re.search(r"^ENV PATH(.*?)^USER", dockerfile(), re.S | re.M)[1]))  # type: ignore[index]
    return {
        "PATH": os.environ["PATH"],
        **image,
        **variables,
        "SECRET_KEY_FILE": str(tmp_path / "secret_key"),
        "VAULT_KEYS_FILE": str(tmp_path / "vault_keys"),
        "SUBJECT_KEYS_FILE": str(tmp_path / "subject_keys"),
        "JOURNAL_KEYS_FILE": str(tmp_path / "journal_keys"),
        "MODELS_DIR": str(settings.MODELS_DIR),
    }


def dockerfile() -> str:
    return (DEPLOY / "Dockerfile").read_text()


def commands() -> dict[str, list[str]]:
    """Each service's command lines as words; the image's own where it names none."""
    default = json.loads(re.search(r"^CMD (\[.*\])$", dockerfile(), re.M)[1])  # type: ignore[index]
    return {name: [str(word) for word in SERVICES[name].get("command", default)] for name in OURS}


def test_the_services_are_those_of_the_production_column() -> None:
    assert set(SERVICES) == {"postgres", "subjects", "redis", "nginx", *OURS}


def test_every_variable_is_in_the_example() -> None:
    example = dict(
        line.split("=", 1)
        for line in (DEPLOY / "env.example").read_text().splitlines()
        if "=" in line and line[0] != "#"
    )
    used = set(VARIABLE.findall((DEPLOY / "compose.yaml").read_text()))
    assert used == set(example) == set(VALUES)
    assert [name for name, value in example.items() if "PASSWORD" in name and value] == []


@pytest.mark.parametrize("service", OURS)
def test_every_service_starts_with_its_settings(service: str, tmp_path: Path) -> None:
    """Django's security checks in the service's environment finds nothing; a missing variable would stop the start."""
    check = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--tag", "security", "--fail-level", "WARNING"],
        cwd=ROOT,
        env=environment(service, tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )
    assert check.returncode == 0, check.stderr


def test_only_migrations_run_as_the_owner_of_the_tables() -> None:
    owners = [name for name in OURS if "review_owner" in SERVICES[name]["environment"]["DATABASE_URL"]]
    assert owners == ["migrate"]
    for name in OURS:
        if name != "migrate":
            assert SERVICES[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


def test_the_programs_and_commands_exist() -> None:
    for name, words in commands().items():
        for part in " ".join(words).removeprefix("sh -c ").split(" && "):
            program, *rest = part.split()
            assert shutil.which(program, path=Path(sys.executable).parent), f"{name}: {program}"
            if rest[0] == "manage.py":
                assert rest[1] in get_commands()


def test_the_workers_take_every_queue_that_tasks_are_sent_to(settings: Any) -> None:
    taken = {
        queue
        for words in commands().values()
        if "--queues" in words
        for queue in words[words.index("--queues") + 1].split(",")
    }
    routed = {route["queue"] for route in settings.CELERY_TASK_ROUTES.values()}
    assert taken == routed | {settings.CELERY_TASK_DEFAULT_QUEUE}


def test_our_programs_have_no_privileges_and_no_way_out_but_one_that_decodes_nothing() -> None:
    for name in OURS:
        service = SERVICES[name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        outside = name == "worker-outside"
        assert service["networks"] == (["inside", "outside"] if outside else ["inside"])
        assert not outside or service["volumes"] == []
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    assert re.search(r"^USER review$", dockerfile(), re.M)


def test_only_the_sequencer_has_the_log_s_keys_and_may_write_its_tree() -> None:
    for given in ("AUDIT_KEYS_DIR", "review_sequencer:"):
        assert [name for name in OURS if given in str(SERVICES[name]["environment"])] == ["sequencer"]
    mounting = [name for name in SERVICES if "log-keys" in str(SERVICES[name].get("volumes"))]
    assert mounting == ["sequencer"]


def test_whoever_acts_on_clips_writes_the_journal_and_nothing_sets_it_back() -> None:
    """The sequencer and whoever calls out do nothing that the journal tells of."""
    writing = {name for name in OURS if "journal:/srv/journal" in SERVICES[name]["volumes"]}
    assert writing == set(OURS) - {"sequencer", "worker-outside"}
    assert "journal" in COMPOSE["volumes"]
    migrating = " ".join(SERVICES["migrate"]["command"])
    assert (
        migrating.index("migrate --no-input")
        < migrating.index("restore --replay")
        < migrating.index("ensure")
    )


def test_only_nginx_is_reachable_and_it_cannot_write_media() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["nginx"]
    mounts = [volume for volume in SERVICES["nginx"]["volumes"] if "media" in volume or "static" in volume]
    assert mounts
    assert all(volume.endswith(":ro") for volume in mounts)


def test_the_image_copies_what_exists_and_leaves_secrets_out() -> None:
    for source in re.findall(r"^COPY (?!--from)(.+) \S+$", dockerfile(), re.M):
        for name in source.split():
            assert (ROOT / name).exists(), name
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert ignored[0] == "*", "everything is left out but what is named"
    assert {line[1:] for line in ignored if line.startswith("!")} >= {"annotations", "reviewapp", "manage.py"}


def test_the_roles_script_is_sound_and_makes_every_role() -> None:
    script = DEPLOY / "postgres" / "roles.sh"
    subprocess.run(["sh", "-n", script], check=True)
    assert os.access(script, os.X_OK)
    for role in ("review_owner", "review_app", "review_sequencer"):
        assert f"CREATE ROLE {role} LOGIN" in script.read_text()


def test_the_documentation_names_every_variable_that_production_reads() -> None:
    settings_source = (ROOT / "reviewapp" / "settings" / "production.py").read_text()
    read = set(
        re.findall(r"environment\.(?:text|items|number|secret_file|witnesses)\(\s*\"(\w+)\"", settings_source)
    )
    documented = set(re.findall(r"^\| `(\w+)`", (ROOT / "docs" / "deployment.md").read_text(), re.MULTILINE))
    assert read
    assert read - documented == set()
